"""How often a report is sent, and when next: pure functions over plain values."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engagement.days.cadence import Cadence, HolidayPolicy, planned_dates
from engagement.days.rhythm import Choice, Rhythm, rule_of
from engagement.vocabulary import Worded
from engagement.words import month_words, zone_words

#: Dates are looked for from so long ago, because a holiday may move one past the present, and so far ahead.
BEHIND, AHEAD = timedelta(days=31), timedelta(days=130)
#: Mail is given up before it has waited for so long.
WAITS_AT_MOST = timedelta(days=7)
#: The states in which something is sent no more, in words.
NO_ACCESS = "They don’t read this report any more."
CLOSED = "The programme is closed."
SIGN_IN_ENDED = "Their sign-in has ended."
NO_ADDRESS = "Their sign-in has no address that mail can be sent to."
ENDED = "It was ended."
TOO_LATE = "Not sent: the service stood still when it was due."


class ReportRhythm(Worded):
    """How often a report is sent."""

    WEEKLY = "weekly", "Every Monday"
    MONTHLY = "monthly", "Every month, on the first working day"
    QUARTERLY = "quarterly", "Every quarter, on the first working day"
    WHEN_CLOSED = "when_closed", "Every month, once the month before is closed"

    @property
    def rule(self) -> str:
        """The recurrence rule of its dates."""
        return _RULES[self]


_RULES = {
    rhythm: rule_of(choice) or ""
    for rhythm, choice in {
        ReportRhythm.WEEKLY: Choice(Rhythm.WEEKLY, weekday="MO"),
        ReportRhythm.MONTHLY: Choice(Rhythm.MONTHLY_WORKING_DAY),
        ReportRhythm.QUARTERLY: Choice(Rhythm.QUARTERLY_WORKING_DAY),
        ReportRhythm.WHEN_CLOSED: Choice(Rhythm.MONTHLY_DAY, month_day=1),
    }.items()
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be sent: how often, at what time (HH:MM) by which clock, and whether with the figures as CSV."""

    rhythm: ReportRhythm
    at: str
    timezone: str
    with_csv: bool = False

    @property
    def words(self) -> str:
        """It as people say it: "Every Monday at 08:00, London time"."""
        return f"{self.rhythm.word} at {self.at}, {zone_words(self.timezone)}"

    @property
    def inside(self) -> str:
        """The same inside a sentence: "every Monday at 08:00, London time"."""
        return f"{self.words[0].lower()}{self.words[1:]}"

    def next_at(self, after: datetime, country: str) -> datetime:
        """Return the first instant after another; Mondays that are holidays move to the next working day of the country."""
        policy = HolidayPolicy.KEEP if self.rhythm is ReportRhythm.WHEN_CLOSED else HolidayPolicy.AFTER
        begins = (after - BEHIND).astimezone(ZoneInfo(self.timezone)).date()
        cadence = Cadence(self.rhythm.rule, self.at, self.timezone, begins, policy, country)
        dates = planned_dates(cadence, after - BEHIND, after + AHEAD)
        return next(each.sends_at for each in dates if each.sends_at > after)


def month_before(instant: datetime, timezone: str) -> date:
    """Return the last day of the month before an instant by a clock."""
    return instant.astimezone(ZoneInfo(timezone)).date().replace(day=1) - timedelta(days=1)


def next_words(wish: Wish, next_at: datetime) -> str:
    """Say of what the next sending waits, beside its day: "" if of nothing else."""
    if wish.rhythm is not ReportRhythm.WHEN_CLOSED:
        return ""
    return f"once {month_words(month_before(next_at, wish.timezone), with_year=False)} is closed"
