"""Times of day and zones, and the instants that they mean."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from engagement.errors import BadInput


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local time: after the gap if a clock change skips it, the first if repeated."""
    local = datetime.combine(day, at)
    while not _exists(local, zone):
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def clock_time(at: str) -> time:
    """Return the time of day for HH:MM; raise BadInput for anything else."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", at)
    if found is None:
        sentence = f"“{at}” is not a time of day. Write it as 09:00."
        raise BadInput(sentence, {"at": sentence})
    return time(int(found[1]), int(found[2]))


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all IANA zones; looked up once, because each look opens 600 files."""
    return frozenset(available_timezones())


def check_zone(timezone: str) -> str:
    """Return an IANA time zone; raise BadInput for an unknown name."""
    if timezone not in zone_names():
        sentence = f"“{timezone}” is not a time zone. Use a name such as Europe/London."
        raise BadInput(sentence, {"timezone": sentence})
    return timezone
