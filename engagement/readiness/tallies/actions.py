"""Counts marked people again and renews the sums that they are in; or everybody, from the start."""

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, or_, select, text, true, union, update

from engagement.db import MANY_ROWS, db, note_growth, note_unknown_sizes, rows_changed
from engagement.readiness.tallies.models import ReachedMark
from engagement.readiness.tallies.queries import every_share, member_shares_now
from engagement.training.tallies.queries import People, learning_shares, people_of_roles
from engagement.waves.tallies.models import NUMBERS, Tally, TallyMark, TallyShare

_KEY = ("wave_id", "department_id", "role")
Mark = TallyMark | ReachedMark
_MARKS: tuple[type[Mark], ...] = (TallyMark, ReachedMark)
_COLUMNS = ("wave_id", "person_id", "department_id", "role", *NUMBERS)


def settle_tallies() -> int:
    """Count the people again who are marked now, and remove their marks; return how many marks there were.

    Pages are right before and after: this makes them fast. A mark that is set meanwhile stays for the next time.
    """
    taken = _take_marks()
    marks = sum(taken.values())
    if not marks:
        return 0
    if marks >= MANY_ROWS:
        # Counting joins ten tables; of one taken for empty each row would be looked up in the others one by one. Marks that were
        # just taken are such a one: until now there were none.
        note_unknown_sizes()
        for table, number in taken.items():
            note_growth(table, number)
    _mark_learners_of_roles()
    people, members = _taken(TallyMark), union(*map(_taken, _MARKS))
    touched = _places(members)
    rows_changed(delete(TallyShare).where(TallyShare.person_id.in_(people)))
    rows_changed(delete(TallyShare).where(TallyShare.members > 0, TallyShare.person_id.in_(members)))
    _count(member_shares_now(members), *learning_shares(people))
    touched |= _places(members)
    _add_up(touched)
    _remove_marks()
    return marks


def count_everything() -> None:
    """Count everybody from the start, whatever is kept."""
    _take_marks()
    note_unknown_sizes()
    rows_changed(delete(TallyShare))
    _count(*every_share())
    rows_changed(delete(Tally))
    _add_up(None)
    _remove_marks()


def _take_marks() -> dict[type[Mark], int]:
    """Take the marks that stand now, and return how many of each kind. One at a time does this; marking and reading go on meanwhile."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE tally IN EXCLUSIVE MODE"))
    return {table: rows_changed(update(table).values(is_taken=True)) for table in _MARKS}


def _taken(table: type[Mark]) -> Select[Any]:
    return select(table.person_id).where(table.is_taken, table.person_id.is_not(None))


def _remove_marks() -> None:
    for table in _MARKS:
        rows_changed(delete(table).where(table.is_taken))


def _mark_learners_of_roles() -> None:
    roles = select(TallyMark.role).where(TallyMark.role.is_not(None), TallyMark.is_taken)
    if db.session.scalar(roles.limit(1)) is None:
        return
    learners = union(*people_of_roles(roles)).subquery()
    rows_changed(insert(TallyMark).from_select(["person_id", "is_taken"], select(learners.c.person_id, literal(True))))


def _places(people: People) -> set[tuple[int, int | None]]:
    """Return the waves and departments in which these people have shares."""
    rows = select(TallyShare.wave_id, TallyShare.department_id).where(TallyShare.person_id.in_(people)).distinct()
    return {(wave_id, department_id) for wave_id, department_id in db.session.execute(rows)}


def _count(*shares: Select[Any]) -> None:
    for each in shares:
        rows = each.subquery()
        added = rows_changed(
            insert(TallyShare).from_select(list(_COLUMNS), select(*(rows.c[name] for name in _COLUMNS)))
        )
        note_growth(TallyShare, added)


def _add_up(touched: set[tuple[int, int | None]] | None) -> None:
    """Renew the sums of these waves and departments, None for all; a sum more than needed does no harm."""
    if touched is not None:
        rows_changed(delete(Tally).where(_within(Tally, touched)))
    key = [getattr(TallyShare, name) for name in _KEY]
    sums = [func.sum(getattr(TallyShare, number)) for number in NUMBERS]
    rows = select(*key, *sums).where(true() if touched is None else _within(TallyShare, touched)).group_by(*key)
    rows_changed(insert(Tally).from_select([*_KEY, *NUMBERS], rows))


def _within(table: type[Tally] | type[TallyShare], touched: set[tuple[int, int | None]]) -> ColumnElement[bool]:
    departments = {department_id for _, department_id in touched if department_id is not None}
    in_departments = or_(table.department_id.in_(departments), table.department_id.is_(None))
    return table.wave_id.in_({wave_id for wave_id, _ in touched}) & in_departments
