"""Reads of the calendar: months, lists, running communications, and the next messages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from engagement import clock
from engagement.communications import scopes
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.days.cadence import PlannedDate, planned_dates
from engagement.db import UtcDateTime, db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.reach import Reach
from engagement.searching import by_name
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

UNDER_WAY = (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW, OccurrenceStatus.APPROVED, OccurrenceStatus.HELD)
LONGEST_MISSED = timedelta(days=30)
MOST_SHOWN = 50
EVERY_ONE = true()


def with_communication() -> Select[Occurrence]:
    """Return a SELECT of messages that also loads their communications, audiences, waves and owners."""
    return (
        select(Occurrence)
        .join(Occurrence.communication)
        .options(
            contains_eager(Occurrence.communication).options(
                joinedload(Communication.audience), joinedload(Communication.wave), joinedload(Communication.owner)
            )
        )
    )


def with_owner() -> Select[Occurrence]:
    """Return a SELECT of messages that also loads their communications and owners: enough for lists of one wave, which is there."""
    communication = contains_eager(Occurrence.communication)
    return select(Occurrence).join(Occurrence.communication).options(communication.joinedload(Communication.owner))


def with_wave() -> Select[Occurrence]:
    """Return a SELECT of messages that also loads their communications, waves and owners: enough to name them."""
    communication = contains_eager(Occurrence.communication)
    return with_owner().options(communication.joinedload(Communication.wave))


def messages_between(
    first: date, last: date, zone: str, reading: Reach, *, limit: int | None = None
) -> list[Occurrence]:
    """Return the messages sent from `first` to `last` (both included, days of the IANA zone), in order; the first `limit`."""
    start = datetime.combine(first, time(), ZoneInfo(zone))
    end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
    return list(db.session.scalars(_between(reading, limit), {"start": start, "end": end}))


# Making a statement anew costs more than running it.
@lru_cache(maxsize=64)
def _between(reading: Reach, limit: int | None) -> Select[Occurrence]:
    start, end = (bindparam(name, type_=UtcDateTime) for name in ("start", "end"))
    query = with_communication().where(
        Occurrence.sends_at >= start, Occurrence.sends_at < end, scopes.readable(reading)
    )
    return query.order_by(Occurrence.sends_at, Occurrence.id).limit(limit)


def go_lives_between(first: date, last: date, visible: ColumnElement[bool] = EVERY_ONE) -> list[Wave]:
    """Return the visible waves that go live from `first` to `last`, both included."""
    return list(
        db.session.scalars(
            select(Wave)
            .where(Wave.go_live_on.between(first, last), Wave.status != WaveStatus.CANCELLED, visible)
            .order_by(Wave.go_live_on, Wave.number)
        )
    )


def messages_listed(
    begins: datetime, status: OccurrenceStatus | None = None, readable: ColumnElement[bool] = EVERY_ONE
) -> Select[Occurrence]:
    """Return a SELECT of all messages, or of those in one state.

    Messages from the instant `begins` on come first, in order; earlier ones follow, the latest first. `readable`, here and
    below, is a condition on `Communication` from `communications.scopes.readable`.
    """
    is_past = Occurrence.sends_at < begins
    in_order = (is_past, case((~is_past, Occurrence.sends_at)), Occurrence.sends_at.desc(), Occurrence.id)
    query = with_communication().where(readable).order_by(*in_order)
    return query.where(Occurrence.status == status) if status else query


def coming_messages(now: datetime, limit: int = 6, readable: ColumnElement[bool] = EVERY_ONE) -> list[Occurrence]:
    """Return the held messages, then the next ones."""
    query = with_communication().where(
        readable,
        or_(
            and_(Occurrence.status.in_(UNDER_WAY), Occurrence.sends_at >= now, Occurrence.is_kept.is_(False)),
            Occurrence.status == OccurrenceStatus.HELD,
        ),
    )
    return list(db.session.scalars(query.order_by(Occurrence.sends_at, Occurrence.id).limit(limit)))


def briefing_of(wave_id: int) -> Communication | None:
    """Return the wave's briefing in the calendar, the oldest if there are several."""
    its = select(Communication).where(
        Communication.wave_id == wave_id,
        Communication.kind == CommunicationKind.DEPARTMENT_BRIEFING,
        Communication.ended_at.is_(None),
    )
    return db.session.scalar(its.order_by(Communication.id).limit(1))


