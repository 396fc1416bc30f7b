"""Writes numbers of use by person and by team, and the spans that follow from them; what newer numbers replace stays, superseded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, and_, bindparam, column, delete, false, func, select, true, tuple_, update
from sqlalchemy.orm import aliased

from engagement import clock
from engagement.adoption.models import TeamUsage, Usage, UsageSpan, UsageUpload
from engagement.adoption.queries.spans import Key, spans_where
from engagement.adoption.rules.spans import Span, joined, kept_before, span_of
from engagement.adoption.rules.vocabulary import earliest_kept
from engagement.db import among, db, insert_new, note_growth, rows_changed

#: Rows handled at once: both databases take so many values in one statement.
AT_ONCE = 5_000


class PersonUse(NamedTuple):
    """How often somebody used a workflow on a day."""

    person_id: int
    workflow_id: int
    day: date
    uses: int


class TeamUse(NamedTuple):
    """How often a team used a workflow on a day, and how many of its people did; None where not told."""

    department_id: int
    workflow_id: int
    day: date
    uses: int | None
    people: int | None


Written = Callable[[int], None]
"""Called with how many rows of people are written."""


def unwatched(_rows: int) -> None:
    """Tell nobody how much is written."""


def write_people(upload: UsageUpload, rows: Iterable[PersonUse], written: Written = unwatched) -> None:
    """Write what an upload says of people, at most once a person, workflow and day; what is known already changes nothing."""
    ordered = sorted(rows)
    for start in range(0, len(ordered), AT_ONCE):
        written(start)
        _write_some(upload, ordered[start : start + AT_ONCE])
    written(len(ordered))


def _write_some(upload: UsageUpload, chunk: Sequence[PersonUse]) -> None:
    held = _held(chunk)
    new, again, repeated = [], [], []
    days: dict[Key, list[date]] = {}
    rebuilt: set[Key] = set()
    for row in chunk:
        by_upload, uses = held.get((row.person_id, row.workflow_id, row.day), (None, None))
        if row.uses == (uses or 0):
            # What another upload says already is noted, for the case that that one is taken back. Nothing is kept of a day
            # without use, unless it takes the place of a number.
            repeated += [row] if by_upload not in (None, upload.id) else []
            continue
        new.append(row)
        if uses is not None:
            again.append(_key_row(row.person_id, row.workflow_id, row.day))
        if uses and not row.uses:
            rebuilt.add((row.workflow_id, row.person_id))
        elif row.uses:
            days.setdefault((row.workflow_id, row.person_id), []).append(row.day)
    rows = [_person_row(upload.id, row, is_superseded=False) for row in new]
    rows += [_person_row(upload.id, row, is_superseded=True) for row in repeated]
    _supersede(Usage, "person_id", again)
    # One of the same upload that was superseded meanwhile, or says another number, is written over.
    _upsert(Usage, ("upload_id", "workflow_id", "person_id", "used_on"), ("uses", "is_superseded"), rows)
    note_growth(Usage, len(rows))
    _add_days({key: each for key, each in days.items() if key not in rebuilt})
    rebuild_spans(rebuilt)


def _held(chunk: Sequence[PersonUse]) -> dict[tuple[int, int, date], tuple[int, int]]:
    """Return which upload says what of these people, workflows and days."""
    days = [row.day for row in chunk]
    held = select(Usage.person_id, Usage.workflow_id, Usage.used_on, Usage.upload_id, Usage.uses).where(
        among(Usage.person_id, {row.person_id for row in chunk}),
        Usage.workflow_id.in_({row.workflow_id for row in chunk}),
        Usage.used_on.between(min(days), max(days)),
        Usage.is_superseded == false(),
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in db.session.execute(held)}


def _person_row(upload_id: int, row: PersonUse, *, is_superseded: bool) -> dict[str, Any]:
    return {
        "upload_id": upload_id,
        "workflow_id": row.workflow_id,
        "person_id": row.person_id,
        "used_on": row.day,
        "uses": row.uses,
        "is_superseded": is_superseded,
    }


def _key_row(owner_id: int, workflow_id: int, day: date) -> dict[str, Any]:
    return {"of_owner": owner_id, "of_workflow": workflow_id, "of_day": day}


def _supersede(table: Any, owner: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        own = (
            getattr(table, owner) == bindparam("of_owner"),
            table.workflow_id == bindparam("of_workflow"),
            table.used_on == bindparam("of_day"),
            table.is_superseded == false(),
        )
        # On the table itself: the session would take many rows for a bulk update by primary key.
        db.session.connection().execute(update(table.__table__).where(*own).values(is_superseded=True), rows)


def _upsert(table: Any, key: Sequence[str], values: Sequence[str], rows: list[dict[str, Any]]) -> None:
    """Insert rows, of each key one; a row that is there already gets these values."""
    if not rows:
        return
    into: Any = insert_new(table.__table__)
    given: Any = rows
    if db.engine.dialect.name == "postgresql":
        # A statement for each row takes three times as long as one that is given all of them as arrays.
        columns = [table.__table__.c[name] for name in rows[0]]
        arrays = [bindparam(f"every_{each.name}", type_=ARRAY(each.type)) for each in columns]
        names = [column(each.name, each.type) for each in columns]
        every = func.unnest(*arrays).table_valued(*names, name="every").render_derived()
        into = into.from_select(list(rows[0]), select(*every.c))
        given = {f"every_{name}": [row[name] for row in rows] for name in rows[0]}
    changed = {name: into.excluded[name] for name in values}
    db.session.connection().execute(into.on_conflict_do_update(index_elements=list(key), set_=changed), given)


def _add_days(days: Mapping[Key, Sequence[date]]) -> None:
    if days:
        kept = _spans(days)
        _write_spans({key: joined(kept.get(key), span_of(used)) for key, used in days.items()}, kept)


def rebuild_spans(keys: Iterable[Key]) -> None:
    """Make the spans of these anew from their days, and from what they say of weeks that are folded away."""
    earliest = earliest_kept(clock.now().date())
    ordered = iter(sorted(keys, key=itemgetter(1)))
    while some := list(islice(ordered, AT_ONCE)):
        kept = _spans(some)
        rows = db.session.execute(
            select(Usage.workflow_id, Usage.person_id, Usage.used_on)
            .where(
                among(Usage.person_id, {person_id for _, person_id in some}),
                Usage.is_superseded == false(),
                Usage.uses > 0,
                Usage.used_on >= earliest,
            )
            .order_by(Usage.workflow_id, Usage.person_id)
        )
        days = {key: span_of(day for _, _, day in found) for key, found in groupby(rows, key=itemgetter(0, 1))}
        right = {key: joined(kept_before(kept.get(key), earliest), days.get(key)) for key in some}
        _write_spans({key: span for key, span in right.items() if span is not None}, kept)
        gone = [key for key, span in right.items() if span is None and key in kept]
        for start in range(0, len(gone), 1_000):
            these = tuple_(UsageSpan.workflow_id, UsageSpan.person_id).in_(gone[start : start + 1_000])
            rows_changed(delete(UsageSpan).where(these))


def _spans(keys: Iterable[Key]) -> dict[Key, Span]:
    """Return the kept spans of these; all of their people are read, because asking for pairs costs more."""
    wanted = set(keys)
    found = spans_where(among(UsageSpan.person_id, {person_id for _, person_id in wanted}))
    return {key: span for key, span in found.items() if key in wanted}


def _write_spans(spans: Mapping[Key, Span | None], kept: Mapping[Key, Span]) -> None:
    rows = [
        {"workflow_id": key[0], "person_id": key[1], **span._asdict()}
        for key, span in spans.items()
        if span is not None and span != kept.get(key)
    ]
    _upsert(UsageSpan, ("workflow_id", "person_id"), Span._fields, rows)
    note_growth(UsageSpan, len(rows))


def write_teams(upload: UsageUpload, rows: Sequence[TeamUse]) -> None:
    """Write what an upload says of teams; what is known already changes nothing."""
    if not rows:
        return
    held = {
        (row.department_id, row.workflow_id, row.used_on): row
        for row in db.session.scalars(
            select(TeamUsage)
            .where(
                TeamUsage.workflow_id.in_({row.workflow_id for row in rows}),
                TeamUsage.used_on.between(min(row.day for row in rows), max(row.day for row in rows)),
                TeamUsage.is_superseded == false(),
            )
            .execution_options(populate_existing=True)
        )
    }
    values, again = [], []
    for row in rows:
        former = held.get((row.department_id, row.workflow_id, row.day))
        is_known = former is not None and (former.uses, former.people) == (row.uses, row.people)
        if is_known and former is not None and former.upload_id == upload.id:
            continue
        if former is not None and not is_known:
            again.append(_key_row(row.department_id, row.workflow_id, row.day))
        values.append(_team_row(upload.id, row, is_superseded=is_known))
    _supersede(TeamUsage, "department_id", again)
    _upsert(
        TeamUsage, ("upload_id", "workflow_id", "department_id", "used_on"), ("uses", "people", "is_superseded"), values
    )


def _team_row(upload_id: int, row: TeamUse, *, is_superseded: bool) -> dict[str, Any]:
    return {
        "upload_id": upload_id,
        "workflow_id": row.workflow_id,
        "department_id": row.department_id,
        "used_on": row.day,
        "uses": row.uses,
        "people": row.people,
        "is_superseded": is_superseded,
    }


def remove_rows(upload: UsageUpload) -> None:
    """Delete the numbers of an upload; what they had superseded holds again."""
    touched = select(Usage.workflow_id, Usage.person_id).where(
        Usage.upload_id == upload.id, Usage.is_superseded == false()
    )
    keys = {(workflow_id, person_id) for workflow_id, person_id in db.session.execute(touched.distinct())}
    for table, owner in ((Usage, Usage.person_id), (TeamUsage, TeamUsage.department_id)):
        rows_changed(delete(table).where(table.upload_id == upload.id))
        _hold_again(table, owner.key)
    rebuild_spans(keys)


def _hold_again(table: Any, owner: str) -> None:
    """Let the newest of superseded numbers hold where none does."""
    other = aliased(table)
    same = and_(
        getattr(other, owner) == getattr(table, owner),
        other.workflow_id == table.workflow_id,
        other.used_on == table.used_on,
    )
    holding = select(other.upload_id).where(same, other.is_superseded == false()).exists()
    newest = select(func.max(other.upload_id)).where(same).scalar_subquery()
    rows_changed(
        update(table)
        .where(table.is_superseded == true(), ~holding, table.upload_id == newest)
        .values(is_superseded=False)
    )


def fold_days(today: date) -> int:
    """Delete the single days of people that are too old; return how many. First and last day of use, and its weeks, stay."""
    return rows_changed(delete(Usage).where(Usage.used_on < earliest_kept(today)))
