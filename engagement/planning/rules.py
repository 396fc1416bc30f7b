"""The vocabulary of re-planning, and pure rules: rows that say what moves, and clashes of their new days."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from engagement.days.working_days import why_off
from engagement.vocabulary import Worded
from engagement.waves.milestones.rules import Offset
from engagement.words import day_words, plural, short_day_words

#: More messages in one week than this are said, because people stop reading them.
MOST_A_WEEK = 3
#: Two go-lives for the same people are said when they are closer than this.
CLOSE = timedelta(days=14)
LONGEST_REASON = 1_000
MOST_IN_A_CHAIN = 12


class RowKind(Worded):
    """What a row of a plan is, in the order of the page."""

    MILESTONE = "milestone", "Milestones"
    TRAINING = "training", "Training"
    MESSAGE = "message", "Messages"
    STEP = "step", "Sponsors’ steps"


class Effect(Worded):
    """What re-planning does with something."""

    MOVES = "moves"
    LAPSES = "lapses", "Moves, and needs approval again"
    OVERTAKEN = "overtaken", "Keeps its day, and needs approval again"
    PASSED = "passed", "Its new time has passed, so it waits for you"
    STAYS = "stays"

    @property
    def changes_day(self) -> bool:
        """Whether the thing gets another day."""
        return self in (Effect.MOVES, Effect.LAPSES, Effect.PASSED)

    @property
    def ends_approval(self) -> bool:
        """Whether an approval ends with it."""
        return self in (Effect.LAPSES, Effect.OVERTAKEN)


@dataclass(frozen=True)
class Row:
    """Something of a wave's plan, with its day before and after; `old_at` and `new_at` are the instants of a message.

    `key` is the id of the milestone, message or step, or of the wave for its training. `why` says how the day comes
    about, or why it stays. `state` is what the thing is when the row is made, so that a later change is noticed.
    """

    kind: RowKind
    key: int
    name: str
    old_on: date
    new_on: date
    effect: Effect
    why: str
    state: str = ""
    old_at: datetime | None = None
    new_at: datetime | None = None
    clashes: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        return self.effect.changes_day


@dataclass(frozen=True)
class Replanning:
    """What would move if a milestone fell on another day: the rows that the page shows, and that applying writes."""

    wave_id: int
    milestone_id: int
    name: str
    from_on: date
    to_on: date
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()

    def of(self, kind: RowKind) -> list[Row]:
        """Return the rows of a kind, those that move first."""
        return sorted((row for row in self.rows if row.kind is kind), key=lambda row: (not row.moves, row.new_on))

    @property
    def groups(self) -> list[tuple[RowKind, list[Row]]]:
        """The rows by kind, without kinds that have none."""
        return [(kind, rows) for kind in RowKind if (rows := self.of(kind))]

    @property
    def moving(self) -> int:
        return sum(row.moves for row in self.rows)

    @property
    def clashing(self) -> int:
        return sum(bool(row.clashes) for row in self.rows)

    @property
    def ended_approvals(self) -> int:
        return sum(row.effect.ends_approval for row in self.rows)

    @property
    def seal(self) -> str:
        """A short mark of all rows: it differs when anything that would be written differs."""
        told = [
            (r.kind, r.key, str(r.old_at or r.old_on), str(r.new_at or r.new_on), r.effect, r.state) for r in self.rows
        ]
        return sha256(json.dumps([self.milestone_id, str(self.to_on), told]).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Blocked:
    """Days on which nothing should be asked of people, with the words for a clash."""

    from_on: date
    until_on: date
    words: str

    def covers(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True)
class Surroundings:
    """What new days are compared with: blocked days, go-lives of overlapping waves, and messages that others send."""

    country: str
    today: date
    blackouts: Sequence[Blocked] = ()
    quiet: Sequence[Blocked] = ()
    go_lives: Sequence[tuple[date, str]] = ()
    other_messages: Sequence[date] = field(default_factory=list)


def with_clashes(rows: Iterable[Row], around: Surroundings) -> tuple[Row, ...]:
    """Return the rows, each that moves with what speaks against its new day."""
    found = list(rows)
    weeks = _messages_by_week(found, around.other_messages)
    return tuple(replace(row, clashes=tuple(_clashes(row, around, weeks))) if row.moves else row for row in found)


def _messages_by_week(rows: Iterable[Row], others: Iterable[date]) -> Mapping[date, int]:
    coming = [row.new_on for row in rows if row.kind is RowKind.MESSAGE and row.state not in OUT]
    return Counter(monday_of(day) for day in [*coming, *others])


#: States of messages that nobody gets any more, or has got.
OUT = ("sending", "sent", "skipped", "missed")


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def _clashes(row: Row, around: Surroundings, weeks: Mapping[date, int]) -> Iterable[str]:
    day, is_go_live = row.new_on, row.state == "go_live"
    if row.kind is RowKind.MILESTONE and row.state == "stabilised":
        return
    if day < around.today:
        yield "That day has passed."
    if why := why_off(day, around.country):
        yield f"That is {why}, when few people work."
    yield from (blocked.words for blocked in (*around.blackouts, *around.quiet) if blocked.covers(day))
    if is_go_live:
        yield from (words for other, words in around.go_lives if abs(other - day) < CLOSE)
    number = weeks.get(monday_of(day), 0)
    if row.kind is RowKind.MESSAGE and number > MOST_A_WEEK:
        yield f"With it, people of the wave get {number} messages in the week of {short_day_words(monday_of(day), with_year=False)}."


def offsets_of(text: str) -> list[int]:
    """Return the days that a line such as "T-14, -7, +5" names, in order and each once; raises ValueError for others."""
    found = []
    for part in text.replace("−", "-").replace("–", "-").replace(";", ",").split(","):
        word = part.strip().upper().removeprefix("T").replace(" ", "")
        if word or part.strip():
            found.append(int(word or "0"))
    return sorted(set(found))


def chain_words(offsets: Iterable[int]) -> str:
    """Write offsets as planners do: "T−14, T−7, T+5"."""
    return ", ".join(Offset(days).short for days in offsets)


def moved_words(plan: Replanning) -> str:
    """Say in a sentence what was moved."""
    others = plan.moving - 1
    along = f" {plural(others, 'other day moves', 'other days move')} along." if others > 0 else ""
    return f"{plan.name} moves from {day_words(plan.from_on)} to {day_words(plan.to_on)}.{along}"
