"""The vocabulary of milestones, and pure rules: counting a day from another one, and days that contradict each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from engagement.days.cadence import HolidayPolicy
from engagement.days.working_days import nearest_working_day, why_off, working_days_after, working_days_before
from engagement.vocabulary import Worded
from engagement.words import day_words, plural

#: Days that an offset may be long at most.
LONGEST_OFFSET = 365
LONGEST_NAME = 100


class MilestoneKind(Worded):
    """What a milestone is, in the order in which the days of a wave come."""

    KICK_OFF = "kick_off", "Kick-off"
    TRAINING_OPENS = "training_opens", "Training opens"
    TRAINING_DUE = "training_due", "Training is due"
    GO_LIVE = "go_live", "Go-live"
    STABILISED = "stabilised", "The quiet period ends"
    OWN = "own", "A day of your own"

    @property
    def noun(self) -> str:
        """How a sentence calls it: "7 days before go-live"."""
        return _NOUNS[self]

    @property
    def is_needed(self) -> bool:
        """Whether every wave has it."""
        return self in (MilestoneKind.GO_LIVE, MilestoneKind.TRAINING_DUE)

    @property
    def place(self) -> int:
        """Its place among milestones of one day."""
        return list(MilestoneKind).index(self)


_NOUNS = {
    MilestoneKind.KICK_OFF: "the kick-off",
    MilestoneKind.TRAINING_OPENS: "the opening of training",
    MilestoneKind.TRAINING_DUE: "the day on which training is due",
    MilestoneKind.GO_LIVE: "go-live",
    MilestoneKind.STABILISED: "the end of the quiet period",
    MilestoneKind.OWN: "it",
}


class Counted(Worded):
    """Which days an offset counts."""

    WORKING = "working", "working days"
    CALENDAR = "calendar", "days"


@dataclass(frozen=True)
class Offset:
    """So many days before (negative) or after a milestone; `policy` moves calendar days that are days off."""

    days: int
    counted: Counted = Counted.WORKING
    policy: HolidayPolicy = HolidayPolicy.BEFORE

    def day_from(self, start: date, country: str) -> date:
        """Return the day that is meant, counted from `start`."""
        if self.counted is Counted.WORKING and self.days:
            step = working_days_before if self.days < 0 else working_days_after
            return step(start, abs(self.days), country)
        day = start + timedelta(days=self.days)
        if self.policy is HolidayPolicy.KEEP:
            return day
        return nearest_working_day(day, country, 1 if self.policy is HolidayPolicy.AFTER else -1)

    def words(self, noun: str) -> str:
        """The offset in words: "14 working days before go-live"."""
        if not self.days:
            return f"the same day as {noun}"
        one = "working day" if self.counted is Counted.WORKING else "day"
        return f"{plural(abs(self.days), one, one + 's')} {'before' if self.days < 0 else 'after'} {noun}"

    @property
    def short(self) -> str:
        """The offset as planners write it: "T−14"."""
        return f"T{'−' if self.days < 0 else '+'}{abs(self.days)}" if self.days else "T"


class Dated(Protocol):
    """What the rules need to know of a milestone."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> MilestoneKind: ...
    @property
    def title(self) -> str: ...
    @property
    def falls_on(self) -> date: ...
    @property
    def anchor_id(self) -> int | None: ...
    @property
    def offset(self) -> Offset | None: ...


def days_of(milestones: Iterable[Dated], country: str, given: Mapping[int, date] | None = None) -> dict[int, date]:
    """Return the day of each milestone of a wave, by id, when those in `given` fall on these days.

    One that is counted from another follows it. One that is counted from something unknown keeps its day.
    """
    rows = {row.id: row for row in milestones}
    found = dict(given or {})

    def day_of(key: int, behind: frozenset[int]) -> date:
        if key not in found:
            row = rows[key]
            offset, anchor = row.offset, row.anchor_id
            is_counted = offset is not None and anchor in rows and anchor not in behind
            found[key] = (
                offset.day_from(day_of(anchor, behind | {key}), country)  # type: ignore[union-attr, arg-type]
                if is_counted
                else row.falls_on
            )
        return found[key]

    return {key: day_of(key, frozenset({key})) for key in rows}


def followers(milestones: Iterable[Dated], key: int) -> set[int]:
    """Return the ids of the milestones that follow this one, directly or through others."""
    rows, found = list(milestones), {key}
    while more := {row.id for row in rows if row.anchor_id in found and row.id not in found}:
        found |= more
    return found - {key}


@dataclass(frozen=True)
class Contradiction:
    """Something about the days of a wave that somebody should look at, and the milestone that it is about."""

    milestone_id: int
    sentence: str


#: The first of each pair comes before the second; and the words for when it does not.
ORDER = (
    (MilestoneKind.KICK_OFF, MilestoneKind.TRAINING_OPENS, "Training opens before the kick-off"),
    (MilestoneKind.KICK_OFF, MilestoneKind.GO_LIVE, "Go-live is before the kick-off"),
    (MilestoneKind.TRAINING_OPENS, MilestoneKind.TRAINING_DUE, "Training is due before it opens"),
    (MilestoneKind.TRAINING_OPENS, MilestoneKind.GO_LIVE, "Go-live is before training opens"),
    (MilestoneKind.TRAINING_DUE, MilestoneKind.GO_LIVE, "Go-live is before training is due"),
)


def contradictions(milestones: Iterable[Dated], on: date, country: str, *, is_ahead: bool) -> list[Contradiction]:
    """Return what speaks against the days of a wave, seen on a day; `is_ahead` says that it has not gone live."""
    rows = list(milestones)
    return [*_out_of_order(rows), *(_against_days(rows, on, country) if is_ahead else ())]


def _out_of_order(rows: list[Dated]) -> Iterator[Contradiction]:
    by_kind: dict[MilestoneKind, Dated] = {row.kind: row for row in rows if row.kind is not MilestoneKind.OWN}
    for first, second, words in ORDER:
        earlier, later = by_kind.get(first), by_kind.get(second)
        if earlier is not None and later is not None and later.falls_on < earlier.falls_on:
            days = f"{day_words(later.falls_on)}, and {day_words(earlier.falls_on)}"
            yield Contradiction(later.id, f"{words}: {days}.")


def _against_days(rows: list[Dated], on: date, country: str) -> Iterator[Contradiction]:
    for row in rows:
        if row.kind is MilestoneKind.GO_LIVE and row.falls_on < on:
            yield Contradiction(row.id, f"{day_words(row.falls_on)} has passed, and the wave has not gone live.")
        elif (
            row.falls_on >= on and row.kind is not MilestoneKind.STABILISED and (why := why_off(row.falls_on, country))
        ):
            yield Contradiction(row.id, f"{row.title}: {day_words(row.falls_on)} is {why}, when few people work.")
