"""Which months a report is asked for: pure functions over plain values."""

from collections.abc import Sequence
from datetime import date

from engagement.errors import BadInput
from engagement.words import month_words, short_day_words

#: What a month in an address looks like.
WRITTEN = "%Y-%m"


def written_month(day: date) -> str:
    """Return a day's month as addresses write it."""
    return day.strftime(WRITTEN)


def months_asked(began: date, counted: Sequence[date], until: str, since: str) -> tuple[date, date | None]:
    """Return the counted day that ends the period, and the one with which it is compared (None: there is none before it).

    `counted` are the last counted days of each month, the oldest first; an empty `until` is the newest, an empty `since` the
    month before. Raises BadInput with a sentence for months that can't be told of.
    """
    last = _counted(until, began, counted) if until else counted[-1]
    earlier = [day for day in counted if day < last]
    if not since:
        return last, earlier[-1] if earlier else None
    first = _counted(since, began, counted)
    if first >= last:
        words = f"The period would end with {month_words(last)} and begin with {month_words(first)}. Choose an earlier month to compare with."
        raise BadInput(words)
    return last, first


def _counted(month: str, began: date, counted: Sequence[date]) -> date:
    found = next((day for day in counted if written_month(day) == month), None)
    if found is not None:
        return found
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise BadInput("Write a month as year and month, such as 2026-03.") from None
    if month < written_month(began):
        raise BadInput(f"The programme began on {short_day_words(began)}; {month_words(first)} was before it.")
    if first > counted[-1]:
        raise BadInput(f"{month_words(first)} has not come, or nothing of it is counted yet.")
    raise BadInput(f"Nothing was counted in {month_words(first)}.")
