"""A report as a document: what every format draws. It holds the one list of figures, and the words around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from engagement.reports.rules.basis import counted_with
from engagement.reports.rules.comparing import Change
from engagement.reports.rules.days import own_day_words
from engagement.reports.rules.decisions import Decided, Decision
from engagement.reports.rules.figures import NO_BASELINE, NOT_SHOWN, Figure, FigureKey, Subject
from engagement.reports.rules.measures import Measure, Part
from engagement.words import number_word

#: The columns of each part's table.
COLUMNS: dict[Part, tuple[Measure, ...]] = {
    Part.WAVES: (
        Measure.PEOPLE,
        Measure.TRAINED,
        Measure.TRAINED_EXPECTED,
        Measure.TRAINED_FORECAST,
        Measure.READY,
        Measure.USED,
        Measure.WORTH,
        Measure.WAVE_OPEN,
        Measure.WAVE_ANSWERED,
        Measure.WAVE_STEPS,
    ),
    Part.VALUE: (Measure.VALUE, Measure.VALUE_WAY, Measure.VALUE_WAY_EXPECTED),
    Part.SPONSORS: (Measure.STEPS,),
    Part.OBJECTIONS: (Measure.OPEN, Measure.ANSWERED),
    Part.MESSAGES: (Measure.DELIVERED,),
}
#: What is said of the last reading, as of the day of that.
_OF_READING = (Measure.VALUE_WAY, Measure.VALUE_WAY_EXPECTED)
#: What no figure is and files name: the reader's own steps, and where open objections are going.
PROMISED, TREND = "You promised", "Open, 8 weeks"
HEADER = (
    "Part",
    "Of",
    "Figure",
    "Value",
    "Unit",
    "Counted",
    "Out of",
    "Needed %",
    "As of",
    "Change",
    "Before",
    "Compared with",
    "Note",
    "How it is counted",
)


@dataclass(frozen=True)
class Trend:
    """What a number was at the end of each of some weeks, None where it is not shown; and in words where it is going."""

    values: Sequence[int | None]
    words: str


@dataclass(frozen=True)
class Document:
    """A report of a programme for one reader.

    `further` are reports whose figures go along in workbook and CSV, by title; on paper and on the page they have no place.
    `as_of` is when it was drawn, `moment` the same in the reader's words; `compared_with` is the end of the last closed
    period, None before the first. `facts` say of a wave what is no figure: its go-live and state. `on` is the day of its figures;
    those of another day say theirs. `promises` are what the reader does in person as a sponsor, `trends` the open objections of a source
    by its key; groups of fewer people than `groups_under` are not shown.

    Of a frozen report, `kept` says when and by whom it was frozen and of which days its figures are, `stood` how each wave and decision
    stood, a line each (None: this is no frozen report), and `ends_on` is the end of the month that it closes.
    """

    name: str
    organisation: str
    reader: str
    as_of: datetime
    moment: str
    lede: str
    figures: Sequence[Figure]
    calm: str = ""
    decisions: Sequence[Decision] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[FigureKey, Change] = field(default_factory=dict)
    compared_with: date | None = None
    period_words: str = ""
    concerns_words: str = ""
    decided: Sequence[Decided] = ()
    further: Mapping[str, "Document"] = field(default_factory=dict)
    on: date | None = None
    promises: str = ""
    trends: Mapping[str, "Trend"] = field(default_factory=dict)
    groups_under: int = 0
    kept: str = ""
    stood: Sequence[str] | None = None
    ends_on: date | None = None

    @property
    def ground(self) -> str:
        """As of when its figures are, what they leave out, and what they are compared with."""
        if self.kept:
            return self.kept
        hidden = f" Groups under {number_word(self.groups_under)} are not shown." if self.groups_under else ""
        return f"All figures as of {self.moment}, unless they name another day.{hidden} {self.period_words}"

    def change_words(self, figure: Figure) -> str:
        """How a figure changed since the last closed period; "" before the first one."""
        change = self.changes.get(figure.key)
        return change.words if change else ""

    def day_words(self, figure: Figure) -> str:
        """Say the day of a figure: "on 21 November"; "" where that is the report's, or said beside it already.

        The day of objections stands above them. The way to a target is that of the reading which stands beside it.
        """
        return "" if figure.measure in _OF_READING else self.row_day_words(figure)

    def row_day_words(self, figure: Figure) -> str:
        """Say the day of a figure that has a row of its own; "" where that is the report's, or in the figure's note."""
        words = own_day_words(figure, self.on, self.ends_on) if self.on else ""
        return "" if figure.measure is Measure.USED and words.removeprefix("on ") in figure.note else words

    @cached_property
    def notes(self) -> dict[str, str]:
        """Each definition once, by the measure's value, in the order in which they are read.

        That is the order of the figures; of waves it is the order of the columns, because not every wave has every figure.
        """
        found: dict[Measure, str] = {}
        for figure in self.figures:
            # What is hidden in small groups says so in its definition; of a wave before its go-live it doesn't.
            if figure.measure not in found or figure.groups_under:
                found[figure.measure] = figure.definition
        columns = [measure for measure in COLUMNS[Part.WAVES] if measure in found]
        return {measure.value: found[measure] for measure in dict.fromkeys((*columns, *found))}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each definition at the foot, by the measure's value."""
        return {name: number for number, name in enumerate(self.notes, 1)}

    def note_number(self, measure: Measure) -> int | None:
        """The number of a measure's definition at the foot; None if the document has no such figure."""
        return self.numbers.get(measure.value)

    @property
    def counted_with(self) -> list[str]:
        """Which shares are asked for, and with what figures were counted beyond their definitions, in lines."""
        return counted_with(self.figures)

    @cached_property
    def unmeasured(self) -> Mapping[Subject, Figure]:
        """The last readings of what nobody measured before, if there are several: they stand in one line, not in a row each."""
        found = {
            of: figures[Measure.VALUE]
            for of, figures in self.of_part(Part.VALUE)
            if (way := figures.get(Measure.VALUE_WAY)) is not None and way.missing == NO_BASELINE and way.value is None
        }
        return found if len(found) > 1 else {}

    @property
    def unmeasured_words(self) -> str:
        """How many of what is measured have no value before."""
        number = f"{len(self.unmeasured)} of {len(self.of_part(Part.VALUE))}"
        return f"Of {number} nothing was measured before, so how far they have come to a target is not known:"

    def reading_words(self, figure: Figure) -> str:
        """A figure in one line, with its day and its change."""
        change = self.change_words(figure)
        return " ".join(filter(None, [figure.words, self.day_words(figure), f"({change})" if change else ""]))

    def of_part(self, part: Part) -> list[tuple[Subject, Mapping[Measure, Figure]]]:
        """Return the figures of a part by what they are about, in their order."""
        found: dict[Subject, dict[Measure, Figure]] = {}
        for figure in self.figures:
            if figure.measure.part is part:
                found.setdefault(figure.of, {})[figure.measure] = figure
        return list(found.items())


