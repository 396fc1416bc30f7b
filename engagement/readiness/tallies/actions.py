"""Counts marked people again and renews the sums that they are in; or everybody, from the start."""

from sqlalchemy import ColumnElement, delete, func, insert, literal, or_, select, text, true, union, update

from engagement.db import MANY_ROWS, db, note_growth, note_unknown_sizes, rows_changed
from engagement.readiness.tallies.queries import every_share
from engagement.training.tallies.queries import People, people_of_roles
from engagement.waves.tallies.models import NUMBERS, Tally, TallyMark, TallyShare
from engagement.waves.tallies.queries import marked_people

_KEY = ("wave_id", "department_id", "role")
_COLUMNS = ("wave_id", "person_id", "department_id", "role", *NUMBERS)


def settle_tallies() -> int:
    """Count the people again who are marked now, and remove their marks; return how many marks there were.

    Pages are right before and after: this makes them fast. A mark that is set meanwhile stays for the next time.
    """
    marks = _take_marks()
    if not marks:
        return 0
    if marks >= MANY_ROWS:
        # Counting joins ten tables; of one taken for empty each row would be looked up in the others one by one. Marks that were
        # just taken are such a one: until now there were none.
        note_unknown_sizes()
        note_growth(TallyMark, marks)
    _mark_learners_of_roles()
    touched = _places()
    people = marked_people().where(TallyMark.is_taken)
    rows_changed(delete(TallyShare).where(TallyShare.person_id.in_(people)))
    _count(people)
    touched |= _places()
    _add_up(touched)
    rows_changed(delete(TallyMark).where(TallyMark.is_taken))
    return marks


def count_everything() -> None:
    """Count everybody from the start, whatever is kept."""
    _take_marks()
    note_unknown_sizes()
    rows_changed(delete(TallyShare))
    _count(None)
    rows_changed(delete(Tally))
    _add_up(None)
    rows_changed(delete(TallyMark).where(TallyMark.is_taken))


def _take_marks() -> int:
    """Take the marks that stand now. One at a time does this; marking and reading go on meanwhile."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE tally IN EXCLUSIVE MODE"))
    return rows_changed(update(TallyMark).values(is_taken=True))


def _mark_learners_of_roles() -> None:
    roles = select(TallyMark.role).where(TallyMark.role.is_not(None), TallyMark.is_taken)
    if db.session.scalar(roles.limit(1)) is None:
        return
    learners = union(*people_of_roles(roles)).subquery()
    rows_changed(insert(TallyMark).from_select(["person_id", "is_taken"], select(learners.c.person_id, literal(True))))


def _places() -> set[tuple[int, int | None]]:
    """Return the waves and departments in which the people who are being counted have shares."""
    people = marked_people().where(TallyMark.is_taken)
    rows = select(TallyShare.wave_id, TallyShare.department_id).where(TallyShare.person_id.in_(people)).distinct()
    return {(wave_id, department_id) for wave_id, department_id in db.session.execute(rows)}


def _count(people: People | None) -> None:
    for shares in every_share(people):
        rows = shares.subquery()
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
