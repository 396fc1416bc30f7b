"""From a recurrence rule, a time zone and a holiday policy to instants. Pure: no clock, no database.

Dates are expanded as local time and get their zone afterwards, so that 09:00 stays 09:00 across a clock change. A time
that the change leaves out becomes the first minute after the gap; one that it repeats is taken the first time.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from engagement.days.working_days import nearest_working_day, why_off
from engagement.days.recurrence import read_rule
from engagement.communications.rules import HolidayPolicy
from engagement.errors import BadInput

#: No expansion gives more dates than this, whatever it is asked for.
MOST_DATES = 1000
#: How far around a window dates are looked at that a holiday could move into it.
MARGIN = timedelta(days=62)


@dataclass(frozen=True)
class Cadence:
    """A rule with everything that turns it into instants; `at` is local HH:MM, `country` the one whose holidays count."""

    rule: str
    at: str
    timezone: str
    starts_on: date
    policy: HolidayPolicy
    country: str


@dataclass(frozen=True)
class PlannedDate:
    """One date: `planned_for` as the rule gives it, `sends_at` after weekends and holidays; both in UTC.

    `why_moved` names what was in the way ("Good Friday", "a Saturday"), None where the date stands as the rule gave it.
    """

    planned_for: datetime
    sends_at: datetime
    why_moved: str | None


def planned_dates(cadence: Cadence, after: datetime, until: datetime) -> list[PlannedDate]:
    """Return the dates whose `planned_for` lies in (after, until], both aware, in order and each once.

    Where two dates of the rule are moved to the same day, the one that falls there by itself is kept, else the first.
    """
    zone = ZoneInfo(cadence.timezone)
    first_local = (after - MARGIN).astimezone(zone).replace(tzinfo=None)
    last_local = (until + MARGIN).astimezone(zone).replace(tzinfo=None)
    recurrence = read_rule(cadence.rule).starting(datetime.combine(cadence.starts_on, clock_time(cadence.at)))
    kept: dict[date, tuple[datetime, str | None]] = {}
    for local in islice(recurrence.xafter(first_local, inc=True), MOST_DATES):
        if local > last_local:
            break
        day, why = moved_day(local.date(), cadence.policy, cadence.country)
        if day not in kept or why is None:
            kept[day] = (local, why)
    return _in_window(kept, zone, after, until)


def _in_window(
    kept: dict[date, tuple[datetime, str | None]], zone: ZoneInfo, after: datetime, until: datetime
) -> list[PlannedDate]:
    dates: list[PlannedDate] = []
    for day, (local, why) in sorted(kept.items()):
        sends_at = instant_of(day, local.time(), zone)
        planned_for = instant_of(local.date(), local.time(), zone)
        # A day that a zone skipped altogether begins with the next one and may meet it there.
        if dates and (sends_at <= dates[-1].sends_at or planned_for <= dates[-1].planned_for):
            continue
        dates.append(PlannedDate(planned_for, sends_at, why))
    return [found for found in dates if after < found.planned_for <= until]


def moved_day(day: date, policy: HolidayPolicy, country: str) -> tuple[date, str | None]:
    """Return the day to which the policy moves a day, and what was in the way; (day, None) when it stays."""
    why = None if policy is HolidayPolicy.KEEP else why_off(day, country)
    if why is None:
        return day, None
    return nearest_working_day(day, country, 1 if policy is HolidayPolicy.AFTER else -1), why


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC of a local time: after the gap when the clock change leaves it out, else the first one."""
    local = datetime.combine(day, at)
    while not _exists(local, zone):
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def clock_time(at: str) -> time:
    """Return the time of day that HH:MM names; raise BadInput for anything else."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", at)
    if found is None:
        sentence = f"“{at}” is not a time of day. Write it as 09:00."
        raise BadInput(sentence, {"at": sentence})
    return time(int(found[1]), int(found[2]))


def check_zone(timezone: str) -> str:
    """Return an IANA time zone; raise BadInput for a name that is none."""
    if timezone not in available_timezones():
        sentence = f"“{timezone}” is not a time zone. Use a name such as Europe/London."
        raise BadInput(sentence, {"timezone": sentence})
    return timezone
