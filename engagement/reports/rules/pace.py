"""Where training should be today, and where it will be when it is due: pure functions over plain values."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

#: With fewer days or fewer people finished, a pace is a coincidence.
LEAST_DAYS, LEAST_FINISHED = 7, 5
#: A forecast further ahead than this many times the days behind it says nothing.
FARTHEST = 8
#: This many points below the line are behind it; fewer are how people learn, in lumps.
BEHIND_POINTS = 10


@dataclass(frozen=True)
class Pace:
    """The training of a wave on a day: when it opens and is due, how many are asked and how many have finished."""

    opens_on: date | None
    due_on: date
    on: date
    asked: int
    finished: int

    @property
    def expected(self) -> float | None:
        """The share that should have finished by today, on a straight line from opening to due day; None if unknown."""
        if self.opens_on is None or not self.asked or self.opens_on >= self.due_on:
            return None
        passed = (self.on - self.opens_on).days / (self.due_on - self.opens_on).days
        return min(max(passed, 0.0), 1.0)

    @property
    def no_expectation(self) -> str:
        """Why nothing can be expected of today; "" if something can."""
        if not self.asked:
            return "nothing assigned yet"
        if self.opens_on is None:
            return "no day is set on which training opens"
        return "training opens on or after the day on which it is due" if self.opens_on >= self.due_on else ""

    @property
    def is_behind_line(self) -> bool:
        """Whether clearly fewer have finished than the straight line asks for today."""
        expected = self.expected
        return expected is not None and 100 * (expected - self.finished / self.asked) > BEHIND_POINTS

    @property
    def no_forecast(self) -> str:
        """Why nothing can be foreseen; "" if something can."""
        if missing := self.no_expectation:
            return missing
        assert self.opens_on is not None
        if self.on >= self.due_on:
            return "the day on which it is due has come"
        days = (self.on - self.opens_on).days
        if days < LEAST_DAYS:
            return f"training has not been open for {LEAST_DAYS} days"
        if self.finished < LEAST_FINISHED:
            return f"fewer than {LEAST_FINISHED} people have finished"
        return "too far ahead to say" if (self.due_on - self.opens_on).days > FARTHEST * days else ""

    @property
    def forecast(self) -> int | None:
        """How many will have finished on the due day if it goes on as fast as since training opened; None if unknown."""
        if self.no_forecast or self.opens_on is None:
            return None
        a_day = self.finished / (self.on - self.opens_on).days
        return min(self.asked, int(a_day * (self.due_on - self.opens_on).days))

    def day_of(self, share: float) -> date | None:
        """Return the day on which this share will have finished at that pace; None if unknown or reached."""
        if self.no_forecast or self.opens_on is None or self.finished >= share * self.asked:
            return None
        a_day = self.finished / (self.on - self.opens_on).days
        days = ceil((share * self.asked - self.finished) / a_day)
        return self.on + timedelta(days=days) if days <= FARTHEST * (self.on - self.opens_on).days else None
