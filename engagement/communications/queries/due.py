"""What the scheduler finds in the calendar: dates to plan, and messages that are due, missed, under way or overtaken."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import contains_eager

from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import UNSENT, DeliveryState
from engagement.programmes.models import Programme
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def communications_with_dates() -> Select[Communication]:
    """Return a SELECT of the communications whose cadence still gives dates."""
    return (
        select(Communication)
        .join(Communication.programme)
        .where(Communication.ended_at.is_(None), Communication.cadence.is_not(None), Programme.closed_at.is_(None))
        .order_by(Communication.id)
    )


def passed_without_approval(now: datetime) -> Select[Occurrence]:
    """Return a SELECT of the messages whose time has passed without an approval."""
    waiting = (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW)
    return select(Occurrence).where(Occurrence.status.in_(waiting), Occurrence.sends_at <= now).order_by(Occurrence.id)


def due_occurrences(now: datetime) -> list[int]:
    """Return the ids of approved messages whose time has come, the most overdue first."""
    due = (Occurrence.status == OccurrenceStatus.APPROVED, Occurrence.sends_at <= now)
    return list(db.session.scalars(select(Occurrence.id).where(*due).order_by(Occurrence.sends_at, Occurrence.id)))


def approved_of_waves(wave_ids: Collection[int]) -> list[tuple[int, int, date]]:
    """Return the approved messages of these waves' own communications: id, wave and day of sending; what is kept for a roll-back is left out."""
    rows = db.session.scalars(
        select(Occurrence)
        .join(Occurrence.communication)
        .where(
            Communication.wave_id.in_(wave_ids),
            Occurrence.status == OccurrenceStatus.APPROVED,
            Occurrence.is_kept.is_(False),
        )
        .options(contains_eager(Occurrence.communication))
        .order_by(Occurrence.id)
    )
    return [(row.id, row.communication.wave_id or 0, row.sends_on) for row in rows]


def overtaken() -> Select[Occurrence]:
    """Return a SELECT of messages with waiting deliveries whose communication ended or wave was cancelled."""
    waits = exists().where(Delivery.mailing_id == Occurrence.mailing_id, Delivery.state.in_(UNSENT))
    over = or_(Communication.ended_at.is_not(None), Wave.status == WaveStatus.CANCELLED)
    return (
        select(Occurrence)
        .join(Occurrence.communication)
        .outerjoin(Communication.wave)
        .where(Occurrence.status == OccurrenceStatus.SENDING, over, waits)
        .order_by(Occurrence.id)
    )


def sent_to_all() -> Select[int]:
    """Return a SELECT of the ids of messages still marked as being sent, all of whose deliveries have ended."""
    final = [state for state in DeliveryState if state.is_final]
    under_way = exists().where(Delivery.mailing_id == Occurrence.mailing_id, Delivery.state.not_in(final))
    return select(Occurrence.id).where(
        Occurrence.status == OccurrenceStatus.SENDING, Occurrence.mailing_id.is_not(None), ~under_way
    )
