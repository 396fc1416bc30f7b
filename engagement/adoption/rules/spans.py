"""When somebody used a workflow, in a few values: first and last day, the weeks between, and the last eight weeks by day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

#: How many days back from the last one are known singly.
DAYS_KNOWN = 56
_RECENT = (1 << DAYS_KNOWN) - 1


class Span(NamedTuple):
    """The days of use of one person: `weeks` has a 1 for each calendar week with use and a 0 for each without.

    They begin with the week of the first day, Monday to Sunday, and end with that of the last day. In `recent`, bit n is set
    if it was used n days before the last day.
    """

    first_on: date
    last_on: date
    weeks: str
    recent: int


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, last: date) -> int:
    """Return how many weeks after that of `first` the week of `last` is."""
    return (monday_of(last) - monday_of(first)).days // 7


def span_of(days: Iterable[date]) -> Span | None:
    """Return the span of these days of use, None without any."""
    used = set(days)
    if not used:
        return None
    first, last = min(used), max(used)
    weeks = ["0"] * (weeks_between(first, last) + 1)
    recent = 0
    for day in used:
        weeks[weeks_between(first, day)] = "1"
        recent |= 1 << (last - day).days & _RECENT if (last - day).days < DAYS_KNOWN else 0
    return Span(first, last, "".join(weeks), recent)


def joined(one: Span | None, other: Span | None) -> Span | None:
    """Return the span of the days of both."""
    if one is None or other is None:
        return one or other
    first, last = min(one.first_on, other.first_on), max(one.last_on, other.last_on)
    length = weeks_between(first, last) + 1
    marks = 0
    for span in (one, other):
        # Read from the left, the first week is the highest bit.
        marks |= int(span.weeks, 2) << (length - len(span.weeks) - weeks_between(first, span.first_on))
    recent = 0
    for span in (one, other):
        recent |= span.recent << (last - span.last_on).days if (last - span.last_on).days < DAYS_KNOWN else 0
    return Span(first, last, f"{marks:0{length}b}", recent & _RECENT)


def was_used_in(span: Span, from_on: date, until_on: date) -> bool:
    """Return whether it was used from one day to another, both at most `DAYS_KNOWN` days before the last use."""
    nearest, farthest = max(0, (span.last_on - until_on).days), (span.last_on - from_on).days
    if farthest < nearest:
        return False
    window = ((1 << (min(farthest, DAYS_KNOWN - 1) + 1)) - 1) & ~((1 << nearest) - 1)
    return bool(span.recent & window)


def was_used_in_week(span: Span, day: date) -> bool:
    """Return whether it was used in the calendar week of a day."""
    place = weeks_between(span.first_on, day)
    return 0 <= place < len(span.weeks) and span.weeks[place] == "1"


def kept_before(span: Span | None, day: date) -> Span | None:
    """Return what a span says of the weeks before that of a day, whose single days may be folded away.

    Its last day is then the last one that the week can have had, unless the span itself ends before.
    """
    if span is None or span.first_on >= monday_of(day):
        return None
    if span.last_on < monday_of(day):
        return span
    weeks = span.weeks[: weeks_between(span.first_on, day)].rstrip("0")
    last = monday_of(span.first_on) + timedelta(days=7 * len(weeks) - 1)
    return Span(span.first_on, last, weeks, span.recent >> (span.last_on - last).days)
