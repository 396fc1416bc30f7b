"""The figures of a report: one list, from which page, PDF, workbook, CSV and snapshot are drawn."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from engagement.reports.rules.measures import Measure, Unit
from engagement.words import count, number_word, share_words, whole_percent

NOT_SHOWN = "not shown"
KEPT_BACK = "not shown to you"
#: Of a wave before its go-live, and after it.
NOT_LIVE = "not live yet"
WENT_LIVE = "went live"
#: Of the way to a target where nobody knows the value before.
NO_BASELINE = "not known: nothing was measured before"

#: What identifies a figure from one report to the next: its measure, the kind of what it is about, and its key.
FigureKey = tuple[str, str, str]


class SubjectKind(StrEnum):
    """What a figure is about."""

    PROGRAMME = "programme"
    WAVE = "wave"
    METRIC = "metric"
    SPONSOR = "sponsor"
    SOURCE = "source"
    MESSAGE = "message"
    DEPARTMENT = "department"
    RESPONSE = "response"
    MONTH = "month"
    GROUP = "group"
    TOPIC = "topic"
    WORKFLOW = "workflow"


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
    hidden in it, 0 where it is about no group of people who said something. `basis` is what it rests on beyond its definition
    and can change from one day to another, a line for each part, such as a criterion with what it needs.
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
    basis: str = ""

    @property
    def name(self) -> str:
        return self.measure.word

    @property
    def words(self) -> str:
        """The figure as a reader sees it: "69 %, 371 of 538", "2.5 working days", "not shown"."""
        if self.value is None:
            return self.missing
        if self.numerator is not None and self.denominator is not None:
            return share_words(self.numerator, self.denominator)
        if self.measure.unit is Unit.PERCENT:
            return f"{whole_percent(self.value)}\N{NO-BREAK SPACE}%"
        number = count(int(self.value)) if self.value == int(self.value) else f"{self.value:,.3f}".rstrip("0")
        if self.measure.unit is Unit.DAYS:
            return f"{number} {'working day' if self.value == 1 else 'working days'}"
        return f"{number} {self.unit}" if self.measure.unit is Unit.OWN else number

    @property
    def counted_as(self) -> str:
        """How it is counted, with what it rests on."""
        parts = self.basis.splitlines()
        return f"{self.definition} Counted with: {'; '.join(parts)}." if parts else self.definition

    def own_day(self, days: Collection[date]) -> date | None:
        """Return the day of its number where that is none of these days; None too where there is no number."""
        return self.as_of if self.value is not None and self.as_of not in days else None

    def hidden(self, why: str) -> "Figure":
        """Return it without its numbers, with these words for them."""
        return replace(self, value=None, numerator=None, denominator=None, missing=why)

    @property
    def key(self) -> FigureKey:
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
