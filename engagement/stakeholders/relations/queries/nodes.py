"""Stakeholders in the network, with what relations are derived from. A network has thousands, so they are plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import Executable, Select, String, func, type_coerce

from engagement.db import db
from engagement.people.models import Department
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import NAME
from engagement.stakeholders.relations.rules import Pair, RelationKind


class Node(NamedTuple):
    """A stakeholder in the network; `lineage` is that of a department, "" for anybody else. `group` is as it is stored."""

    id: int
    group: str
    title: str
    person_id: int | None
    lineage: str

    @property
    def department_ids(self) -> list[int]:
        """The department with those above it, from the top."""
        return ids_of(self.lineage)


def ids_of(lineage: str) -> list[int]:
    """Return the departments of a lineage, from the top."""
    return [int(key) for key in lineage.split("/") if key]


class Said(NamedTuple):
    """That somebody said a relation: the row, by whom (None: the service), and when."""

    relation_id: int
    by: str | None
    at: datetime


class Relation(NamedTuple):
    """One stakeholder and another, and who says so: what somebody `said`, or None with what `says` it in words."""

    first: Node
    second: Node
    kind: RelationKind
    said: Said | None
    says: str = ""

    @property
    def key(self) -> tuple[int, int, RelationKind]:
        return self.first.id, self.second.id, self.kind


@dataclass(frozen=True)
class Network:
    """Stakeholders who may be related, and how they are."""

    nodes: Mapping[int, Node]
    relations: Sequence[Relation]

    def pairs(self) -> list[Pair]:
        """Return who is related to whom."""
        return [each.key[:2] for each in self.relations]

    @cached_property
    def related(self) -> set[int]:
        """The ids of those who have any relation."""
        return {key for each in self.relations for key in each.key[:2]}

    def within(self, ids: set[int]) -> "Network":
        """Return the same network between these alone."""
        return Network(self.nodes, [each for each in self.relations if ids.issuperset(each.key[:2])])


def nodes_of(listed: Select[Stakeholder]) -> dict[int, Node]:
    """Return the stakeholders of a list (see `stakeholders_listed`) by id, the smallest first."""
    return nodes_read(nodes_asked(listed))


def nodes_read(rows: Executable) -> dict[int, Node]:
    """Return the nodes that a SELECT of `nodes_asked` finds, by id."""
    return {row[0]: Node._make(row) for row in db.session.execute(rows)}


def nodes_asked(listed: Select[Stakeholder]) -> Executable:
    """Return a SELECT of the nodes of a list."""
    said = (
        Stakeholder.id,
        type_coerce(StakeholderProfile.group, String),
        NAME,
        Stakeholder.person_id,
        func.coalesce(Department.lineage, ""),
    )
    return listed.with_only_columns(*said, maintain_column_froms=True).order_by(None).order_by(Stakeholder.id)
