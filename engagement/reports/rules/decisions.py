"""The decisions in a report and their order, what was decided, and whether a programme is on track: pure functions over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engagement.vocabulary import State

#: Begins the line of a decision in a report that is kept; and what is to be decided where too many concerns wait.
DECISION_NEEDED = "Decision needed"
ABOUT_CONCERNS = "Give somebody the time to answer concerns that have waited too long"


class DecisionKind(StrEnum):
    """What is decided, and so where."""

    OWNERSHIP = "ownership"
    GATE = "gate"
    GO_LIVE = "go_live"
    TRAINING = "training"
    CONCERNS = "concerns"


@dataclass(frozen=True)
class Decision:
    """A decision for sponsors: what, why, by when, and about which thing.

    `proposal` is what the figures suggest, "" where they suggest nothing; `otherwise` is what happens if nobody decides.
    """

    kind: DecisionKind
    title: str
    reason: str
    by_on: date | None = None
    wave_id: int | None = None
    workflow_id: int | None = None
    proposal: str = ""
    otherwise: str = ""

    @property
    def words(self) -> str:
        """Why it is needed, what the figures suggest, and what happens otherwise."""
        return " ".join(filter(None, (self.reason, self.proposal, self.otherwise)))


@dataclass(frozen=True)
class Decided:
    """What was decided about a wave, and by whom, in words; `stands` is how its gate stands, without names of people."""

    title: str
    words: str
    wave_id: int
    stands: str = ""


class WaveState(State):
    """How a wave stands before its go-live that its status doesn't say."""

    NOT_READY = "not_ready", "Not ready", "bad"


def by_urgency(decisions: Sequence[Decision]) -> list[Decision]:
    """Return decisions by day, those without a day last; equal ones keep their order."""
    return sorted(decisions, key=lambda decision: decision.by_on or date.max)


@dataclass(frozen=True)
class Standing:
    """Whether a programme is on track: what stands against it, what shows that it is, and what nobody knows.

    With nothing against it, it is on track only if something shows it and nothing that would is unknown.
    """

    against: Sequence[str] = ()
    known: Sequence[str] = ()
    unknown: Sequence[str] = ()

    @property
    def is_on_track(self) -> bool | None:
        """None when too much is unknown to say."""
        if self.against:
            return False
        return True if self.known and not self.unknown else None

    @property
    def sentence(self) -> str:
        """The answer with its reason, in a sentence."""
        if self.against:
            return f"Not on track, because {_joined(self.against)}."
        if self.is_on_track:
            return f"On track: {_joined(self.known)}."
        if not self.unknown:
            return "Whether this is on track is not known: nothing is planned yet."
        return f"Whether this is on track is not known, because {_joined(self.unknown)}."


def _joined(clauses: Sequence[str]) -> str:
    """Join clauses that have commas of their own."""
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{'; '.join(clauses[:-1])}; and {clauses[-1]}"
