"""When somebody works, and the next instant at which they do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engagement.days.local_time import clock_time, instant_of
from engagement.days.working_days import LONGEST_BREAK, is_working_day


@dataclass(frozen=True)
class WorkingTime:
    """Somebody's working hours: HH:MM in an IANA zone, on the working days of a country whose calendar is known."""

    timezone: str
    works_from: str
    works_until: str
    country: str


def next_working_instant(instant: datetime, works: WorkingTime) -> datetime:
    """Return the instant itself (aware) during working hours, else the next start of work, in UTC.

    Correct across clock changes: hours are local, and a day whose hours the change skips has none.
    """
    zone = ZoneInfo(works.timezone)
    begins, ends = clock_time(works.works_from), clock_time(works.works_until)
    first = instant.astimezone(zone).date()
    for days in range(LONGEST_BREAK):
        day = first + timedelta(days=days)
        if is_working_day(day, works.country):
            opens, closes = instant_of(day, begins, zone), instant_of(day, ends, zone)
            if max(instant, opens) < closes:
                return max(instant, opens)
    return instant
