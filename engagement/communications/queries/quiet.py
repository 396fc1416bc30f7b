"""Whom an optional message has to wait for: people of waves that are left to settle; and whose quiet period is over."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select

from engagement.audiences.queries import people_in
from engagement.communications.models import Communication
from engagement.communications.queries.readers import due_column
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation
from engagement.waves.models import Membership, Wave
from engagement.waves.queries import is_settling, member_ids
from engagement.waves.rules import WaveStatus

#: For so many days after a quiet period its people can still be told what is stable; later it is no news.
TOLD_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class QuietReaders:
    """People in the audience of a message who are left to settle, and until when."""

    wave: Wave
    people: int
    until: date


def quiet_waves_for(communication: Communication, on: date) -> list[Wave]:
    """Return the waves whose people an optional message waits for on a day, the longest quiet first.

    A message that readers can't switch off waits for nobody, and no wave keeps its own messages from its people.
    """
    if communication.is_required:
        return []
    asked = select(Wave).where(is_settling(on), Wave.id != (communication.wave_id or 0))
    return list(db.session.scalars(asked.order_by(Wave.stabilises_until_on.desc(), Wave.id)))


def waves_to_tell_stable(on: date) -> Select[Wave]:
    """Return the live waves whose quiet period is over and whose people nobody was asked yet to tell so.

    A draft from before the present go-live doesn't count: the wave was rolled back since.
    """
    return (
        select(Wave)
        .where(
            Wave.status.in_([status for status in WaveStatus if status.is_live]),
            Wave.stabilises_until_on < on,
            Wave.stabilises_until_on >= on - TOLD_WITHIN,
            or_(Wave.stable_drafted_on.is_(None), Wave.stable_drafted_on < Wave.go_live_on),
        )
        .order_by(Wave.stabilises_until_on, Wave.id)
    )


def quiet_readers(communication: Communication, on: date) -> list[QuietReaders]:
    """Return for each such wave how many people of the audience are in it, in two queries; waves without any are left out."""
    waves = {wave.id: wave for wave in quiet_waves_for(communication, on)}
    if not waves:
        return []
    counted = (
        select(Membership.wave_id, func.count())
        .where(
            Membership.wave_id.in_(waves),
            Membership.ended_at.is_(None),
            Membership.person_id.in_(people_in(communication.audience, on)),
        )
        .group_by(Membership.wave_id)
    )
    numbers = dict(db.session.execute(counted).all())
    return [
        QuietReaders(wave, numbers[key], wave.stabilises_until_on)
        for key, wave in waves.items()
        if key in numbers and wave.stabilises_until_on is not None
    ]


def due_after_quiet(
    communication: Communication,
    on: date,
    now: datetime,
    due_at: ColumnElement[datetime] | datetime,
    organisation: Organisation,
) -> ColumnElement[datetime] | datetime:
    """Return `due_at`, but for people who are left to settle the same time of day after their quiet period."""
    waves = quiet_waves_for(communication, on)
    if not waves:
        return due_at
    kind = Delivery.__table__.c.due_at.type

    def column(instant: ColumnElement[datetime] | datetime) -> ColumnElement[datetime]:
        return literal(instant, kind) if isinstance(instant, datetime) else instant

    whens = []
    for wave in waves:
        later = _after(wave, communication, now)
        then = due_column(later, organisation) if communication.in_working_hours else later
        whens.append((Person.id.in_(member_ids(wave.id)), column(then)))
    return case(*whens, else_=column(due_at))


def _after(wave: Wave, communication: Communication, now: datetime) -> datetime:
    zone = ZoneInfo(communication.timezone)
    local = now.astimezone(zone)
    assert wave.stabilises_until_on is not None
    day = wave.stabilises_until_on + timedelta(days=1)
    return datetime.combine(day, time(local.hour, local.minute), zone).astimezone(now.tzinfo)
