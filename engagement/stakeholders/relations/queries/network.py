"""The network of stakeholders, and the relations of one of them, both in a fixed number of statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Executable, Select, func, or_, select, union_all

from engagement.accounts.models import Account
from engagement.db import db
from engagement.reach import Reach
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import Filters, on_the_map, stakeholders_listed
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.queries.derived import (
    lines_read,
    of_posts,
    people_with_a_part,
    plays_a_part,
    reporting_lines,
    reports,
)
from engagement.stakeholders.relations.queries.nodes import (
    Network,
    Node,
    Relation,
    Said,
    nodes_asked,
    nodes_of,
    nodes_read,
)
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import mapped_within

_ORDER = {kind: number for number, kind in enumerate(RelationKind)}
_HOLDS = StakeholderRelation.ended_at.is_(None)
_Row = tuple[int, int, RelationKind, Said]


def network_within(maps: Reach, on: date, filters: Filters = Filters(), kind: RelationKind | None = None) -> Network:  # noqa: B008
    """Return how the stakeholders within reach that pass the filters are related on a day.

    Of those outside the directory, of whom nothing is derived, it has only those of whom something was said.
    """
    nodes = nodes_read(_related(maps, filters))
    lines = lines_read(_lines(maps, filters))
    every = [*_said(nodes, _rows_said(_HOLDS)), *reports(nodes, lines), *of_posts(nodes, maps, on, filters)]
    return Network(nodes, _each_once(each for each in every if kind in (None, each.kind)))


# Making these long statements anew costs as much as running them.
@lru_cache(maxsize=64)
def _related(maps: Reach, filters: Filters) -> Executable:
    return nodes_asked(_listed(maps, filters).where(_may_be_related()))


@lru_cache(maxsize=64)
def _lines(maps: Reach, filters: Filters, *, of_one: bool = False) -> Executable:
    return reporting_lines(_people(_listed(maps, filters)), of_one=of_one)


def relations_of(maps: Reach, stakeholder: Stakeholder, on: date) -> list[Relation]:
    """Return the relations of one stakeholder to others within reach on a day, in either direction, as the network has them."""
    key, person_id = stakeholder.id, stakeholder.person_id
    listed = _listed(maps, Filters())
    rows = _rows_said(or_(StakeholderRelation.from_id == key, StakeholderRelation.to_id == key), _HOLDS)
    lines = lines_read(_lines(maps, Filters(), of_one=True), person_id) if person_id is not None else []
    people = {each for line in lines for each in line[:2]}
    near = or_(
        Stakeholder.id.in_({key, *(each for row in rows for each in row[:2])}), Stakeholder.person_id.in_(people)
    )
    has_a_part = stakeholder.kind is StakeholderKind.DEPARTMENT or (person_id is not None and plays_a_part(person_id))
    if has_a_part:
        # Whoever could be derived from is read, because a head further up counts only if there is none in between.
        near = or_(near, Stakeholder.department_id.is_not(None), Stakeholder.person_id.in_(people_with_a_part()))
    nodes = nodes_of(listed.where(near))
    every = [*_said(nodes, rows), *reports(nodes, lines)]
    if has_a_part:
        every += of_posts(nodes, maps, on, Filters())
    return _each_once(each for each in every if key in each.key[:2])


def in_no_relation(maps: Reach, network: Network, limit: int) -> tuple[int, list[Node]]:
    """Return how many of all stakeholders within reach are in no relation of this network of theirs, and the first of them."""
    listed = _listed(maps, Filters())
    number = db.session.scalar(select(func.count(Stakeholder.id)).where(mapped_within(maps), on_the_map())) or 0
    alone = [node for node in network.nodes.values() if node.id not in network.related]
    alone += nodes_of(listed.where(~_may_be_related()).limit(limit)).values()
    return number - len(network.related), alone[:limit]


def _may_be_related() -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that anything could be derived of them, or something was said."""
    said_of = union_all(
        select(StakeholderRelation.from_id).where(_HOLDS), select(StakeholderRelation.to_id).where(_HOLDS)
    )
    return or_(Stakeholder.kind != StakeholderKind.OUTSIDE, Stakeholder.id.in_(said_of))


def _listed(maps: Reach, filters: Filters) -> Select[Stakeholder]:
    return stakeholders_listed(mapped_within(maps), filters)


def _people(listed: Select[Stakeholder]) -> Select[int | None]:
    ids = listed.with_only_columns(Stakeholder.person_id, maintain_column_froms=True).order_by(None)
    return ids.where(Stakeholder.person_id.is_not(None))


def _rows_said(*asked: ColumnElement[bool]) -> Sequence[_Row]:
    row = StakeholderRelation
    rows = db.session.execute(
        select(row.from_id, row.to_id, row.kind, row.id, Account.name, row.said_at)
        .outerjoin(Account, Account.id == row.said_by_id)
        .where(*asked)
        .order_by(row.id)
    )
    return [(first, second, kind, Said(key, by, at)) for first, second, kind, key, by, at in rows]


def _said(nodes: Mapping[int, Node], rows: Iterable[_Row]) -> Iterator[Relation]:
    for first, second, kind, said in rows:
        if first in nodes and second in nodes:
            yield Relation(nodes[first], nodes[second], kind, said)


def _each_once(relations: Iterable[Relation]) -> list[Relation]:
    """Return each relation once, what was said before what is derived, by kind and names."""
    found: dict[tuple[int, int, RelationKind], Relation] = {}
    for each in relations:
        if each.first.id != each.second.id:
            found.setdefault(each.key, each)
    return sorted(found.values(), key=lambda r: (_ORDER[r.kind], r.first.title, r.second.title))
