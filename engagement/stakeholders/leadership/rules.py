"""The vocabulary of a sponsor's steps, and pure rules: where a step stands on a day, and how a roadmap is summed up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engagement.vocabulary import State, Worded

LONGEST_TEXT = 1_000
#: A step is shown to its sponsor from this many days before.
SHOWN_DAYS_BEFORE = 14


class StepKind(Worded):
    """What a sponsor does that people notice."""

    MESSAGE = "message", "Send a message"
    SESSION = "session", "Open a session"
    VISIT = "visit", "Visit a team"


class StepState(Worded):
    """What was last said of a step."""

    PLANNED = "planned"
    DONE = "done"
    LEFT_OUT = "left_out"


class StepStanding(State):
    """Where a step stands on a day: what was said of it, and whether its day has passed."""

    COMING = "coming", "Coming", "open"
    TODAY = "today", "Today", "live"
    MISSED = "missed", "Missed", "bad"
    DONE = "done", "Done", "ok"
    LEFT_OUT = "left_out", "Left out"

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self not in (StepStanding.DONE, StepStanding.LEFT_OUT)


def standing_on(on: date, state: StepState, due_on: date) -> StepStanding:
    """Return where a step stands on a day; it is missed from the day after its own."""
    if state is not StepState.PLANNED:
        return StepStanding(state.value)
    if due_on == on:
        return StepStanding.TODAY
    return StepStanding.MISSED if due_on < on else StepStanding.COMING


@dataclass(frozen=True)
class Tally:
    """How far somebody is with their steps; what was left out doesn't count."""

    done: int = 0
    missed: int = 0
    ahead: int = 0

    @classmethod
    def of(cls, standings: Iterable[StepStanding]) -> "Tally":
        """Count steps by where they stand."""
        found = list(standings)
        ahead = (StepStanding.COMING, StepStanding.TODAY)
        return cls(
            found.count(StepStanding.DONE),
            found.count(StepStanding.MISSED),
            sum(standing in ahead for standing in found),
        )

    @property
    def total(self) -> int:
        return self.done + self.missed + self.ahead

    @property
    def words(self) -> str:
        """The count in one line: "2 of 5 done, 1 missed and 2 to come"."""
        return "".join(self.parts)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The count in one line, as what comes before what was missed, that, and what comes after it."""
        if not self.total:
            return "no step planned", "", ""
        done = f"{self.done or 'none'} of {self.total} done"
        missed = f"{self.missed} missed" if self.missed else ""
        ahead = f"{self.ahead} to come" if self.ahead else ""
        between = " and " if missed and ahead else ", " if ahead else ""
        return done + (", " if missed else ""), missed, between + ahead
