"""Counts marked people again and renews the sums that they are in; or everybody, from the start. Both as of today where champions are kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, text, true, union, update

from engagement import clock
from engagement.db import db, note_growth, note_unknown_sizes, rows_changed
from engagement.readiness.tallies.queries.shares import champions_begun_or_ended, every_share, shares_now
from engagement.training.tallies.queries import people_of_roles
from engagement.waves.tallies.models import NUMBERS, ReachedMark, Tally, TallyDay, TallyMark, TallyShare
from engagement.waves.tallies.queries import NO_DAY, Days, days

Mark = TallyMark | ReachedMark
_KEY = ("wave_id", "department_id", "role")
_COLUMNS = ("wave_id", "person_id", "department_id", "role", *NUMBERS)
#: So many people are counted at once. On SQLite everybody else who writes waits meanwhile.
STEP = 500
#: More only after an upgrade, when champions are first kept; a statement takes so many ids on both databases.
MOST_AT_ONCE = 10_000


def settle_tallies(zone: str) -> int:
    """Count some of the people again who are marked, and remove their marks; return how many, 0 if nobody is marked any more.

    Champions are those of today in the IANA time zone `zone`, that of the organisation. Pages are right before and after: this makes them
    fast. A mark that is set meanwhile stays for the next time.
    """
    _take_turns()
    kept, today = _keep_day(zone)
    at_once = _mark_champions(kept, today)
    _mark_learners_of_roles()
    # What is counted after a mark is gone knows of the change that set it.
    people = _people_of_some_marks(TallyMark, at_once)
    members = list(dict.fromkeys([*people, *_people_of_some_marks(ReachedMark, people)]))
    if not members:
        return 0
    if len(members) >= STEP:
        # Counting joins ten tables; what was taken for empty would be looked up row by row.
        note_unknown_sizes()
    theirs = or_(TallyShare.person_id.in_(people), and_(TallyShare.members > 0, TallyShare.person_id.in_(members)))
    before = _newest()
    _add_up(theirs, -1)
    rows_changed(delete(TallyShare).where(theirs))
    _count(*shares_now(members, people, today))
    _add_up(theirs)
    _merge_sums_since(before)
    return len(members)


def count_everything(zone: str) -> None:
    """Count everybody from the start, whatever is kept, as of today in the IANA time zone `zone`."""
    _take_turns()
    _, today = _keep_day(zone)
    for table in (TallyMark, ReachedMark):
        rows_changed(delete(table))
    note_unknown_sizes()
    rows_changed(delete(TallyShare))
    note_growth(TallyShare, _count(*every_share(today)))
    rows_changed(delete(Tally))
    _add_up(true())


def _take_turns() -> None:
    """Wait until nobody else counts; marking and reading go on meanwhile."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE tally IN EXCLUSIVE MODE"))


def _keep_day(zone: str) -> Days:
    """Have champions kept as of today in this time zone from now on; return the day that was kept, and today."""
    kept, today = days().kept, clock.today(zone)
    new = {"day": today, "timezone": zone}
    if kept == NO_DAY:
        db.session.execute(insert(TallyDay).values(id=1, **new))
    else:
        rows_changed(update(TallyDay).where(or_(TallyDay.day != today, TallyDay.timezone != zone)).values(**new))
    return Days(kept, today)


def _mark_champions(kept: date, today: date) -> list[int]:
    """Mark whose time as a champion began or ended since a kept day; return whom to count at once: all of them if none was kept."""
    if kept == today:
        return []
    crossed = champions_begun_or_ended(*sorted((kept, today))).distinct()
    rows_changed(insert(TallyMark).from_select(["person_id"], crossed))
    # While some of them waited, pages would show numbers of champions that never were.
    return list(db.session.scalars(crossed.limit(MOST_AT_ONCE))) if kept == NO_DAY else []


def _mark_learners_of_roles() -> None:
    taken = db.session.scalars(delete(TallyMark).where(TallyMark.role.is_not(None)).returning(TallyMark.role))
    if roles := {role for role in taken if role}:
        learners = union(*people_of_roles(roles)).subquery()
        rows_changed(insert(TallyMark).from_select(["person_id"], select(learners.c.person_id)))


def _people_of_some_marks(table: type[Mark], besides: Sequence[int] = ()) -> list[int]:
    """Remove the marks of those who have waited longest, and of `besides`; return their ids."""
    first = select(table.person_id).where(table.person_id.is_not(None)).order_by(table.id).limit(STEP)
    of_them = or_(table.person_id.in_(first), table.person_id.in_(besides))
    return list(dict.fromkeys(db.session.scalars(delete(table).where(of_them).returning(table.person_id))))


def _count(*shares: Select[Any]) -> int:
    """Store these shares; return how many they are."""
    added = 0
    for each in shares:
        rows = each.subquery()
        columns = [rows.c[name] for name in _COLUMNS]
        added += rows_changed(insert(TallyShare).from_select(list(_COLUMNS), select(*columns)))
    return added


def _add_up(these: ColumnElement[bool], sign: int = 1) -> None:
    """Add the sums of these shares to those that are kept, or take them off; a wave may then have several of a kind."""
    key = [getattr(TallyShare, name) for name in _KEY]
    sums = [sign * func.sum(getattr(TallyShare, number)) for number in NUMBERS]
    rows_changed(insert(Tally).from_select([*_KEY, *NUMBERS], select(*key, *sums).where(these).group_by(*key)))


def _merge_sums_since(before: int) -> None:
    """Make one sum of a kind again in each wave that got sums since then."""
    until, touched = _newest(), select(Tally.wave_id).where(Tally.id > before)
    key, numbers = ([getattr(Tally, name) for name in names] for names in (_KEY, NUMBERS))
    is_any = or_(*(func.sum(number) != 0 for number in numbers))
    one = select(*key, *map(func.sum, numbers)).where(Tally.wave_id.in_(touched)).group_by(*key).having(is_any)
    rows_changed(insert(Tally).from_select([*_KEY, *NUMBERS], one))
    rows_changed(delete(Tally).where(Tally.wave_id.in_(touched), Tally.id <= until))


def _newest() -> int:
    return db.session.scalar(select(func.max(Tally.id))) or 0
