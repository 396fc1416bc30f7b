"""The jobs of the timetable about concerns: the letterbox, and the figures that reports show."""

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from engagement import clock
from engagement.programmes.models import Programme
from engagement.resistance.figures import actions as figures
from engagement.resistance.periods import actions as spans
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import HANDED_OVER_FROM
from engagement.scheduler.items import one_by_one, without_order
from engagement.settings import Settings
from engagement.words import plural


def empty_letterbox(settings: Settings) -> str:
    """Hand over the letterbox, and leave nothing in the database's files that shows its order.

    Doesn't say how many letters there were: readers of this page could then count what reports hide.
    """
    here = clock.now().astimezone(ZoneInfo(settings.timezone))
    was_emptied = here.time() >= HANDED_OVER_FROM and saying.empty_letterbox(here.date(), settings.holidays)
    return without_order("Done for today." if was_emptied else "Nothing to do until the next morning.")


def count_objections(settings: Settings) -> str:
    """Publish yesterday's figures about objections if that was not done yet."""
    number = _count("count-objections", figures.programmes_to_count, figures.count_objections_of, settings)
    return f"{plural(number, 'programme', 'programmes')} counted."


def count_spans(settings: Settings) -> str:
    """Publish the figures of months that are over if that was not done yet."""
    number = _count("count-spans", spans.programmes_to_span, spans.count_spans_of, settings)
    return f"{plural(number, 'span', 'spans')} of months counted."


def _count(
    line: str,
    programmes: Callable[[date], list[int]],
    count_of: Callable[[int, date, int, str], int],
    settings: Settings,
) -> int:
    """Count each programme up to yesterday by the organisation's clock; return how much was counted."""
    yesterday = clock.today(settings.timezone) - timedelta(days=1)
    floor, country = settings.anonymity_floor, settings.holidays
    return sum(one_by_one(line, Programme, programmes(yesterday), lambda key: count_of(key, yesterday, floor, country)))
