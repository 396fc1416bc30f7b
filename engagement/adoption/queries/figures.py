"""The figures of a wave as pages and files show them: each with its definition, and told only as far as it names nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engagement.adoption.models import AdoptionCount
from engagement.adoption.queries.uptake import Uptake, uptake_of_waves
from engagement.adoption.rules.counting import Counted, Days, TeamCounted
from engagement.adoption.rules.hiding import Shown, Telling, shown_together
from engagement.adoption.rules.intervals import Interval, newcombe
from engagement.adoption.rules.telling import Told
from engagement.db import db
from engagement.people.models import Department
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves
from engagement.words import number_word, plural

NO_DEPARTMENT = "Without a department"


@dataclass(frozen=True)
class Week:
    """One calendar week since go-live: how many used it, and what teams told; `team_uses` is None where it may be one person's."""

    number: int
    told: Told
    team_told: Told | None
    team_uses: int | None


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
    """The figures of one workflow of a wave, or of all of them together (without `workflow_id`).

    Of `people`, only what is in `shown` may be told, and how long things took. Beside all workflows together, less is told of each:
    `is_beside`.
    """

    label: str
    workflow_id: int | None
    as_of: date
    floor: int
    people: Counted
    teams: TeamCounted
    shown: Shown
    source: str = ""
    is_beside: bool = False
    departments: Sequence[tuple[str, Told | None]] = ()

    @property
    def is_small(self) -> bool:
        """Whether the wave is too small to tell anything of."""
        return self.told(0).is_small

    @property
    def knows_people(self) -> bool:
        """Whether use of enough single people is known, so that more than what teams told can be counted."""
        return self.people.ever >= self.floor

    def told(self, part: int) -> Told:
        """Return how many of the wave's people it is."""
        return Told(part, self.people.people, self.floor)

    @property
    def flow(self) -> Sequence[tuple[str, int | None]]:
        """Who went on, began, stopped, and who used it in neither time: what it is called, and how many, None if hidden."""
        shown = self.shown
        return [
            ("Went on", shown.retained),
            ("Began, or came back", shown.started),
            ("Stopped", shown.lapsed),
            ("In neither", shown.other),
        ]

    @cached_property
    def weeks(self) -> Sequence[Week]:
        """The calendar weeks since go-live."""
        both = zip(self.shown.weeks, self.teams.weeks, strict=True)
        return [
            Week(number, told, self._at_least(people), uses if not uses or members > self.floor else None)
            for number, (told, (people, uses, members)) in enumerate(both)
        ]

    @property
    def team_told(self) -> Told | None:
        """At least how many used it in the last 28 days by what teams told, None if they told no people."""
        return self._at_least(self.teams.used)

    def _at_least(self, people: int | None) -> Told | None:
        return None if people is None else self.told(min(people, self.people.people))

    @property
    def compared(self) -> Compared | None:
        """Trained people against all others; None where one of both groups may not be told of."""
        if self.shown.trained is None:
            return None
        trained, untrained = self.shown.trained
        difference = newcombe((trained.part, trained.whole), (untrained.part, untrained.whole))
        return Compared(trained, untrained, difference)

    @property
    def is_pilot_evidence(self) -> bool:
        """Whether more than half of those who used it are friendly users, so that little is known of everybody else."""
        return self.shown.friendly is not None and self.people.friendly_used * 2 > self.people.used

    @property
    def proficiency(self) -> Sequence[tuple[str, Told]]:
        """Of those who have training to do, how many finished it, and how that is known."""
        count = self.people
        trained = Told(count.trained, count.asked, self.floor)
        return [
            ("Finished their training", trained),
            ("Finished, and passed a test", Told(count.quizzed, count.asked, self.floor, trained.exact)),
            (
                "Finished, with a trainer’s or a record’s word",
                Told(count.signed_off, count.asked, self.floor, trained.exact),
            ),
        ]

    def days_words(self, days: Days) -> str:
        """Say how long something took: the median with the middle half."""
        figure, of = self.days_figure(days)
        return f"{figure}, {of}" if figure else of

    def days_figure(self, days: Days) -> tuple[str | None, str]:
        """Return the median to stand large, if it may be told, and the middle half.

        Of how many people it is would say, beside the others, how few are left out.
        """
        if days.people < self.floor:
            return None, f"not shown: of fewer than {number_word(self.floor)} people"
        figure = plural(days.median or 0, "day", "days")
        if days.low == days.high:
            return figure, "the same for at least half of them"
        return figure, f"half of them within {days.low} to {days.high}"


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
        parts = _parts(wave, row, labels, floor, names) if row and is_counted else []
        found.append(WaveFigures(wave, uptake, parts, row.counted_at if row else None))
    return found


def _parts(
    wave: Wave, row: AdoptionCount, labels: Mapping[int, str], floor: int, names: Mapping[int, str]
) -> list[Part]:
    """Return the parts of a wave that are counted, all together first, with what may be told of them together."""
    keys = [key for key in labels if str(key) in row.numbers]
    numbers = [row.numbers[str(key)] for key in keys]
    counts = [
        Counted.read(each["people"], row.by_department.get(str(key), []) if names else [])
        for key, each in zip(keys, numbers, strict=True)
    ]
    counts = [replace(each, groups=_in_order(each.groups, names)) for each in counts]
    days = [date.fromisoformat(each["as_of"]) for each in numbers]
    tellings = [Telling(count, wave.go_live_on, day) for count, day in zip(counts, days, strict=True)]
    shown = shown_together(tellings, floor)
    return [
        Part(
            label=labels[key],
            workflow_id=key or None,
            as_of=day,
            floor=floor,
            people=count,
            teams=TeamCounted.read(each["teams"]),
            shown=told,
            source=each.get("source", ""),
            is_beside=told is not shown[0],
            departments=[(names.get(group, NO_DEPARTMENT), cell) for group, cell in told.departments.items()],
        )
        for key, each, count, day, told in zip(keys, numbers, counts, days, shown, strict=True)
    ]


def _in_order(groups: Mapping[int, tuple[int, int]], names: Mapping[int, str]) -> dict[int, tuple[int, int]]:
    """Return departments in the order of their names, because which ones are hidden beside small ones goes by it."""
    return {group: groups[group] for group in sorted(groups, key=lambda each: names.get(each, ""))}


def _department_names(rows: Iterable[AdoptionCount]) -> dict[int, str]:
    ids = {group for row in rows for groups in row.by_department.values() for group, *_ in groups}
    known = select(Department.id, Department.path).where(Department.id.in_(ids)).order_by(Department.sorted_by)
    return {0: NO_DEPARTMENT} | {key: path for key, path in db.session.execute(known).all()}  # noqa: C416
