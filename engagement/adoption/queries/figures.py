"""The figures of a wave as pages and files show them: each with its definition, and told only as far as it names nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engagement.adoption.models import AdoptionCount
from engagement.adoption.queries.uptake import Uptake, uptake_of_waves
from engagement.adoption.rules.counting import Counted, Days, TeamCounted
from engagement.adoption.rules.intervals import Interval, newcombe
from engagement.adoption.rules.telling import Told, groups_told
from engagement.db import db
from engagement.people.models import Department
from engagement.resistance.figures.rules import hide_small
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves
from engagement.words import number_word, plural


@dataclass(frozen=True)
class Flow:
    """How people came and went between the 28 days before and the last 28: what it is called, and how many, None if hidden."""

    word: str
    people: int | None


@dataclass(frozen=True)
class Week:
    """One calendar week since go-live: how many used it, and what teams told."""

    number: int
    told: Told
    team_told: Told | None
    team_uses: int


@dataclass(frozen=True)
class Compared:
    """How many used it of those who finished their training and of those who did not, and the interval of the difference."""

    trained: Told
    untrained: Told
    difference: Interval

    @property
    def words(self) -> str:
        """The difference, as evidence and not as a claim."""
        low, high = round(self.difference.low * 100), round(self.difference.high * 100)
        value = round(self.difference.value * 100)
        span = f"{_signed(value)} percentage points, between {_signed(low)} and {_signed(high)} with 95 % confidence"
        if low <= 0 <= high:
            return f"The difference is {span}: chance alone could explain it."
        return f"The difference is {span}. It is a difference, not its cause: who trains early may be keener."


@dataclass(frozen=True)
class Part:
    """The figures of one workflow of a wave, or of all of them together (without `workflow_id`)."""

    label: str
    workflow_id: int | None
    as_of: date
    floor: int
    people: Counted
    teams: TeamCounted
    departments: Sequence[tuple[str, Told | None]] = ()

    @property
    def is_small(self) -> bool:
        """Whether the wave is too small to tell anything of."""
        return self.people.people < self.floor

    @property
    def knows_people(self) -> bool:
        """Whether use of enough single people is known, so that more than what teams told can be counted."""
        return self.people.ever >= self.floor

    def told(self, part: int) -> Told:
        """Return how many of the wave's people it is."""
        return Told(part, self.people.people, self.floor)

    @property
    def flow(self) -> Sequence[Flow]:
        """Who went on, began, stopped, and who used it in neither time."""
        count = self.people
        words = {
            "Went on": count.retained,
            "Began, or came back": count.started,
            "Stopped": count.lapsed,
            "In neither": count.other,
        }
        shown = hide_small(words, self.floor)
        return [Flow(word, shown.groups[word]) for word in words]

    @cached_property
    def weeks(self) -> Sequence[Week]:
        """The calendar weeks since go-live."""
        both = zip(self.people.weeks, self.teams.weeks, strict=True)
        return [
            Week(number, self.told(used), self._at_least(people), uses)
            for number, (used, (people, uses)) in enumerate(both)
        ]

    @property
    def team_told(self) -> Told | None:
        """At least how many used it in the last 28 days by what teams told, None if they told no people."""
        return self._at_least(self.teams.used)

    def _at_least(self, people: int | None) -> Told | None:
        return None if people is None else self.told(min(people, self.people.people))

    @property
    def compared(self) -> Compared | None:
        """Trained against untrained people; None where one of both groups may not be told of."""
        count = self.people
        cells = {
            "trained": (count.trained_used, count.trained),
            "untrained": (count.untrained_used, count.asked - count.trained),
        }
        told = groups_told(cells, self.floor)
        trained, untrained = told["trained"], told["untrained"]
        if trained is None or untrained is None:
            return None
        difference = newcombe((trained.part, trained.whole), (untrained.part, untrained.whole))
        return Compared(trained, untrained, difference)

    @property
    def friendly(self) -> tuple[Told, Told] | None:
        """How many used it of friendly users and of everybody else; None where one of both groups may not be told of."""
        count = self.people
        cells = {
            "friendly": (count.friendly_used, count.friendly),
            "others": (count.used - count.friendly_used, count.people - count.friendly),
        }
        told = groups_told(cells, self.floor)
        friendly, others = told["friendly"], told["others"]
        return None if friendly is None or others is None else (friendly, others)

    @property
    def is_pilot_evidence(self) -> bool:
        """Whether more than half of those who used it are friendly users, so that little is known of everybody else."""
        return self.friendly is not None and self.people.friendly_used * 2 > self.people.used

    @property
    def proficiency(self) -> Sequence[tuple[str, Told]]:
        """Of those who have training to do, how many finished it, and how that is known."""
        count = self.people
        return [
            (word, Told(part, count.asked, self.floor))
            for word, part in (
                ("Finished their training", count.trained),
                ("Finished, and passed a test", count.quizzed),
                ("Finished, with a trainer’s or a record’s word", count.signed_off),
            )
        ]

    def days_words(self, days: Days) -> str:
        """Say how long something took: the median with the middle half."""
        figure, of = self.days_figure(days)
        return f"{figure}, {of}" if figure else of

    def days_figure(self, days: Days) -> tuple[str | None, str]:
        """Return the median to stand large, if it may be told, and of how many people, with the middle half."""
        if days.people < self.floor:
            return None, f"not shown: of fewer than {number_word(self.floor)} people"
        if days.low == days.high:
            return plural(days.median or 0, "day", "days"), f"as for half of {days.people:,} people and more"
        return plural(
            days.median or 0, "day", "days"
        ), f"half of {days.people:,} people within {days.low} to {days.high}"


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


