"""Relations that nobody has to say: who reports to whom by the directory, who sponsors and is champion by the waves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import CompoundSelect, Executable, Integer, Select, bindparam, literal, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import standing_department
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.relations.queries.nodes import Node, Relation, ids_of
from engagement.stakeholders.relations.rules import RelationKind
from engagement.waves.models import Wave
from engagement.waves.queries import departments_of_waves
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import waves_within

#: No organisation has more levels; a circle of managers in the directory ends here.
MOST_LEVELS = 15
BY_DIRECTORY = "by the directory"
_SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


class Line(NamedTuple):
    """That one person reports to another, who stands so many levels above."""

    person_id: int
    manager_id: int
    levels: int


def lines_read(rows: Executable, of: int | None = None) -> list[Line]:
    """Return the lines that a SELECT of `reporting_lines` finds; `of` is the person about whom it asks."""
    return [Line._make(row) for row in db.session.execute(rows, {} if of is None else {"person": of})]


def reporting_lines(members: Select[int | None], *, of_one: bool = False) -> Select[int, int, int]:
    """Return a SELECT of to whom each of these people reports: the nearest manager above who is among them too.

    With `of_one` only the lines up from one person and down to the next below. The way up ends at the first who is among them, so
    that it costs as much as the network is large, however large the directory is.
    """
    # Asked three times, worked out once.
    here = select(members.cte("member").c[0])
    chain = (
        select(Person.id.label("start"), Person.manager_id.label("above"), literal(1).label("level"))
        .where(Person.id.in_(here), Person.manager_id.is_not(None))
        .cte(recursive=True)
    )
    chain = chain.union_all(
        select(chain.c.start, Person.manager_id, chain.c.level + 1)
        .join(Person, Person.id == chain.c.above)
        .where(Person.manager_id.is_not(None), chain.c.level < MOST_LEVELS, chain.c.above.not_in(here))
    )
    found = select(chain.c.start, chain.c.above, chain.c.level)
    found = found.where(chain.c.above.in_(here), chain.c.start != chain.c.above).order_by(chain.c.start)
    if of_one:
        person = bindparam("person", type_=Integer)
        found = found.where(or_(chain.c.start == person, chain.c.above == person))
    return found


def people_with_a_part() -> CompoundSelect[int | None]:
    """Return a SELECT of the people of the directory from whom relations to departments and waves are derived."""
    return (
        select(Department.manager_id)
        .where(Department.manager_id.is_not(None))
        .union_all(
            select(Programme.sponsor_id).where(Programme.sponsor_id.is_not(None)),
            select(Wave.sponsor_id).where(Wave.sponsor_id.is_not(None)),
            select(Champion.person_id),
        )
    )


def plays_a_part(person_id: int) -> bool:
    """Return whether somebody is one of `people_with_a_part`."""
    parts = people_with_a_part().subquery()
    return bool(db.session.scalar(select(select(parts).where(parts.c[0] == person_id).exists())))


def reports(nodes: Mapping[int, Node], lines: Iterable[Line]) -> Iterator[Relation]:
    """Yield what reporting lines say of these stakeholders."""
    people = _people(nodes)
    for line in lines:
        if line.person_id in people and line.manager_id in people:
            says = BY_DIRECTORY if line.levels == 1 else f"{BY_DIRECTORY}, through others"
            yield Relation(people[line.person_id], people[line.manager_id], RelationKind.REPORTS_TO, None, says)


def _people(nodes: Mapping[int, Node]) -> dict[int, Node]:
    """Return the people among stakeholders, by their id in the directory; of two entries the first."""
    return {node.person_id: node for node in reversed(list(nodes.values())) if node.person_id is not None}


def of_posts(nodes: Mapping[int, Node], maps: Reach, on: date, filters: Filters) -> Iterator[Relation]:
    """Yield what is known of these stakeholders on a day from who heads departments, sponsors, and is champion."""
    people, groups = _people(nodes), [node for node in nodes.values() if node.lineage]
    yield from _heads(groups, people)
    yield from _of_waves(groups, people, maps, on, filters)


def _heads(groups: Sequence[Node], people: Mapping[int, Node]) -> Iterator[Relation]:
    """Yield to whom each department reports: its head, or the nearest head above it who is in the network."""
    above = {key for node in groups for key in node.department_ids}
    headed = select(Department.id, Department.manager_id).where(
        Department.id.in_(above), Department.manager_id.is_not(None)
    )
    heads = {key: people[head] for key, head in db.session.execute(headed) if head is not None and head in people}
    for node in groups:
        ids = node.department_ids[::-1]
        nearest = next((key for key in ids if key in heads), None)
        if nearest is not None:
            says = "head of the department" if nearest == ids[0] else "head of a department above"
            yield Relation(node, heads[nearest], RelationKind.REPORTS_TO, None, says)


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
        within = tuple(standing_department(row).lineage for row in departments.get(wave.id, []))
        sponsor = people.get(wave.sponsor_id or wave.programme.sponsor_id or 0)
        above = people.get(wave.programme.sponsor_id or 0)
        if sponsor is not None:
            for node in groups:
                if node.lineage.startswith(within):
                    yield Relation(sponsor, node, RelationKind.SPONSORS, None, f"sponsor of {wave.title}")
        if above is not None and sponsor is not None and above is not sponsor:
            yield Relation(above, sponsor, RelationKind.SPONSORS, None, f"sponsor of {wave.programme.name}")
    yield from _champions(groups, people, {wave.id: wave for wave in waves}, on)


def _champions(
    groups: Sequence[Node], people: Mapping[int, Node], waves: Mapping[int, Wave], on: date
) -> Iterator[Relation]:
    """Yield for whom each is champion: their department, or the nearest above it that is in the network."""
    here = {node.department_ids[-1]: node for node in reversed(groups)}
    asked = (Champion.wave_id.in_(waves), is_champion_on(on))
    for row in db.session.scalars(select(Champion).where(*asked).options(joinedload(Champion.department))):
        above = ids_of(standing_department(row.department).lineage)[::-1]
        nearest = next((here[key] for key in above if key in here), None)
        if nearest is not None and row.person_id in people:
            says = f"champion of {waves[row.wave_id].title}"
            yield Relation(people[row.person_id], nearest, RelationKind.CHAMPIONS, None, says)
