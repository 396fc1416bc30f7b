"""The figures of a report: one list, from which page, PDF, workbook, CSV, mail and snapshot are drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engagement.vocabulary import Worded
from engagement.words import count, number_word, share_words, short_day_words

NOT_SHOWN = "not shown"


class Part(Worded):
    """The part of a report in which a figure stands, in their order."""

    WAVES = "waves", "Waves"
    VALUE = "value", "What it is worth"
    SPONSORS = "sponsors", "What sponsors do in person"
    OBJECTIONS = "objections", "What people object to"
    MESSAGES = "messages", "What was said to people"


class Unit(Worded):
    """What a value counts. One of `OWN` names its unit itself."""

    PEOPLE = "people", "people"
    PERCENT = "percent", "%"
    CONCERNS = "concerns", "concerns"
    STEPS = "steps", "steps"
    DAYS = "days", "working days"
    OWN = "own", ""


class Measure(Worded):
    """What is measured, with its word. `definition` says how it is counted."""

    PEOPLE = "people", "People"
    TRAINED = "trained", "Trained"
    TRAINED_EXPECTED = "trained_expected", "Trained by today, as planned"
    TRAINED_FORECAST = "trained_forecast", "Trained on the due day, as it goes"
    VALUE = "value", "Measured last"
    VALUE_WAY = "value_way", "Way to the target"
    VALUE_WAY_EXPECTED = "value_way_expected", "Way by today, as planned"
    STEPS = "steps", "Steps done"
    OPEN = "open", "Open"
    ANSWERED = "answered", "Answered"
    MEDIAN = "median", "Time to first answer"
    DELIVERED = "delivered", "Delivered"

    @property
    def part(self) -> Part:
        return _SAID[self][0]

    @property
    def unit(self) -> Unit:
        return _SAID[self][1]

    @property
    def definition(self) -> str:
        """How it is counted, said wherever the figure stands."""
        return _SAID[self][2]


_SAID: dict[Measure, tuple[Part, Unit, str]] = {
    Measure.PEOPLE: (
        Part.WAVES,
        Unit.PEOPLE,
        "People who are in the wave now. Somebody in two waves counts in both.",
    ),
    Measure.TRAINED: (
        Part.WAVES,
        Unit.PERCENT,
        "People who have finished every required module of each training role they have, of those with training assigned.",
    ),
    Measure.TRAINED_EXPECTED: (
        Part.WAVES,
        Unit.PERCENT,
        "The share that a straight line from the day on which training opens to the day on which it is due reaches today.",
    ),
    Measure.TRAINED_FORECAST: (
        Part.WAVES,
        Unit.PERCENT,
        "The people who will have finished on the due day if as many finish a day as on average since training opened. Said from a week "
        "and five people on.",
    ),
    Measure.VALUE: (
        Part.VALUE,
        Unit.OWN,
        "The last reading of what is measured of a workflow, in its own unit.",
    ),
    Measure.VALUE_WAY: (
        Part.VALUE,
        Unit.PERCENT,
        "How much of the way from the value before to the target the last reading has come.",
    ),
    Measure.VALUE_WAY_EXPECTED: (
        Part.VALUE,
        Unit.PERCENT,
        "How much of that way a straight line from the day of the value before to the day of the target has come on the day of the last "
        "reading.",
    ),
    Measure.STEPS: (
        Part.SPONSORS,
        Unit.PERCENT,
        "What the sponsors of the programme and its waves do in person, without what was left out. Missed: not marked as done on its day.",
    ),
    Measure.OPEN: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Concerns that waited for an answer at the end of the day, with name or anonymous, that name a wave or workflow of this programme.",
    ),
    Measure.ANSWERED: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Concerns whose last word is an answer of the change team.",
    ),
    Measure.MEDIAN: (
        Part.OBJECTIONS,
        Unit.DAYS,
        "Median of working days, without weekends and public holidays, from receipt to first answer.",
    ),
    Measure.DELIVERED: (
        Part.MESSAGES,
        Unit.PERCENT,
        "Messages that a mail server accepted, of people the message was for. The last four messages.",
    ),
}


class SubjectKind(StrEnum):
    """What a figure is about."""

    PROGRAMME = "programme"
    WAVE = "wave"
    METRIC = "metric"
    SPONSOR = "sponsor"
    SOURCE = "source"
    MESSAGE = "message"


@dataclass(frozen=True)
class Subject:
    """The thing that a figure is about: its kind, its key among things of that kind, and its name."""

    kind: SubjectKind
    key: str
    name: str


@dataclass(frozen=True)
class Figure:
    """One number with everything that explains it.

    `value` is None where nothing is known or shown, and `missing` says why in words. A share has a numerator and a
    denominator, and its value is in percent. `need` is the percentage asked for. `as_of` is the day at whose end, or the
    present day during which, it was counted. `note` stands beside it. `groups_under` is the floor below which groups are
    hidden in it, 0 where it is about no group of people who said something.
    """

    measure: Measure
    of: Subject
    value: float | None
    as_of: date | None
    numerator: int | None = None
    denominator: int | None = None
    missing: str = ""
    unit: str = ""
    definition: str = ""
    need: int | None = None
    note: str = ""
    groups_under: int = 0

    @property
    def name(self) -> str:
        return self.measure.word

    @property
    def is_share(self) -> bool:
        return self.denominator is not None

    @property
    def words(self) -> str:
        """The figure as a reader sees it: "69 %, 371 of 538", "2.5 working days", "not shown"."""
        if self.value is None:
            return self.missing
        if self.numerator is not None and self.denominator is not None:
            return share_words(self.numerator, self.denominator)
        if self.measure.unit is Unit.PERCENT:
            return f"{self.value:.0f}\N{NO-BREAK SPACE}%"
        number = count(int(self.value)) if self.value == int(self.value) else f"{self.value:,.3f}".rstrip("0")
        if self.measure.unit is Unit.DAYS:
            return f"{number} {'working day' if self.value == 1 else 'working days'}"
        return f"{number} {self.unit}" if self.measure.unit is Unit.OWN else number

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it from one report to the next."""
        return self.measure.value, self.of.kind.value, self.of.key


