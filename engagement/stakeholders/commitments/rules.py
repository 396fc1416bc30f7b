"""The vocabulary of promises, and when somebody is reminded of one."""

from datetime import date

from engagement.days.working_days import working_days_before
from engagement.vocabulary import Worded

LONGEST_TEXT = 1_000
#: Enough to do a small thing still, and too near to forget it again.
REMINDED_WORKING_DAYS_BEFORE = 2


class Outcome(Worded):
    """What came of a promise."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    NO_LONGER_WANTED = "no_longer_wanted"


def reminded_from(due_on: date, country: str) -> date:
    """Return the first day on which the owner of a promise is reminded of it."""
    return working_days_before(due_on, REMINDED_WORKING_DAYS_BEFORE, country)
