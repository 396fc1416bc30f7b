"""Words and limits of numbers of use."""

from datetime import date, timedelta

from engagement.vocabulary import Worded

#: Somebody who used it in so many days counts as working with it.
RECENT_DAYS = 28
#: After so many days, single days of single people are folded away: first and last day, and the weeks of use, stay.
FOLDED_AFTER_DAYS = 400
#: More uses of one person or team on one day are a slip.
MOST_USES = 1_000_000
#: No use is taken of a day before this one.
FIRST_DAY = date(2020, 1, 1)
LONGEST_NAME = 100
#: How many weeks since go-live are counted.
MOST_WEEKS = 52
#: A secret begins so, to be found where it should not be.
TOKEN_BEGINS = "usage_"  # noqa: S105 no secret


class UsageWay(Worded):
    """How numbers of use came."""

    FILE = "file", "File"
    POSTED = "posted", "Posted by a machine"


def earliest_kept(today: date) -> date:
    """Return the first day whose single numbers are still kept on a day: a Monday, because whole weeks are folded away."""
    earliest = today - timedelta(days=FOLDED_AFTER_DAYS)
    return earliest - timedelta(days=earliest.weekday())


def day_problem(day: date, today: date) -> str:
    """Return what is wrong with a day of use, "" if nothing is."""
    if day > today:
        return "That day has not come."
    if day < max(FIRST_DAY, earliest_kept(today)):
        return f"That is more than {FOLDED_AFTER_DAYS} days ago. Single days aren’t kept for so long."
    return ""


def number_problem(number: int, what: str) -> str:
    """Return what is wrong with a number of uses or people, "" if nothing is."""
    if number < 0:
        return f"A number of {what} can’t be negative."
    return f"More than {MOST_USES:,} {what} on one day are a slip." if number > MOST_USES else ""
