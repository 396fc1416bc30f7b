"""Reads of kept numbers: the sums, without the old shares of marked people and with their present ones, in one statement.

While very many are marked, a page would count for seconds. It shows the sums as they are kept then, and says so and since when
(`Shown`). Everything else, such as decisions, files, letters and frozen reports, always counts.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
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
from sqlalchemy.orm import aliased

from engagement import clock
from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import IN_USE
from engagement.waves.tallies.models import NUMBERS, ReachedMark, Tally, TallyDay, TallyMark, TallyShare

#: The waves that a statement reads, given when it is executed.
WAVES: Any = bindparam("waves", expanding=True)


#: A page counts at most so many people anew, for about a tenth of a second: what a small wave was just sent is seen at once.
MOST_COUNTED = 500
#: It says how many people are waiting up to here.
MOST_TOLD = 10_000
#: People may have several marks each; of more than so many nobody asks how many people they are.
MARKS_FOR_ONE = 10
_MOST: Any = bindparam("most")


class Waiting(NamedTuple):
    """How many people wait to be counted again, None for more than `MOST_TOLD`, and since when: what is kept is from then."""

    people: int | None
    since: datetime


@dataclass
class Shown:
    """How a page shows kept numbers; decided when it first asks for one, so that all of them agree.

    `counts` says whether it counts marked people anew: it does not if nobody is marked, or so many that they are `waiting`.
    """

    counts: bool | None = None
    waiting: Waiting | None = None


#: Set by the door while it answers a request for a page that says what is `waiting`.
shown: ContextVar[Shown | None] = ContextVar("shown", default=None)


def counts_marked() -> bool:
    """Return whether who reads now counts marked people anew."""
    page = shown.get()
    if page is None:
        return True
    if page.counts is None:
        most = MARKS_FOR_ONE * MOST_COUNTED
        marks, people = db.session.execute(_first_marks(), {"most": most + 1}).one()
        are_many = people > MOST_COUNTED or marks > most
        page.counts = marks > 0 and not are_many
        if are_many:
            marks, people, since = db.session.execute(_waiting(), {"most": MOST_TOLD + 1}).one()
            # On PostgreSQL they may have been counted since the statement before.
            page.waiting = Waiting(people if marks <= MOST_TOLD else None, since) if since else None
    return page.counts


def is_waiting() -> bool:
    """Return whether who reads now shows kept numbers as they are, because very many people are marked."""
    page = shown.get()
    return page is not None and page.waiting is not None


#: Stands for the kept day until there is one.
NO_DAY = date.min


class Days(NamedTuple):
    """The day as of which champions are kept, `NO_DAY` before any is, and today in the time zone of that."""

    kept: date
    today: date


def days() -> Days:
    """Return the day as of which champions are kept, and today; they differ until somebody who counts has kept the next."""
    row = db.session.execute(select(TallyDay.day, TallyDay.timezone)).one_or_none()
    kept, zone = row or (NO_DAY, "UTC")
    return Days(kept, clock.today(zone))


def _marked() -> list[Select[Any]]:
    """Return SELECTs of the ids of people who are marked; for a role, of those who have it."""
    roles = select(TallyMark.role).where(TallyMark.role.is_not(None))
    # Asked first and once: usually no role is marked, and then the people of roles are not looked at.
    is_any = select(TallyMark.id).where(TallyMark.role.is_not(None)).correlate(None).exists()
    return [
        marked_people(),
        select(ReachedMark.person_id),
        select(PersonRole.person_id).where(is_any, PersonRole.role.in_(roles)),
    ]


# Making a long statement anew costs more than running it.
@cache
def _first_marks() -> Select[int, int]:
    people = union_all(*_marked()).limit(_MOST).subquery()
    return select(func.count(), func.count(people.c.person_id.distinct())).select_from(people)


@cache
def _waiting() -> Select[Any]:
    people = union_all(*_marked()).limit(_MOST).subquery()
    times = union_all(select(TallyMark.set_at), select(ReachedMark.set_at)).subquery()
    return select(
        func.count(), func.count(people.c.person_id.distinct()), select(func.min(times.c.set_at)).scalar_subquery()
    ).select_from(people)


def marked_people() -> Select[Any]:
    """Return a SELECT of the ids of people who are marked themselves."""
    return select(TallyMark.person_id).where(TallyMark.person_id.is_not(None))


def kept_sums(*where: Callable[[Any], ColumnElement[bool]]) -> Select[Any]:
    """Return a SELECT of the kept sums of the `WAVES`; `where` are conditions, given as functions of a table like `Tally`."""
    kept = [getattr(Tally, number) for number in NUMBERS]
    return select(Tally.wave_id, Tally.department_id, Tally.role, *kept).where(
        Tally.wave_id.in_(WAVES), *(condition(Tally) for condition in where)
    )


def sums_with(
    marked: Select[Any] | CompoundSelect[Any],
    present: Sequence[Select[Any]],
    *where: Callable[[Any], ColumnElement[bool]],
) -> Subquery:
    """Return rows of the `WAVES` whose numbers add up to what is true now: kept sums, less old shares, plus present ones.

    `present` are SELECTs of what the marked people add now; `where` are conditions on the kept rows, given as functions of their
    table. Several rows may be about the same wave, department and role.
    """
    less = [-getattr(TallyShare, number) for number in NUMBERS]
    parts: list[Select[Any]] = [
        kept_sums(*where),
        select(TallyShare.wave_id, TallyShare.department_id, TallyShare.role, *less).where(
            TallyShare.wave_id.in_(WAVES),
            TallyShare.person_id.in_(marked),
            *(condition(TallyShare) for condition in where),
        ),
        *(part.with_only_columns(*(c for c in part.selected_columns if c.key != "person_id")) for part in present),
    ]
    return union_all(*parts).subquery()


def share(
    wave_id: Any, person_id: Any, role: Any = None, *, department_id: Any = Person.department_id, **numbers: Any
) -> list[ColumnElement[Any]]:
    """Return the columns of a SELECT of shares, for one that reads `Person` too; numbers that are not named are 0."""
    return [
        wave_id.label("wave_id"),
        person_id.label("person_id"),
        department_id.label("department_id"),
        (null() if role is None else role).label("role"),
        *(numbers.get(name, literal(0)).label(name) for name in NUMBERS),
    ]


def member_shares(
    people: Select[Any] | CompoundSelect[Any] | Sequence[int], *where: ColumnElement[bool], **more: ColumnElement[int]
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


def is_pilot(wave_id: Any, person_id: Any) -> ColumnElement[bool]:
    """Return the condition that somebody was ever in a wave of the same programme that is in use and went live earlier."""
    own, earlier, there = aliased(Wave), aliased(Wave), aliased(Membership)
    return exists().where(
        own.id == wave_id,
        there.person_id == person_id,
        earlier.id == there.wave_id,
        earlier.programme_id == own.programme_id,
        earlier.status.in_(IN_USE),
        earlier.go_live_on < own.go_live_on,
    )


def is_volunteer(wave_id: Any, person_id: Any) -> ColumnElement[bool]:
    """Return the condition that somebody is in a wave now of their own will."""
    here = aliased(Membership)
    return exists().where(
        here.wave_id == wave_id, here.person_id == person_id, here.ended_at.is_(None), here.volunteered
    )


class MemberSum(NamedTuple):
    """How many people of a department, None for none, are in a wave now, and how many of them have no training role."""

    wave_id: int
    department_id: int | None
    members: int
    without_role: int


@cache
def _statement(counts: bool) -> Select[Any]:
    marked = marked_people()
    of_people = (lambda table: table.role.is_(None),)
    present = [member_shares(marked, Membership.wave_id.in_(WAVES))]
    sums = sums_with(marked, present, *of_people) if counts else kept_sums(*of_people).subquery()
    members = func.sum(sums.c.members)
    key = (sums.c.wave_id, sums.c.department_id)
    return select(*key, members, func.sum(sums.c.without_role)).group_by(*key).having(members > 0)


def member_sums(wave_ids: Sequence[int]) -> list[MemberSum]:
    """Return the numbers of people in these waves now, by department, in one statement."""
    rows = db.session.execute(_statement(counts_marked()), {"waves": list(wave_ids)})
    return [
        MemberSum(wave_id, department_id, int(members), int(without))
        for wave_id, department_id, members, without in rows
    ]
