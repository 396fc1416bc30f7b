"""When somebody works, and the next instant at which they do. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engagement.days.cadence import clock_time, instant_of
from engagement.days.working_days import LONGEST_BREAK, check_country, is_working_day
from engagement.errors import BadInput
from engagement.people.organisation import Organisation


@dataclass(frozen=True)
class WorkingTime:
    """Somebody's working hours: HH:MM in an IANA zone, on the working days of a country whose calendar is known."""

    timezone: str
    works_from: str
    works_until: str
    country: str


@lru_cache(maxsize=4096)
def working_time(
    timezone: str | None, works_from: str | None, works_until: str | None, country: str, organisation: Organisation
) -> WorkingTime:
    """Return when a person with these columns works; the organisation's where they have none of their own.

    A country that is no code with a known calendar, such as one written out, counts as none.
    """
    own_hours = works_from and works_until
    return WorkingTime(
        timezone or organisation.timezone,
        works_from if own_hours and works_from else organisation.works_from,
        works_until if own_hours and works_until else organisation.works_until,
        _known_country(country) or organisation.country,
    )


def _known_country(country: str) -> str | None:
    try:
        return check_country(country) if country else None
    except BadInput:
        return None


def next_working_instant(instant: datetime, works: WorkingTime) -> datetime:
    """Return the instant itself (aware) while somebody works, else the one at which they begin next, in UTC.

    Both are right across a clock change: hours are local, and a day whose hours the change leaves out is passed over.
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
