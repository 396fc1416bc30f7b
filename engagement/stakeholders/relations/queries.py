"""Reads of relations: those that somebody said, and those that directory, waves and champions say already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, literal, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import standing_department
from engagement.reach import Reach
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion, Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import Filters, stakeholders_listed
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.rules import Pair, RelationKind
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import stakeholders_within
from engagement.waves.models import Wave
from engagement.waves.queries import departments_of_waves
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import waves_within

#: No organisation has more levels; a circle of managers in the directory ends here.
MOST_LEVELS = 15
BY_DIRECTORY = "by the directory"
_SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


@dataclass(frozen=True)
class Node:
    """A stakeholder in the network."""

    stakeholder: Stakeholder
    group: StakeholderGroup

    @property
    def title(self) -> str:
        return self.stakeholder.title


@dataclass(frozen=True)
class Relation:
    """One stakeholder and another, and who says so: a row that somebody said, or None with what says it in words."""

    first: Node
    second: Node
    kind: RelationKind
    row: StakeholderRelation | None
    says: str = ""

    @property
    def key(self) -> tuple[int, int, RelationKind]:
        return self.first.stakeholder.id, self.second.stakeholder.id, self.kind


@dataclass(frozen=True)
class Network:
    """Stakeholders and how they are related."""

    nodes: Mapping[int, Node]
    relations: Sequence[Relation]

    def of(self, stakeholder_id: int) -> list[Relation]:
        """Return the relations of one stakeholder, in either direction."""
        return [each for each in self.relations if stakeholder_id in each.key[:2]]

    def pairs(self, kind: RelationKind | None = None) -> list[Pair]:
        """Return who is related to whom, in one way or in any."""
        return [each.key[:2] for each in self.relations if kind in (None, each.kind)]

    @property
    def related(self) -> set[int]:
        """The ids of those who have any relation."""
        return {key for each in self.relations for key in each.key[:2]}


def network_within(maps: Reach, on: date, filters: Filters = Filters(), kind: RelationKind | None = None) -> Network:  # noqa: B008
    """Return the stakeholders within reach that pass the filters, and their relations on a day; in a fixed number of queries."""
    listed = stakeholders_listed(stakeholders_within(maps), filters).add_columns(StakeholderProfile.group)
    loaded = listed.options(
        joinedload(Stakeholder.person), joinedload(Stakeholder.department).joinedload(Department.manager)
    )
    nodes = {row.id: Node(row, group) for row, group in db.session.execute(loaded)}
    found: dict[tuple[int, int, RelationKind], Relation] = {}
    for each in [*_said(nodes), *_derived(nodes, maps, on, filters)]:
        if each.key[0] != each.key[1] and kind in (None, each.kind):
            found.setdefault(each.key, each)
    order = list(RelationKind)
    related = sorted(found.values(), key=lambda r: (order.index(r.kind), r.first.title, r.second.title))
    return Network(nodes, related)


def _said(nodes: Mapping[int, Node]) -> Iterator[Relation]:
    rows = db.session.scalars(
        select(StakeholderRelation)
        .where(StakeholderRelation.ended_at.is_(None))
        .options(joinedload(StakeholderRelation.said_by))
        .order_by(StakeholderRelation.id)
    )
    for row in rows:
        if row.from_id in nodes and row.to_id in nodes:
            yield Relation(nodes[row.from_id], nodes[row.to_id], row.kind, row)


def _derived(nodes: Mapping[int, Node], maps: Reach, on: date, filters: Filters) -> Iterator[Relation]:
    people = {n.stakeholder.person_id: n for n in reversed(list(nodes.values())) if n.stakeholder.person_id is not None}
    groups = [n for n in nodes.values() if n.stakeholder.department is not None]
    yield from _managers(people)
    yield from _heads(groups, people)
    yield from _of_waves(groups, people, maps, on, filters)


def _managers(people: Mapping[int, Node]) -> Iterator[Relation]:
    """Yield to whom each person reports: the nearest manager above them who is in the network."""
    chain = (
        select(Person.id.label("start"), Person.manager_id.label("above"), literal(1).label("level"))
        .where(Person.id.in_(people), Person.manager_id.is_not(None))
        .cte(recursive=True)
    )
    chain = chain.union_all(
        select(chain.c.start, Person.manager_id, chain.c.level + 1)
        .join(Person, Person.id == chain.c.above)
        .where(Person.manager_id.is_not(None), chain.c.level < MOST_LEVELS)
    )
    above = select(chain.c.start, chain.c.above, chain.c.level).where(chain.c.above.in_(people))
    seen: set[int] = set()
    for start, manager, level in db.session.execute(above.order_by(chain.c.level, chain.c.start)):
        if start not in seen and start != manager:
            seen.add(start)
            says = BY_DIRECTORY if level == 1 else f"{BY_DIRECTORY}, through others"
            yield Relation(people[start], people[manager], RelationKind.REPORTS_TO, None, says)


def _heads(groups: Sequence[Node], people: Mapping[int, Node]) -> Iterator[Relation]:
    """Yield to whom each department reports: its head, or the nearest head above it who is in the network."""
    above = {key for node in groups for key in _lineage(node)}
    headed = select(Department.id, Department.manager_id).where(
        Department.id.in_(above), Department.manager_id.in_(people)
    )
    heads = {key: head for key, head in db.session.execute(headed) if head is not None}
    for node in groups:
        ids = _lineage(node)[::-1]
        nearest = next((key for key in ids if key in heads), None)
        if nearest is not None:
            says = "head of the department" if nearest == ids[0] else "head of a department above"
            yield Relation(node, people[heads[nearest]], RelationKind.REPORTS_TO, None, says)


def _lineage(node: Node) -> list[int]:
    department = node.stakeholder.department
    return [int(key) for key in department.lineage.split("/") if key] if department else []


def _of_waves(
    groups: Sequence[Node], people: Mapping[int, Node], maps: Reach, on: date, filters: Filters
) -> Iterator[Relation]:
    """Yield who sponsors a wave's departments and who is champion there, for waves that are not over."""
    asked = [Wave.status.not_in(_SHUT), waves_within(maps)]
    asked += [Wave.programme_id == filters.programme_id] if filters.programme_id else []
    asked += [Wave.id == filters.wave_id] if filters.wave_id else []
    waves = list(db.session.scalars(select(Wave).where(*asked).options(joinedload(Wave.programme)).order_by(Wave.id)))
    departments = departments_of_waves([wave.id for wave in waves])
    for wave in waves:
        within = [standing_department(row).lineage for row in departments.get(wave.id, [])]
        sponsor = people.get(wave.sponsor_id or wave.programme.sponsor_id or 0)
        above = people.get(wave.programme.sponsor_id or 0)
        if sponsor is not None:
            for node in groups:
                if node.stakeholder.department and node.stakeholder.department.lineage.startswith(tuple(within)):
                    yield Relation(sponsor, node, RelationKind.SPONSORS, None, f"sponsor of {wave.title}")
        if above is not None and sponsor is not None and above is not sponsor:
            yield Relation(above, sponsor, RelationKind.SPONSORS, None, f"sponsor of {wave.programme.name}")
    yield from _champions(groups, people, {wave.id: wave for wave in waves}, on)