def rows(document: Document) -> Iterator[tuple[Any, ...]]:
    """Return the document as rows under `HEADER`: what it is, the decisions, then every figure."""

    def said(part: str, of: str, name: str, value: Any, *, as_of: Any = "", note: str = "") -> tuple[Any, ...]:
        return (part, of, name, value, "", "", "", "", as_of, "", "", "", note, "")

    yield said("Report", document.name, "How it stands", document.lede, as_of=document.as_of)
    for number, each in enumerate(document.decisions, 1):
        yield said("Decision needed", each.title, f"Decision {number}", each.words, as_of=each.by_on or "")
    for done in document.decided:
        yield said("Decided", done.title, "Go or no-go", done.words)
    for key, fact in document.facts.items():
        yield said(Part.WAVES.word, key, "Go-live and state", fact)
    for figure in document.figures:
        change = document.changes.get(figure.key)
        before = change.before if change else None
        yield (
            figure.measure.part.word,
            figure.of.name,
            figure.name,
            figure.missing if figure.value is None else round(figure.value, 3),
            "" if figure.value is None else figure.unit,
            "" if figure.numerator is None else figure.numerator,
            "" if figure.denominator is None else figure.denominator,
            "" if figure.need is None else figure.need,
            figure.as_of or "",
            change.words if change else "",
            before.words if before else "",
            (change.then_on or document.compared_with) if change else "",
            figure.note,
            figure.counted_as,
        )
    if document.promises:
        yield said(Part.SPONSORS.word, document.reader, PROMISED, document.promises)
    for key, trend in document.trends.items():
        name = next(figure.of.name for figure in document.figures if figure.of.key == key)
        weeks = ", ".join(NOT_SHOWN if each is None else str(each) for each in trend.values)
        yield said(
            Part.OBJECTIONS.word, name, TREND, trend.words or NOT_SHOWN, note=f"At the end of each week: {weeks}"
        )


def rows_with_further(document: Document) -> Iterator[tuple[Any, ...]]:
    """Return the document as rows, then those of the further reports; there the title stands before the part."""
    yield from rows(document)
    for title, report in document.further.items():
        for part, *cells in rows(report):
            yield (f"{title}: {part}", *cells)
