"""The job of the timetable about reports: closing each month."""

from zoneinfo import ZoneInfo

from engagement import clock
from engagement.programmes.models import Programme
from engagement.reports.snapshots.actions import close_period
from engagement.reports.snapshots.queries import programmes_to_close
from engagement.reports.snapshots.rules import period_to_close
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.words import month_words, plural


def close_periods(settings: Settings) -> str:
    """Freeze the report of each programme whose last month is not closed yet."""
    here = clock.now().astimezone(ZoneInfo(settings.timezone))
    closes_on = period_to_close(here.replace(tzinfo=None))
    if closes_on is None:
        return "Nothing to close before six in the morning."
    floor = settings.anonymity_floor
    closed = one_by_one(
        "close-periods",
        Programme,
        programmes_to_close(closes_on),
        lambda key: close_period(key, closes_on, here.date(), floor),
    )
    if not sum(closed):
        return f"{month_words(closes_on)} is closed."
    return f"{month_words(closes_on)} closed for {plural(sum(closed), 'programme', 'programmes')}."