def next_messages(wave_id: int, limit: int = 5) -> list[Occurrence]:
    """Return the next unsent messages of a wave's own communications, in order."""
    return list(db.session.scalars(_next(), {"wave": wave_id, "now": clock.now(), "limit": limit}))


# Making a long statement anew costs more than running it.
@cache
def _next() -> Select[Occurrence]:
    query = with_owner().where(
        Communication.wave_id == bindparam("wave"),
        Occurrence.status.in_(UNDER_WAY),
        Occurrence.sends_at >= bindparam("now"),
        Occurrence.is_kept.is_(False),
    )
    return query.order_by(Occurrence.sends_at, Occurrence.id).limit(bindparam("limit"))


def kept_messages(wave_id: int) -> list[Occurrence]:
    """Return the messages that are kept until a wave is rolled back, in the order in which they were prepared."""
    query = with_communication().where(Communication.wave_id == wave_id, Occurrence.is_kept)
    return list(db.session.scalars(query.order_by(Occurrence.sends_at, Occurrence.id)))


@dataclass(frozen=True)
class CommunicationLine:
    """A communication in a list, with its next message and the time of the last missed one."""

    communication: Communication
    next_at: datetime | None
    missed_at: datetime | None


def communications_running(
    programme_id: int | None = None, readable: ColumnElement[bool] = EVERY_ONE
) -> list[CommunicationLine]:
    """Return the communications that have not ended, by programme and name; None for all programmes."""
    now = clock.now()
    query = (
        select(Communication)
        .where(Communication.ended_at.is_(None), readable)
        .options(joinedload(Communication.audience), joinedload(Communication.owner), joinedload(Communication.wave))
        .order_by(
            Communication.programme_id,
            Communication.wave_id.is_not(None),
            by_name(Communication.name),
            Communication.id,
        )
    )
    rows = list(db.session.scalars(query.where(Communication.programme_id == programme_id) if programme_id else query))
    ids = [row.id for row in rows]
    coming = _per_communication(func.min, ids, Occurrence.status.in_(UNDER_WAY), Occurrence.sends_at > now)
    late = (Occurrence.status == OccurrenceStatus.MISSED, Occurrence.sends_at > now - LONGEST_MISSED)
    missed = _per_communication(func.max, ids, *late)
    return [CommunicationLine(row, coming.get(row.id), missed.get(row.id)) for row in rows]


def _per_communication(
    which: Callable[..., Any], ids: Sequence[int], *conditions: ColumnElement[bool]
) -> dict[int, datetime]:
    rows = (
        select(Occurrence.communication_id, which(Occurrence.sends_at))
        .where(Occurrence.communication_id.in_(ids), *conditions)
        .group_by(Occurrence.communication_id)
    )
    return dict(db.session.execute(rows).all())


def messages_of(communication_id: int, now: datetime, *, past: bool, limit: int = 12) -> list[Occurrence]:
    """Return a communication's messages from now on in order, or its past ones, the latest first."""
    query = with_communication().where(Occurrence.communication_id == communication_id).limit(limit)
    if past:
        return list(db.session.scalars(query.where(Occurrence.sends_at <= now).order_by(Occurrence.sends_at.desc())))
    return list(db.session.scalars(query.where(Occurrence.sends_at > now).order_by(Occurrence.sends_at)))


def counts_of(occurrences: Iterable[Occurrence]) -> dict[int, dict[DeliveryState, int]]:
    """Return for each message that is out the number of deliveries in each state, in one query."""
    mailings = {row.mailing_id: row.id for row in occurrences if row.mailing_id is not None}
    found: dict[int, dict[DeliveryState, int]] = {row: {} for row in mailings.values()}
    counted = (
        select(Delivery.mailing_id, Delivery.state, func.count())
        .where(Delivery.mailing_id.in_(mailings))
        .group_by(Delivery.mailing_id, Delivery.state)
    )
    for mailing_id, state, number in db.session.execute(counted):
        found[mailings[mailing_id]][state] = number
    return found


def dates_beyond(communication: Communication, after: datetime, number: int = 3) -> list[PlannedDate]:
    """Return the next dates of a cadence after an instant, planned or not; none for "as needed"."""
    dates = communication.dates
    return planned_dates(dates, after, after + timedelta(days=800))[:number] if dates else []
