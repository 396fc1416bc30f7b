"""Turns dates into messages: plans them from cadences, dates them by hand, and marks those that were missed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, true
from sqlalchemy.orm import joinedload

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.actions.states import dated, refuse_unless
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.due import communications_with_dates, passed_without_approval
from engagement.communications.rules import OccurrenceStatus, paired
from engagement.days.cadence import PlannedDate, planned_dates
from engagement.days.working_days import working_days_before
from engagement.db import db, insert_new
from engagement.errors import BadInput, RuleBroken
from engagement.verbs import Verb

HORIZON_DAYS = 100
ROWS_AT_ONCE = 500
#: Dates are also expanded this far beyond the planned range, so that messages at its ends still find their date.
AROUND = timedelta(days=62)


def plan_occurrences(now: datetime, horizon_days: int = HORIZON_DAYS) -> int:
    """Make drafts for the dates of all cadences up to `horizon_days` ahead; return how many are new.

    Safe to run any number of times, also in several processes at once: no date is made twice. Dates that passed while
    nothing ran are made too, so that none disappears; `settle_missed` marks them.
    """
    running = communications_with_dates().options(joinedload(Communication.wave), joinedload(Communication.programme))
    return plan_dates(db.session.scalars(running), now, horizon_days)


def plan_communication(communication_id: int, now: datetime) -> int:
    """Make the missing drafts of one communication, as `plan_occurrences` does for all; return how many."""
    return plan_dates([db.session.get_one(Communication, communication_id)], now)


def plan_dates(communications: Iterable[Communication], now: datetime, horizon_days: int = HORIZON_DAYS) -> int:
    """Make the missing drafts of these communications up to `horizon_days` ahead; return how many."""
    wanted = [each for each in communications if _gives_dates(each)]
    present = _present([each.id for each in wanted])
    rows: list[dict[str, Any]] = []
    for communication in wanted:
        until = now + timedelta(days=horizon_days)
        _, free = _placed(communication, present.get(communication.id, []), until)
        if free:
            audit.record(Verb.PLANNED_MESSAGES, communication, by=audit.CLOCK, messages=(None, len(free)))
        rows += [_row(communication, date_.planned_for, date_.sends_at, from_cadence=True) for date_ in free]
    made = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        chunk = rows[start : start + ROWS_AT_ONCE]
        new = insert_new(Occurrence).values(chunk).on_conflict_do_nothing().returning(Occurrence.id)
        made += len(db.session.scalars(new).all())
    return made


def _gives_dates(communication: Communication) -> bool:
    return communication.dates is not None and (communication.wave is None or communication.wave.status.is_open)


def _present(communication_ids: list[int]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """Return the id, dates and origin of every message of each communication, in any state."""
    found: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    columns = (Occurrence.communication_id, Occurrence.id, Occurrence.planned_for, Occurrence.sends_at)
    rows = select(*columns, Occurrence.from_cadence).where(Occurrence.communication_id.in_(communication_ids))
    for row in db.session.execute(rows.order_by(Occurrence.planned_for)):
        found.setdefault(row.communication_id, []).append(row)
    return found


def _placed(
    communication: Communication, rows: Iterable[Row[*tuple[Any, ...]]], until: datetime
) -> tuple[dict[int, PlannedDate], list[PlannedDate]]:
    """Return the date that belongs to each message, by message id, and the dates up to `until` without a message.

    Messages that were over before the rhythm began belong to none of its dates. Local days are compared: a text written
    for a day keeps that day when only the time of day changes.
    """
    since = communication.cadence_since
    standing = [row for row in rows if row.from_cadence and max(row.planned_for, row.sends_at) > since]
    others = {dated(communication, row.planned_for) for row in rows if row not in standing}
    assert communication.dates is not None
    around = planned_dates(communication.dates, since - AROUND, until + AROUND)
    dates = [each for each in around if dated(communication, each.planned_for) not in others]
    pairs = paired(
        [dated(communication, row.planned_for) for row in standing],
        [dated(communication, each.planned_for) for each in dates],
    )
    free = [
        each
        for at, each in enumerate(dates)
        if at not in pairs.values() and each.sends_at > since and each.planned_for <= until
    ]
    return {standing[place].id: dates[at] for place, at in pairs.items()}, free


def plan_anew(communication: Communication, now: datetime, *, other_dates: bool) -> None:
    """Fit the untouched drafts to a changed communication; each keeps its row.

    With `other_dates` the new rhythm holds from now on: each draft moves to its date in it, and drafts without one are
    deleted.
    """
    untouched = untouched_drafts(communication.id, now)
    places: dict[int, PlannedDate] = {}
    if other_dates:
        communication.cadence_since = now
        if _gives_dates(communication):
            rows = _present([communication.id]).get(communication.id, [])
            places, _ = _placed(communication, rows, now + timedelta(days=HORIZON_DAYS))
    for row in untouched:
        place = places.get(row.id)
        if other_dates and (place is None or place.sends_at <= now):
            db.session.delete(row)
            continue
        planned_for, sends_at = (place.planned_for, place.sends_at) if place else (row.planned_for, row.sends_at)
        for name, value in _row(communication, planned_for, sends_at, from_cadence=True).items():
            if name != "text_version":
                setattr(row, name, value)
    db.session.flush()
    plan_dates([communication], now)


def untouched_drafts(communication_id: int, now: datetime) -> Sequence[Occurrence]:
    """Return the coming drafts from the cadence that nobody wrote in or moved; locks their rows."""
    untouched = (
        Occurrence.status == OccurrenceStatus.DRAFT,
        Occurrence.from_cadence.is_(True),
        Occurrence.written_at.is_(None),
        Occurrence.moved_at.is_(None),
        Occurrence.sends_at > now,
    )
    rows = select(Occurrence).where(Occurrence.communication_id == communication_id, *untouched)
    rows = rows.order_by(Occurrence.id).with_for_update()
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


def _row(
    communication: Communication, planned_for: datetime, sends_at: datetime, *, from_cadence: bool
) -> dict[str, Any]:
    return {
        "communication_id": communication.id,
        "planned_for": planned_for,
        "sends_at": sends_at,
        "from_cadence": from_cadence,
        "write_by": working_days_before(
            dated(communication, sends_at), communication.write_lead_days, communication.holiday_country
        ),
        "status": OccurrenceStatus.DRAFT,
        "subject": communication.subject,
        "body": communication.outline,
        "asks_confirmation": communication.asks_confirmation,
        "text_version": 1,
        "reason": "",
    }


def settle_missed(now: datetime, only: int | None = None) -> int:
    """Mark every message whose time has passed without an approval as missed, with the reason; return how many.

    `only` limits this to the message with that id.
    """
    rows = (
        passed_without_approval(now)
        .where(Occurrence.id == only if only is not None else true())
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    missed = list(db.session.scalars(rows))
    for occurrence in missed:
        was = "was not approved" if occurrence.status is OccurrenceStatus.IN_REVIEW else "was still a draft"
        occurrence.status = OccurrenceStatus.MISSED
        occurrence.reason = f"It {was} when it was due, {occurrence.when}."
        audit.record(Verb.MISSED_MESSAGE, occurrence, by=audit.CLOCK, reason=(None, occurrence.reason))
    db.session.flush()
    return len(missed)


def schedule_briefing(communication: Communication, sends_at: datetime, *, by: Actor) -> Occurrence:
    """Date one message of a communication by hand, as a draft from the outline; it needs no cadence.

    Raises BadInput when `sends_at` (aware) is not in the future, RuleBroken when the communication has ended or already
    has a message at that instant.
    """
    refuse_unless(communication.ended_at is None, "This communication has ended. Make a new one.")
    if sends_at <= clock.now():
        raise BadInput("Choose a time in the future.", {"sends_at": "Choose a time in the future."})
    same = select(Occurrence.id).where(
        Occurrence.communication_id == communication.id, Occurrence.planned_for == sends_at
    )
    if db.session.scalar(same) is not None:
        raise RuleBroken("There is a message of this communication at that time already.")
    occurrence = Occurrence(**_row(communication, sends_at, sends_at, from_cadence=False), communication=communication)
    db.session.add(occurrence)
    db.session.flush()
    audit.record(Verb.DATED_MESSAGE, occurrence, by=by, sends_at=(None, sends_at))
    return occurrence
