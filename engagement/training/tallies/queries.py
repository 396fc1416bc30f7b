"""Reads of kept numbers of training, and what people add to them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    func,
    literal,
    select,
    union,
)

from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment
from engagement.training.queries.standing import belonging, standing_of
from engagement.waves.tallies.models import TallyMark, TallyShare
from engagement.waves.tallies.queries import WAVES, counts_marked, kept_sums, marked_people, share, sums_with

#: Ids of people.
People = Select[Any] | CompoundSelect[Any] | Sequence[int]
#: Further numbers of a learner: from the columns of the wave and the person, and whether they have finished, 1 or 0.
More = Callable[[ColumnElement[int], ColumnElement[int], ColumnElement[int]], Mapping[str, ColumnElement[int]]]


class LearningSum(NamedTuple):
    """How many people of a wave and department are asked in a role and have finished; without a role, in all of theirs together."""

    wave_id: int
    department_id: int | None
    role: TrainingRole | None
    asked: int
    finished: int
    minutes_left: int


def learning_sums(wave_ids: Sequence[int]) -> list[LearningSum]:
    """Return what is asked and finished in these waves now by department and role, in one statement."""
    rows = db.session.execute(_by_department(counts_marked()), {"waves": list(wave_ids)})
    return [LearningSum(*row[:3], *map(int, row[3:])) for row in rows]


def people_sums(wave_ids: Sequence[int]) -> list[LearningSum]:
    """Return the same of people in all their roles and departments together, one row a wave."""
    rows = db.session.execute(_of_people(counts_marked()), {"waves": list(wave_ids)})
    return [LearningSum(row[0], None, None, *map(int, row[1:])) for row in rows]


# Making a long statement anew costs more than running it.
@cache
def _by_department(counts: bool) -> Select[Any]:
    if counts:
        people = people_to_count()
        sums = sums_with(people, learning_shares(people, Assignment.wave_id.in_(WAVES)))
    else:
        sums = kept_sums().subquery()
    return _added_up(sums, sums.c.wave_id, sums.c.department_id, sums.c.role)


@cache
def _of_people(counts: bool) -> Select[Any]:
    of_people = (lambda table: table.role.is_(None),)
    if counts:
        people = people_to_count()
        _, once = learning_shares(people, Assignment.wave_id.in_(WAVES))
        sums = sums_with(people, [once], *of_people)
    else:
        sums = kept_sums(*of_people).subquery()
    return _added_up(sums, sums.c.wave_id)


def _added_up(sums: Subquery, *key: ColumnElement[Any]) -> Select[Any]:
    asked, finished, left = (func.sum(sums.c[name]) for name in ("asked", "finished", "minutes_left"))
    return select(*key, asked, finished, left).group_by(*key).having(asked > 0)


def people_to_count(*besides: Select[Any]) -> Select[Any]:
    """Return a SELECT of the ids of people who are marked, or learn in a role that is, and of these `besides`."""
    roles = select(TallyMark.role).where(TallyMark.role.is_not(None))
    # Asked first and once: usually no role is marked, and then neither table is looked at.
    is_any = select(TallyMark.id).where(TallyMark.role.is_not(None)).correlate(None).exists()
    # Found once, however often a statement asks for them: PostgreSQL would start helping processes each time.
    found = union(marked_people(), *people_of_roles(roles, is_any), *besides).cte()
    return select(found.c.person_id)


def people_of_roles(
    roles: Select[Any] | Collection[TrainingRole], *where: ColumnElement[bool]
) -> tuple[Select[Any], Select[Any]]:
    """Return SELECTs of the people who were counted in these roles, and who learn in them now, if the conditions hold."""
    return (
        select(TallyShare.person_id).where(*where, TallyShare.role.in_(roles)),
        select(Assignment.person_id).where(*where, Assignment.role.in_(roles), Assignment.withdrawn_at.is_(None)),
    )


def learning_shares(
    people: People | None, *where: ColumnElement[bool], more: More = lambda *_: {}
) -> tuple[Select[Any], Select[Any]]:
    """Return SELECTs of what people (None: all) add now to the training of waves: in each role, and once whatever their roles, with `more`.

    `where` are conditions on `Assignment`. Both rest on the one definition of finished in `training.queries.standing`.
    """
    scope = [belonging(), *where]
    scope += [] if people is None else [Assignment.person_id.in_(people)]
    # Both add up the same rows, which are read once where both are asked for together.
    standing = select(standing_of(*scope)).cte()
    by_role = (
        select(
            *share(
                standing.c.wave_id,
                standing.c.person_id,
                standing.c.role,
                asked=literal(1),
                finished=standing.c.is_finished,
                minutes_left=standing.c.minutes_left,
            )
        )
        .join(Person, Person.id == standing.c.person_id)
        .where(standing.c.asked > 0)
    )
    finished = func.min(standing.c.is_finished)
    by_person = (
        select(
            *share(
                standing.c.wave_id,
                standing.c.person_id,
                asked=literal(1),
                finished=finished,
                minutes_left=func.sum(standing.c.minutes_left),
                **more(standing.c.wave_id, standing.c.person_id, finished),
            )
        )
        .join(Person, Person.id == standing.c.person_id)
        .where(standing.c.asked > 0)
        .group_by(standing.c.wave_id, standing.c.person_id, Person.department_id)
    )
    return by_role, by_person
