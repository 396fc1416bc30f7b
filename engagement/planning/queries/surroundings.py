"""What new days of a wave are compared with: blackouts, other waves of the same people, and messages of the programme."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import WRITABLE
from engagement.db import db
from engagement.planning.blackouts.queries import blackouts_of
from engagement.planning.rules import CLOSE, Blocked, Row, Surroundings, monday_of
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus
from engagement.words import day_words, plural

_SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


def surroundings_of(wave: Wave, rows: Sequence[Row], today: date, country: str) -> Surroundings:
    """Return what the new days of these rows are compared with, in four statements or fewer."""
    moved = [row.new_on for row in rows if row.moves]
    if not moved:
        return Surroundings(country, today)
    first, last = min(moved), max(moved)
    quiet, go_lives = _other_waves(wave, first, last)
    blocked = [
        Blocked(row.from_on, row.until_on, f"{row.title}: {row.reason}") for row in blackouts_of(wave, first, last)
    ]
    return Surroundings(country, today, blocked, quiet, go_lives, _programme_messages(wave, first, last))


def _other_waves(wave: Wave, first: date, last: date) -> tuple[list[Blocked], list[tuple[date, str]]]:
    """Return the quiet periods and go-lives near these days of open waves that have people in common with this one."""
    near = or_(
        and_(Wave.go_live_on <= last, Wave.stabilises_until_on >= first),
        Wave.go_live_on.between(first - CLOSE, last + CLOSE),
    )
    asked = select(Wave).where(Wave.id != wave.id, Wave.status.not_in(_SHUT), near).order_by(Wave.go_live_on, Wave.id)
    others = list(db.session.scalars(asked))
    shared = _shared(wave, [other.id for other in others]) if others else {}
    quiet, go_lives = [], []
    for other in others:
        if not (number := shared.get(other.id, 0)):
            continue
        people = f"{plural(number, 'person is', 'people are')} in both."
        if other.stabilises_until_on is not None and other.status.keeps_days:
            words = f"{other.title} is left to settle until {day_words(other.stabilises_until_on)}; {people}"
            quiet.append(Blocked(other.go_live_on, other.stabilises_until_on, words))
        if other.status.is_ahead:
            go_lives.append((other.go_live_on, f"{other.title} goes live on {day_words(other.go_live_on)}; {people}"))
    return quiet, go_lives


def _shared(wave: Wave, others: list[int]) -> dict[int, int]:
    mine, theirs = aliased(Membership), aliased(Membership)
    counted = (
        select(theirs.wave_id, func.count())
        .join(mine, mine.person_id == theirs.person_id)
        .where(mine.wave_id == wave.id, mine.ended_at.is_(None), theirs.wave_id.in_(others), theirs.ended_at.is_(None))
        .group_by(theirs.wave_id)
    )
    return dict(db.session.execute(counted).all())


def _programme_messages(wave: Wave, first: date, last: date) -> list[date]:
    """Return the days on which messages of the whole programme go out, in the weeks from `first` to `last`."""
    begins, ends = monday_of(first), monday_of(last) + timedelta(days=7)
    asked = (
        select(Occurrence.sends_at, Communication.timezone)
        .join(Communication, Communication.id == Occurrence.communication_id)
        .where(
            Communication.programme_id == wave.programme_id,
            Communication.wave_id.is_(None),
            Communication.ended_at.is_(None),
            Occurrence.status.in_(WRITABLE),
            Occurrence.sends_at >= datetime.combine(begins, time(), ZoneInfo("UTC")) - timedelta(days=1),
            Occurrence.sends_at < datetime.combine(ends, time(), ZoneInfo("UTC")) + timedelta(days=1),
        )
    )
    return [at.astimezone(ZoneInfo(zone)).date() for at, zone in db.session.execute(asked)]
