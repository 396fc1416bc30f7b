"""Dates become messages: planning from cadences, dating by hand, and marking what was missed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.actions.states import dated, refuse_unless
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.days.cadence import planned_dates
from engagement.days.working_days import working_days_before
from engagement.db import db, insert_new
from engagement.errors import BadInput, RuleBroken
from engagement.programmes.models import Programme
from engagement.verbs import Verb

HORIZON_DAYS = 100
ROWS_AT_ONCE = 500


def plan_occurrences(now: datetime, horizon_days: int = HORIZON_DAYS) -> int:
    """Turn the dates of all cadences up to `horizon_days` ahead into drafts, and return how many are new.

    Runs any number of times, also in several processes at once, without making a date twice. Dates that passed while
    nothing ran are made too and become missed at once, so that no date disappears; so do drafts whose time has passed.
    """
    running = (
        select(Communication)
        .join(Communication.programme)
        .where(Communication.ended_at.is_(None), Communication.cadence.is_not(None), Programme.closed_at.is_(None))
        .options(joinedload(Communication.wave), joinedload(Communication.programme))
    )
    made = plan_dates(db.session.scalars(running), now, horizon_days)
    settle_missed(now)
    return made


def plan_dates(communications: Iterable[Communication], now: datetime, horizon_days: int = HORIZON_DAYS) -> int:
    """Make the drafts of these communications up to `horizon_days` ahead that are not there yet; return how many."""
    wanted = [c for c in communications if c.dates and (c.wave is None or c.wave.status.is_open)]
    taken = _days_taken([c.id for c in wanted])
    rows: list[dict[str, Any]] = []
    for communication in wanted:
        new = _new_dates(communication, taken.get(communication.id, set()), now + timedelta(days=horizon_days))
        rows += new
        if new:
            audit.record(Verb.PLANNED_MESSAGES, communication, by=audit.CLOCK, messages=(None, len(new)))
    made = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        chunk = rows[start : start + ROWS_AT_ONCE]
        new = insert_new(Occurrence).values(chunk).on_conflict_do_nothing().returning(Occurrence.id)
        made += len(db.session.scalars(new).all())
    return made


def _days_taken(communication_ids: list[int]) -> dict[int, set[datetime]]:
    """Return the instants for which each communication has a message already, whatever became of it."""
    taken: dict[int, set[datetime]] = {}
    rows = select(Occurrence.communication_id, Occurrence.planned_for).where(
        Occurrence.communication_id.in_(communication_ids)
    )
    for communication_id, planned_for in db.session.execute(rows):
        taken.setdefault(communication_id, set()).add(planned_for)
    return taken


def _new_dates(communication: Communication, taken: set[datetime], until: datetime) -> list[dict[str, Any]]:
    dates = communication.dates
    if dates is None:
        return []
    # Compared by local day: when only the time of day was changed, a text that was written for a day stands for it.
    days = {dated(communication, instant) for instant in taken}
    since = communication.cadence_since
    found = planned_dates(dates, since - timedelta(days=31), until)
    return [
        _row(communication, date_.planned_for, date_.sends_at, from_cadence=True)
        for date_ in found
        if date_.sends_at > since and dated(communication, date_.planned_for) not in days
    ]


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


def settle_missed(now: datetime) -> int:
    """Mark every message as missed whose time has passed without an approval, with the reason; return how many."""
    waiting = (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW)
    rows = (
        select(Occurrence)
        .where(Occurrence.status.in_(waiting), Occurrence.sends_at <= now)
        .order_by(Occurrence.id)
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
    """Date one message of a communication by hand, beside its cadence or without one, as a draft from the outline.

    Raises BadInput when `sends_at` (aware) is not in the future, RuleBroken when it has one for that instant already or
    has ended.
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
