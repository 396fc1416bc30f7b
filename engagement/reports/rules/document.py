"""A report as a document: what every format draws. It holds the one list of figures, and the words around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from engagement.reports.rules.comparing import Change
from engagement.reports.rules.decisions import Decided, Decision
from engagement.reports.rules.figures import NO_BASELINE, Figure, FigureKey, Subject, SubjectKind
from engagement.reports.rules.measures import Measure, Part
from engagement.words import short_day_words

#: What is said of the last reading, as of the day of that.
_OF_READING = (Measure.VALUE_WAY, Measure.VALUE_WAY_EXPECTED)
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
class Document:
    """A report of a programme for one reader.

    `further` are reports whose figures go along in workbook and CSV, by title; on paper and on the page they have no place.
    `as_of` is when it was drawn, `moment` the same in the reader's words; `compared_with` is the end of the last closed
    period, None before the first. `facts` say of a wave what is no figure: its go-live and state. `on` is the day of its figures;
    those of another day say theirs.
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

    def change_words(self, figure: Figure) -> str:
        """How a figure changed since the last closed period; "" before the first one."""
        change = self.changes.get(figure.key)
        return change.words if change else ""

    def day_words(self, figure: Figure) -> str:
        """Say the day of a figure: "on 21 November"; "" where that is the report's, or said beside it already.

        The day of objections stands above them. The way to a target is that of the reading which stands beside it.
        """
        if self.on is None or figure.measure.part is Part.OBJECTIONS or figure.measure in _OF_READING:
            return ""
        day = figure.own_day((self.on,))
        words = short_day_words(day, with_year=day.year != self.on.year) if day else ""
        return f"on {words}" if words and words not in figure.note else ""

    @cached_property
    def notes(self) -> dict[str, str]:
        """Each definition once, by the measure's value, in the order in which they are read.

        That is the order of the figures; of waves it is the order of the columns, because not every wave has every figure.
        """
        found = {figure.measure: figure.definition for figure in self.figures}
        columns = [measure for measure in _COLUMNS[Part.WAVES] if measure in found]
        return {measure.value: found[measure] for measure in dict.fromkeys((*columns, *found))}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each definition at the foot, by the measure's value."""
        return {name: number for number, name in enumerate(self.notes, 1)}

    def note_number(self, measure: Measure) -> int | None:
        """The number of a measure's definition at the foot; None if the document has no such figure."""
        return self.numbers.get(measure.value)

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


def rows_with_further(document: Document) -> Iterator[tuple[Any, ...]]:
    """Return the document as rows, then those of the further reports; there the title stands before the part."""
    yield from rows(document)
    for title, report in document.further.items():
        for part, *cells in rows(report):
            yield (f"{title}: {part}", *cells)


@dataclass(frozen=True)
class Cell:
    """A cell of a table: words, a second, smaller line, and which figure it shows, None where it shows none."""

    words: str = ""
    more: str = ""
    key: FigureKey | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: its word, the number of its definition at the foot, and its width beside the others."""

    word: str
    note: int | None
    width: float


@dataclass(frozen=True)
class Table:
    """A table of figures for paper: a header, rows of cells, and a line below them, "" for none."""

    part: Part
    header: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    below: str = ""

    @property
    def title(self) -> str:
        return self.part.word


#: The columns of each part's table.
_COLUMNS: dict[Part, tuple[Measure, ...]] = {
    Part.WAVES: (
        Measure.PEOPLE,
        Measure.TRAINED,
        Measure.TRAINED_EXPECTED,
        Measure.TRAINED_FORECAST,
        Measure.READY,
        Measure.USED,
        Measure.WORTH,
    ),
    Part.VALUE: (Measure.VALUE, Measure.VALUE_WAY, Measure.VALUE_WAY_EXPECTED),
    Part.SPONSORS: (Measure.STEPS,),
    Part.OBJECTIONS: (Measure.OPEN, Measure.ANSWERED, Measure.MEDIAN),
    Part.MESSAGES: (Measure.DELIVERED,),
}


#: How wide a column is that shows a share and its change; others are said here.
_WIDE = 1.0
_WIDTHS = {
    Measure.PEOPLE: 0.6,
    Measure.TRAINED: 1.25,
    Measure.TRAINED_EXPECTED: 0.8,
    Measure.TRAINED_FORECAST: 1.2,
    Measure.USED: 1.2,
}
_FIRST = {Part.WAVES: 1.9, Part.VALUE: 2.2}


def tables(document: Document) -> list[Table]:
    """Return the figures as one table a part; parts without figures have none, measures without figures no column."""
    made = []
    for part in Part:
        lines = document.of_part(part)
        if not lines:
            continue
        columns = [measure for measure in _COLUMNS[part] if any(measure in figures for _, figures in lines)]
        header = [Column("", None, _FIRST.get(part, 1.5))]
        header += [
            Column(measure.word, document.note_number(measure), _WIDTHS.get(measure, _WIDE)) for measure in columns
        ]
        body = [
            [
                Cell(of.name, _fact(document, of, figures)),
                *(_cell(document, figures.get(measure)) for measure in columns),
            ]
            for of, figures in lines
            if not (of.kind is SubjectKind.SPONSOR and len(lines) == 2) and of not in document.unmeasured
        ]
        made.append(Table(part, header if body else (), body, _below(document, part)))
    return made


def _below(document: Document, part: Part) -> str:
    if part is not Part.VALUE or not document.unmeasured:
        return ""
    told = [f"{of.name}, {document.reading_words(figure)}" for of, figure in document.unmeasured.items()]
    return f"{document.unmeasured_words} {'; '.join(told)}."


def _fact(document: Document, of: Subject, figures: Mapping[Measure, Figure]) -> str:
    """Say below a name what is no figure; what is measured says there how it stood before."""
    notes = [figure.note for figure in figures.values() if figure.measure.part is Part.VALUE]
    return " ".join(filter(None, [document.facts.get(of.name, ""), *notes]))


def _cell(document: Document, figure: Figure | None) -> Cell:
    if figure is None:
        return Cell("–")
    note = "" if figure.measure.part is Part.VALUE else figure.note
    below = (document.day_words(figure), document.change_words(figure), note)
    return Cell(figure.words, ". ".join(filter(None, below)), figure.key)
