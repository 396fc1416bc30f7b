"""The vocabulary of early inclusion and pure rules: what is wrong with an occasion or an answer, and shares by department."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engagement.vocabulary import State, Worded

LONGEST_ABOUT, LONGEST_TEXT = 300, 1_000
MOST_PEOPLE, MOST_POINTS = 200, 50


class OccasionKind(Worded):
    """How people took part in design."""

    WORKSHOP = "workshop"
    INTERVIEW = "interview", "Interviews"
    TRIAL = "trial"
    REVIEW = "review", "Review of a draft"


class Outcome(State):
    """What a point changed."""

    OPEN = "open", "No answer yet", "warn", "bang"
    CHANGED = "changed", "Changed", "ok", "check"
    UNCHANGED = "unchanged", "Not changed", "", "ring"


@dataclass(frozen=True)
class OccasionSaid:
    """An occasion as its form says it."""

    kind: OccasionKind
    held_on: date
    about: str


@dataclass(frozen=True)
class Share:
    """The people of one department whom a wave affects, and how many of them took part; `path` is "" for no department."""

    path: str
    included: int
    affected: int

    @property
    def is_missed(self) -> bool:
        """Whether nobody there was asked."""
        return not self.included

    @property
    def part(self) -> float:
        """The share from 0 to 1."""
        return self.included / self.affected if self.affected else 0.0


@dataclass(frozen=True)
class Shares:
    """The departments of a wave, those where nobody was asked first, then by path.

    `kept_back` are departments with so few people that a reader who doesn't see names could recognise them: they are put
    together in `rest`, which is None when even together they are too few; such people are then counted nowhere.
    """

    lines: Sequence[Share]
    kept_back: int = 0
    rest: Share | None = None

    @property
    def shown(self) -> list[Share]:
        """Everything that is counted."""
        return [*self.lines, *([self.rest] if self.rest else [])]

    @property
    def included(self) -> int:
        """How many of the affected took part."""
        return sum(line.included for line in self.shown)

    @property
    def affected(self) -> int:
        """How many people the wave affects."""
        return sum(line.affected for line in self.shown)

    @property
    def missed(self) -> list[Share]:
        """The departments where nobody was asked."""
        return [line for line in self.lines if line.is_missed]

    @property
    def words(self) -> str:
        """The whole in one line."""
        if not self.affected:
            return "Nobody is in this wave yet, so nobody can have been asked."
        if not self.included:
            whom = "The one affected person" if self.affected == 1 else f"None of the {self.affected:,} affected people"
            return f"{whom} took {'no ' if self.affected == 1 else ''}part in design."
        took = "1 affected person" if self.affected == 1 else f"{self.included:,} of {self.affected:,} affected people"
        several = len(self.lines) > 1
        where = f" In {len(self.missed)} of {len(self.lines)} departments nobody was asked." if several else ""
        return f"{took} took part in design.{where if self.missed else ''}"


def shares_of(counted: Sequence[Share], floor: int) -> Shares:
    """Return the shares as they may be shown to a reader for whom no department may be smaller than `floor`; 0 shows all."""
    small = [line for line in counted if line.affected < floor]
    lines = sorted((line for line in counted if line.affected >= floor), key=lambda line: not line.is_missed)
    together = sum(line.affected for line in small)
    rest = Share("", sum(line.included for line in small), together) if small and together >= floor else None
    return Shares(lines, len(small), rest)


def points_in(text: str) -> list[str]:
    """Return the points of a text with one a line, each once, without bullets."""
    lines = [line.strip().lstrip("-*•").strip() for line in text.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def occasion_problems(said: OccasionSaid, people: int, today: date) -> dict[str, str]:
    """Return what is wrong with an occasion, by field."""
    problems = {}
    if not said.about:
        problems["about"] = "Say what it was about. A few words are enough."
    elif len(said.about) > LONGEST_ABOUT:
        problems["about"] = f"Shorten this to {LONGEST_ABOUT} characters; it has {len(said.about):,}."
    if said.held_on > today:
        problems["held_on"] = "This day is still to come. Write it down when it has been."
    if not people:
        problems["people"] = "Name at least one person who took part."
    elif people > MOST_PEOPLE:
        problems["people"] = f"Name at most {MOST_PEOPLE} people; there are {people:,}."
    return problems


def points_problem(points: Sequence[str], already: int = 0) -> str:
    """Say what is wrong with new points, one a line, of an occasion that has some `already`; "" if nothing is."""
    longest = max(map(len, points), default=0)
    if longest > LONGEST_TEXT:
        return f"Shorten each line to {LONGEST_TEXT:,} characters; the longest has {longest:,}."
    if len(points) + already > MOST_POINTS:
        return f"Keep to {MOST_POINTS} points for one occasion; these make {len(points) + already}."
    return ""


def answer_problems(raised: str, outcome: Outcome, answer: str) -> dict[str, str]:
    """Return what is wrong with a point and its answer, by field."""
    problems = {}
    if not raised:
        problems["raised"] = "Write what was raised."
    if outcome is Outcome.CHANGED and not answer:
        problems["answer"] = "Say what it changed. Those who raised it read this."
    elif outcome is Outcome.UNCHANGED and not answer:
        problems["answer"] = "Say why it changes nothing. Those who raised it read this."
    elif outcome is Outcome.OPEN and answer:
        problems["outcome"] = "Say whether it changed something, because there are words about it."
    for name, text in (("raised", raised), ("answer", answer)):
        if len(text) > LONGEST_TEXT:
            problems[name] = f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."
    return problems