def share_of(measure: Measure, of: Subject, numerator: int, denominator: int, as_of: date, missing: str) -> Figure:
    """Return a share; of nobody it is no number but the words `missing`."""
    value = 100 * numerator / denominator if denominator else None
    return Figure(
        measure,
        of,
        value,
        as_of,
        numerator if denominator else None,
        denominator if denominator else None,
        missing,
        measure.unit.word,
        measure.definition,
    )


def figure_of(
    measure: Measure,
    of: Subject,
    value: float | None,
    as_of: date | None,
    *,
    missing: str = NOT_SHOWN,
    unit: str = "",
    groups_under: int = 0,
    note: str = "",
) -> Figure:
    """Return a figure that is no share."""
    definition = measure.definition
    if groups_under:
        definition += f" Groups of under {number_word(groups_under)} people are not shown, nor any from which one could be worked out."
    return Figure(
        measure,
        of,
        value,
        as_of,
        missing=missing,
        unit=unit or measure.unit.word,
        definition=definition,
        groups_under=groups_under,
        note=note,
    )


def by_subject(figures: Iterable[Figure], kind: SubjectKind) -> dict[str, dict[Measure, Figure]]:
    """Return figures about things of a kind by the key of the thing, in their order, and by measure."""
    found: dict[str, dict[Measure, Figure]] = {}
    for figure in figures:
        if figure.of.kind is kind:
            found.setdefault(figure.of.key, {})[figure.measure] = figure
    return found


#: Measures in which a denominator that differs by more than this share is another population.
POPULATION_DIFFERS = 0.10


@dataclass(frozen=True)
class Change:
    """A figure beside the same one of an earlier day: both numbers, or why they cannot be compared."""

    now: Figure
    before: Figure | None
    on: date

    @property
    def why_not(self) -> str:
        """Why they cannot be compared; "" if they can."""
        now, before = self.now, self.before
        if before is None:
            return f"not counted on {self.day}"
        if before.value is None:
            return f"on {self.day}: {before.missing or NOT_SHOWN}"
        if now.value is None:
            return f"{before.words} on {self.day}"
        if now.definition != before.definition:
            return "not comparable: it was counted in another way"
        if now.need != before.need:
            return f"not comparable: {before.need or 0} % were asked for"
        if now.unit != before.unit:
            return f"not comparable: it was in {before.unit}"
        if _differ(now.denominator, before.denominator):
            return f"not comparable: of {count(before.denominator or 0)} then, {before.words}"
        return ""

    @property
    def difference(self) -> float | None:
        """By how much it rose, in its unit or in points; None if it cannot be compared."""
        if self.why_not or self.before is None or self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value

    @property
    def day(self) -> str:
        return short_day_words(self.on, with_year=False)

    @property
    def words(self) -> str:
        """The change with the earlier number: "+8 points since 31 March, 61 %, 329 of 538 then"."""
        if self.why_not or self.before is None:
            return self.why_not
        rose = round(self.difference or 0, 1)
        if not rose:
            return f"as on {self.day}" + (f", {self.before.words} then" if self.now.words != self.before.words else "")
        by = f"{abs(rose):,g}" + (" points" if self.now.measure.unit is Unit.PERCENT else "")
        return f"{'+' if rose > 0 else '−'}{by} since {self.day}, {self.before.words} then"


def _differ(now: int | None, before: int | None) -> bool:
    if not now or not before:
        return (now or 0) != (before or 0)
    return abs(now - before) > POPULATION_DIFFERS * max(now, before)


def changes(now: Iterable[Figure], before: Iterable[Figure], on: date) -> list[Change]:
    """Return each figure beside the same one of an earlier day."""
    earlier = {figure.key: figure for figure in before}
    return [Change(figure, earlier.get(figure.key), on) for figure in now]