def _champions(
    groups: Sequence[Node], people: Mapping[int, Node], waves: Mapping[int, Wave], on: date
) -> Iterator[Relation]:
    asked = (Champion.wave_id.in_(waves), Champion.person_id.in_(people), is_champion_on(on))
    for row in db.session.scalars(select(Champion).where(*asked).options(joinedload(Champion.department))):
        lineage = standing_department(row.department).lineage
        fitting = [
            n for n in groups if n.stakeholder.department and lineage.startswith(n.stakeholder.department.lineage)
        ]
        nearest = max(fitting, key=lambda n: len(_lineage(n)), default=None)
        if nearest is not None:
            says = f"champion of {waves[row.wave_id].title}"
            yield Relation(people[row.person_id], nearest, RelationKind.CHAMPIONS, None, says)


def ended_relations(stakeholder_id: int, visible: ColumnElement[bool]) -> list[StakeholderRelation]:
    """Return what was said of a stakeholder once and holds no more, the newest first; the other one has to be visible too."""
    seen = select(Stakeholder.id).where(visible)
    return list(
        db.session.scalars(
            select(StakeholderRelation)
            .where(
                StakeholderRelation.ended_at.is_not(None),
                or_(StakeholderRelation.from_id == stakeholder_id, StakeholderRelation.to_id == stakeholder_id),
                StakeholderRelation.from_id.in_(seen),
                StakeholderRelation.to_id.in_(seen),
            )
            .options(
                joinedload(StakeholderRelation.first),
                joinedload(StakeholderRelation.second),
                joinedload(StakeholderRelation.ended_by),
            )
            .order_by(StakeholderRelation.ended_at.desc(), StakeholderRelation.id.desc())
        )
    )
