"""From a recurrence rule, a time zone and a holiday policy to instants.

Dates are expanded as local time and get their zone afterwards, so that 09:00 stays 09:00 across a clock change. A time
that the change skips becomes the first minute after the gap; a time that it repeats is the first of the two.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from engagement.days.local_time import clock_time, instant_of
from engagement.days.recurrence import Recurrence, read_rule
from engagement.days.rhythm import ordinal_word
from engagement.days.working_days import nearest_working_day, why_off, working_day_of_month
from engagement.vocabulary import Worded

#: The most dates of one expansion.
MOST_DATES = 1000
#: Dates this far outside a window are checked too, because a holiday could move them into it.
MARGIN = timedelta(days=62)


class HolidayPolicy(Worded):
    """What happens to a date on a weekend or holiday."""

    KEEP = "keep", "Keep the date"
    BEFORE = "before", "Move to the working day before"
    AFTER = "after", "Move to the working day after"


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

    `why_moved` names the obstacle ("Good Friday", "a Saturday"), None for a date that didn't move.
    """

    planned_for: datetime
    sends_at: datetime
    why_moved: str | None


def planned_dates(cadence: Cadence, after: datetime, until: datetime) -> list[PlannedDate]:
    """Return the dates whose `planned_for` is in (after, until], both aware, in order and each once.

    If two dates of the rule would be sent on the same day, the one that needed no move is kept, else the first.
    """
    zone = ZoneInfo(cadence.timezone)
    first_local = (after - MARGIN).astimezone(zone).replace(tzinfo=None)
    last_local = (until + MARGIN).astimezone(zone).replace(tzinfo=None)
    rule = read_rule(cadence.rule)
    recurrence = rule.starting(datetime.combine(cadence.starts_on, clock_time(cadence.at)))
    kept: dict[date, tuple[datetime, str | None]] = {}
    for local in islice(recurrence.xafter(first_local, inc=True), MOST_DATES):
        if local > last_local:
            break
        day, why = moved_day(local.date(), cadence.policy, cadence.country, rule)
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
        # A day that a zone skipped entirely starts with the next day, and may coincide with its date.
        if dates and (sends_at <= dates[-1].sends_at or planned_for <= dates[-1].planned_for):
            continue
        dates.append(PlannedDate(planned_for, sends_at, why))
    return [found for found in dates if after < found.planned_for <= until]


def moved_day(
    day: date, policy: HolidayPolicy, country: str, rule: Recurrence | None = None
) -> tuple[date, str | None]:
    """Return the day of sending for a date, and the reason for a move; (day, None) when it stays.

    If the rule names a working day, that one is found in the same month and no policy moves it.
    """
    if rule is not None and rule.counts_working_days:
        return _working_day(day, rule.place_of(day), country)
    why = None if policy is HolidayPolicy.KEEP else why_off(day, country)
    if why is None:
        return day, None
    return nearest_working_day(day, country, 1 if policy is HolidayPolicy.AFTER else -1), why


def _working_day(day: date, place: int, country: str) -> tuple[date, str | None]:
    found = working_day_of_month(day, place, country)
    if found == day:
        return day, None
    side = "before" if day < found else "after"
    return found, why_off(day, country) or f"{side} the {ordinal_word(place)} working day"