@dataclass(frozen=True)
class WaveFigures:
    """The figures of a wave: its uptake in a sentence, and its parts, all workflows together first where there are several."""

    wave: Wave
    uptake: Uptake
    parts: Sequence[Part]
    counted_at: datetime | None = None

    @property
    def whole(self) -> Part | None:
        """The part of all workflows together."""
        return self.parts[0] if self.parts else None


def figures_of_waves(
    waves: Sequence[Wave], on: date, *, floor: int, with_departments: bool = False
) -> list[WaveFigures]:
    """Return the figures of these waves, in a fixed number of statements; departments are read only if asked for."""
    uptakes = uptake_of_waves(waves, on, floor=floor)
    ids = [wave.id for wave in waves]
    rows = select(AdoptionCount).where(AdoptionCount.wave_id.in_(ids))
    if with_departments:
        rows = rows.options(undefer(AdoptionCount.by_department)).execution_options(populate_existing=True)
    kept = {row.wave_id: row for row in db.session.scalars(rows)}
    workflows = workflows_of_waves(ids)
    names = _department_names(kept.values()) if with_departments else {}
    found = []
    for wave in waves:
        row, uptake = kept.get(wave.id), uptakes[wave.id]
        labels = {0: "All its workflows"} | {workflow.id: workflow.name for workflow in workflows[wave.id]}
        if len(labels) == 2:
            labels = dict([labels.popitem()])
        is_counted = row is not None and row.members > 0 and wave.status.is_in_use
        parts = [_part(row, key, label, floor, names) for key, label in labels.items()] if row and is_counted else []
        found.append(WaveFigures(wave, uptake, [part for part in parts if part], row.counted_at if row else None))
    return found


def _part(row: AdoptionCount, key: int, label: str, floor: int, names: Mapping[int, str]) -> Part | None:
    numbers = row.numbers.get(str(key))
    if numbers is None:
        return None
    groups = row.by_department.get(str(key), []) if names else []
    count = Counted.read(numbers["people"], groups)
    cells = {
        names.get(group, "Without a department"): (used, people)
        for group, (people, used) in sorted(count.groups.items(), key=lambda each: names.get(each[0], ""))
    }
    told = list(groups_told(cells, floor).items()) if count.ever >= floor else []
    as_of, teams = date.fromisoformat(numbers["as_of"]), TeamCounted.read(numbers["teams"])
    return Part(label, key or None, as_of, floor, count, teams, told)


def _department_names(rows: Iterable[AdoptionCount]) -> dict[int, str]:
    ids = {group for row in rows for groups in row.by_department.values() for group, *_ in groups}
    known = select(Department.id, Department.path).where(Department.id.in_(ids)).order_by(Department.sorted_by)
    return {0: "Without a department"} | {key: path for key, path in db.session.execute(known).all()}  # noqa: C416
