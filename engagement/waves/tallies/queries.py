"""Reads of kept numbers: the sums, without the old shares of marked people and with their present ones, in one statement."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)

from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.waves.models import Membership
from engagement.waves.tallies.models import NUMBERS, Tally, TallyMark, TallyShare

#: The waves that a statement reads, given when it is executed.
WAVES: Any = bindparam("waves", expanding=True)


def marked_people() -> Select[Any]:
    """Return a SELECT of the ids of people who are marked themselves."""
    return select(TallyMark.person_id).where(TallyMark.person_id.is_not(None))


def sums_with(
    marked: Select[Any] | CompoundSelect[Any],
    present: Sequence[Select[Any]],
    *where: Callable[[Any], ColumnElement[bool]],
) -> Subquery:
    """Return rows of the `WAVES` whose numbers add up to what is true now: kept sums, less old shares, plus present ones.

    `present` are SELECTs of what the marked people add now; `where` are conditions on the kept rows, given as functions of their
    table. Several rows may be about the same wave, department and role.
    """
    kept = [getattr(Tally, number) for number in NUMBERS]
    less = [-getattr(TallyShare, number) for number in NUMBERS]
    parts: list[Select[Any]] = [
        select(Tally.wave_id, Tally.department_id, Tally.role, *kept).where(
            Tally.wave_id.in_(WAVES), *(condition(Tally) for condition in where)
        ),
        select(TallyShare.wave_id, TallyShare.department_id, TallyShare.role, *less).where(
            TallyShare.wave_id.in_(WAVES),
            TallyShare.person_id.in_(marked),
            *(condition(TallyShare) for condition in where),
        ),
        *(part.with_only_columns(*(c for c in part.selected_columns if c.key != "person_id")) for part in present),
    ]
    return union_all(*parts).subquery()


def share(wave_id: Any, person_id: Any, role: Any = None, **numbers: Any) -> list[ColumnElement[Any]]:
    """Return the columns of a SELECT of shares, for one that reads `Person` too; numbers that are not named are 0."""
    return [
        wave_id.label("wave_id"),
        person_id.label("person_id"),
        Person.department_id.label("department_id"),
        (null() if role is None else role).label("role"),
        *(numbers.get(name, literal(0)).label(name) for name in NUMBERS),
    ]


def member_shares(
    people: Select[Any] | CompoundSelect[Any], *where: ColumnElement[bool], **more: ColumnElement[int]
) -> Select[Any]:
    """Return a SELECT of what these people add now to the members of waves; `where` are conditions on `Membership`.

    `more` are further numbers of a member, correlated with `Membership`.
    """
    has_role = exists().where(PersonRole.person_id == Person.id)
    numbers = {"members": literal(1), "without_role": case((has_role, 0), else_=1), **more}
    return (
        select(*share(Membership.wave_id, Membership.person_id, **numbers))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.ended_at.is_(None), Membership.person_id.in_(people), *where)
    )


class MemberSum(NamedTuple):
    """How many people of a department, None for none, are in a wave now, and how many of them have no training role."""

    wave_id: int
    department_id: int | None
    members: int
    without_role: int


# Making a long statement anew costs more than running it.
@cache
def _statement() -> Select[Any]:
    marked = marked_people()
    sums = sums_with(marked, [member_shares(marked, Membership.wave_id.in_(WAVES))], lambda table: table.role.is_(None))
    members = func.sum(sums.c.members)
    key = (sums.c.wave_id, sums.c.department_id)
    return select(*key, members, func.sum(sums.c.without_role)).group_by(*key).having(members > 0)


def member_sums(wave_ids: Sequence[int]) -> list[MemberSum]:
    """Return the numbers of people in these waves now, by department, in one statement."""
    rows = db.session.execute(_statement(), {"waves": list(wave_ids)})
    return [
        MemberSum(wave_id, department_id, int(members), int(without))
        for wave_id, department_id, members, without in rows
    ]
