"""What a copy of a wave would hold, with its days counted from another go-live."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.rules.subjects import in_words
from engagement.days.cadence import HolidayPolicy
from engagement.days.local_time import instant_of
from engagement.days.working_days import nearest_working_day
from engagement.db import db
from engagement.planning.models import Anchor
from engagement.planning.queries.moves import Seen
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset, days_of
from engagement.waves.models import Wave


@dataclass(frozen=True)
class CopiedDay:
    """A milestone with its day in the copy."""

    milestone: Milestone
    falls_on: date

    @property
    def follows(self) -> str:
        """How the day comes about in the copy."""
        if self.milestone.kind is MilestoneKind.GO_LIVE:
            return "the day that you chose"
        return (
            self.milestone.counted_words if self.milestone.anchor_id is not None else "its own day, as far from go-live"
        )


@dataclass(frozen=True)
class CopiedMessage:
    """A message with its time in the copy, and the milestone of the original that it is counted from."""

    message: Occurrence
    milestone_id: int
    offset: Offset
    sends_at: datetime
    has_passed: bool

    @property
    def name(self) -> str:
        return in_words(self.message.subject) or self.message.communication.name


@dataclass(frozen=True)
class WaveCopy:
    """What a copy of a wave would hold."""

    days: list[CopiedDay]
    messages: list[CopiedMessage]

    @property
    def coming(self) -> list[CopiedMessage]:
        """The messages whose time is still to come, so that they can be planned."""
        return [each for each in self.messages if not each.has_passed]


def copy_of(wave: Wave, go_live_on: date, seen: Seen) -> WaveCopy:
    """Return the days and messages of a copy that goes live on this day.

    What is counted from a milestone keeps its offset. A day of its own keeps its distance from go-live, or is on the working
    day before. Messages that a rhythm gave, those that were left out and those that are kept for a roll-back are not copied.
    """
    rows = milestones_of(wave.id)
    live = next(row for row in rows if row.kind is MilestoneKind.GO_LIVE)
    apart = go_live_on - live.falls_on
    own = {row.id: _moved(row, row.falls_on + apart, seen.country) for row in rows if row.anchor_id is None}
    days = days_of(rows, seen.country, own | {live.id: go_live_on})
    dated = [CopiedDay(row, days[row.id]) for row in rows]
    messages = _apart([_copied(message, anchor, live, days, seen) for message, anchor in _messages(wave)])
    return WaveCopy(
        sorted(dated, key=lambda each: (each.falls_on, each.milestone.kind.place)),
        sorted(messages, key=lambda each: (each.sends_at, each.message.id)),
    )


def _apart(messages: list[CopiedMessage]) -> list[CopiedMessage]:
    """Return the messages with an hour between those of one communication that would fall on the same instant."""
    taken: set[tuple[int, datetime]] = set()
    found = []
    for each in messages:
        at = each.sends_at
        while (each.message.communication_id, at) in taken:
            at += timedelta(hours=1)
        taken.add((each.message.communication_id, at))
        found.append(replace(each, sends_at=at))
    return found


def _moved(row: Milestone, day: date, country: str) -> date:
    return day if row.kind is MilestoneKind.STABILISED else nearest_working_day(day, country, -1)


def _messages(wave: Wave) -> Sequence[tuple[Occurrence, Anchor | None]]:
    asked = (
        select(Occurrence, Anchor)
        .join(Occurrence.communication)
        .outerjoin(Anchor, Anchor.occurrence_id == Occurrence.id)
        .where(
            Communication.wave_id == wave.id,
            Occurrence.from_cadence.is_(False),
            Occurrence.is_kept.is_(False),
            Occurrence.status != OccurrenceStatus.SKIPPED,
        )
        .options(contains_eager(Occurrence.communication))
        .order_by(Occurrence.sends_at, Occurrence.id)
    )
    return [(message, anchor) for message, anchor in db.session.execute(asked)]


def _copied(
    message: Occurrence, anchor: Anchor | None, live: Milestone, days: dict[int, date], seen: Seen
) -> CopiedMessage:
    line = message.communication
    local = message.sends_at.astimezone(ZoneInfo(line.timezone))
    if anchor is not None and anchor.milestone_id in days:
        key, offset = anchor.milestone_id, anchor.offset
    else:
        key, offset = live.id, Offset((local.date() - live.falls_on).days, Counted.CALENDAR, HolidayPolicy.BEFORE)
    day = offset.day_from(days[key], line.holiday_country)
    at = instant_of(day, local.time(), ZoneInfo(line.timezone))
    return CopiedMessage(message, key, offset, at, at <= seen.now)
