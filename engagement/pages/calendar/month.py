"""The month as the calendar shows it: weeks of days with messages, go-lives and holidays."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import go_lives_between, messages_between
from engagement.days.working_days import holidays_between
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within
from engagement.words import brief_day_words


@dataclass
class Day:
    """One day of the month's table."""

    day: date
    is_off: bool
    is_today: bool
    note: str = ""
    messages: list[Occurrence] = field(default_factory=list)
    go_lives: list[Wave] = field(default_factory=list)

    @property
    def is_weekend(self) -> bool:
        return self.day.weekday() > 4

    @property
    def label(self) -> str:
        """The number of the day, with its month on the first."""
        return brief_day_words(self.day, with_weekday=False) if self.day.day == 1 and self.is_off else str(self.day.day)

    @property
    def count(self) -> int:
        return len(self.messages) + len(self.go_lives)


@dataclass(frozen=True)
class Month:
    """A month, with whole weeks at both ends; `messages` are those of the month itself, in order."""

    first: date
    weeks: list[list[Day]]
    messages: list[Occurrence]

    @property
    def previous(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        """The first day of the month after."""
        return _month_after(self.first)


def month_shown(first: date, today: date, reader: Reader, country: str) -> Month:
    """Return the month that begins on `first`, with the messages that the reader may see and the holidays of a country."""
    zone, reading = reader.timezone, rights.reading(reader)
    start = first - timedelta(days=first.weekday())
    last = _month_after(first) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    messages = messages_between(start, end, zone, reading)
    days = {
        day: Day(day, not first <= day <= last, day == today)
        for day in (start + timedelta(days=n) for n in range((end - start).days + 1))
    }
    placed = _by_day(messages, zone)
    for day, found in placed.items():
        days[day].messages = found
    for wave in go_lives_between(start, end, waves_within(reading)):
        days[wave.go_live_on].go_lives.append(wave)
    for day, name in holidays_between(start, end, country):
        days[day].note = name
    rows = list(days.values())
    weeks = [rows[n : n + 7] for n in range(0, len(rows), 7)]
    return Month(first, weeks, [m for day, found in sorted(placed.items()) if first <= day <= last for m in found])


def _by_day(messages: list[Occurrence], zone: str) -> dict[date, list[Occurrence]]:
    found: dict[date, list[Occurrence]] = defaultdict(list)
    for message in messages:
        found[local_day(message.sends_at, zone)].append(message)
    return found


def local_day(instant: datetime, zone: str) -> date:
    """Return the day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def brief_moment(instant: datetime, zone: str) -> str:
    """Write an instant as briefly as an agenda does: "Tue 17 Nov 14:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{brief_day_words(local.date())} {local:%H:%M}"


def _month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
