"""The vocabulary of contact rhythms, the usual ones, and when a contact is late."""

from dataclasses import dataclass
from datetime import date, timedelta

from engagement.stakeholders.standings.rules import Quadrant
from engagement.vocabulary import Worded


class Every(Worded):
    """How often we want to be in touch."""

    WEEK = "week", "Every week"
    TWO_WEEKS = "two_weeks", "Every two weeks"
    MONTH = "month", "Every month"
    QUARTER = "quarter", "Every three months"
    HALF_YEAR = "half_year", "Every half year"
    NEVER = "never", "No planned contact"

    @property
    def days(self) -> int | None:
        """After how many days the next contact is due, None for never."""
        return _DAYS.get(self)


_DAYS = {Every.WEEK: 7, Every.TWO_WEEKS: 14, Every.MONTH: 31, Every.QUARTER: 92, Every.HALF_YEAR: 183}
_OF_DAYS = {days: every for every, days in _DAYS.items()}
#: Where a programme says nothing else.
USUAL = {
    Quadrant.WORK_CLOSELY: Every.TWO_WEEKS,
    Quadrant.KEEP_SATISFIED: Every.MONTH,
    Quadrant.KEEP_INFORMED: Every.MONTH,
    Quadrant.KEEP_AN_EYE: Every.QUARTER,
}


@dataclass(frozen=True)
class LastContact:
    """The last contact with a stakeholder, None if there was none, and how often one is wanted, None if nothing says so.

    `since` is the day from which a first contact is counted.
    """

    last_on: date | None
    every: Every | None
    since: date

    @property
    def due_on(self) -> date | None:
        """The day by which the next contact is due."""
        days = self.every.days if self.every else None
        return (self.last_on or self.since) + timedelta(days=days) if days else None

    def days_late(self, on: date) -> int:
        """Return how many days the next contact is late."""
        return max(0, (on - self.due_on).days) if self.due_on else 0


def every_of(days: int) -> Every:
    """Return the rhythm by which the next contact is due after so many days."""
    return _OF_DAYS[days]


def closest(rhythms: list[Every]) -> Every | None:
    """Return the most frequent of several rhythms: somebody on two maps is not met less often for it."""
    return min(rhythms, key=lambda every: every.days or 10_000, default=None)
