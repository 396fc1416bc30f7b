"""The figures of a report as tables for paper: a table for each part, with what stands in a line below it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engagement.reports.rules.document import COLUMNS, PROMISED, Document, Trend
from engagement.reports.rules.figures import NOT_SHOWN, Figure, FigureKey, Subject
from engagement.reports.rules.measures import Measure, Part
from engagement.reports.rules.wave_words import IN_WORDS, objected_when, words_of_wave


@dataclass(frozen=True)
class Cell:
    """A cell of a table: words, a second, smaller line, which figure it shows, None where it shows none, and what is drawn of a trend."""

    words: str = ""
    more: str = ""
    key: FigureKey | None = None
    trend: Trend | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: its word, the number of its definition at the foot, and its width beside the others.

    `beneath` are words and numbers of what stands below its figures.
    """

    word: str
    note: int | None
    width: float
    beneath: Sequence[tuple[str, int | None]] = ()


@dataclass(frozen=True)
class Table:
    """A table of figures for paper: a header, rows of cells, and a line below them, "" for none, with the number of its definition."""

    part: Part
    header: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    below: str = ""
    below_note: int | None = None

    @property
    def title(self) -> str:
        return self.part.word


#: How wide a column is that shows a share and its change; others are said here.
_WIDE = 1.0
_WIDTHS = {
    Measure.PEOPLE: 0.6,
    Measure.TRAINED: 1.8,
    Measure.USED: 1.3,
    Measure.WORTH: 0.8,
}
_FIRST = {Part.WAVES: 1.8, Part.VALUE: 2.2}
#: Figures that stand below another one rather than in a column of their own: the words for them in its header, and below it ("": the
#: document says them).
_BENEATH = {
    Measure.TRAINED: (
        (Measure.TRAINED_EXPECTED, "as planned", ""),
        (Measure.TRAINED_FORECAST, "as it goes", ""),
    ),
    Measure.VALUE_WAY: ((Measure.VALUE_WAY_EXPECTED, "as planned", "by then, as planned"),),
}
#: The figure that is said in the line below a table.
_NOTE_BELOW = {Part.OBJECTIONS: Measure.MEDIAN, Part.SPONSORS: Measure.STEPS}
_NO_COLUMN = {measure for stacked in _BENEATH.values() for measure, *_ in stacked} | set(IN_WORDS)
_SAID_OF_WAVES = (
    (Measure.WAVE_OPEN, "objections open"),
    (Measure.WAVE_ANSWERED, "answered"),
    (Measure.WAVE_STEPS, "promises"),
)


def tables(document: Document) -> list[Table]:
    """Return the figures as one table a part; parts without figures have none, measures without figures no column."""
    made = []
    for part in Part:
        lines = document.of_part(part)
        if not lines:
            continue
        present = {measure for _, figures in lines for measure in figures}
        columns = [measure for measure in COLUMNS[part] if measure in present and measure not in _NO_COLUMN]
        said = [
            (word, document.note_number(each))
            for each, word in _SAID_OF_WAVES
            if part is Part.WAVES and each in present
        ]
        header = [Column("", None, _FIRST.get(part, 1.5), said)]
        header += [_column(document, measure, present) for measure in columns]
        if part is Part.OBJECTIONS and document.trends:
            header.append(Column("8 weeks", None, _WIDE))
        body = [
            [
                Cell(of.name, _fact(document, of, figures)),
                *(_cell(document, figures, measure) for measure in columns),
                *_trend(document, part, of),
            ]
            for of, figures in lines
            if of not in document.unmeasured
        ]
        # The steps of one sponsor alone are those of all: a line says both.
        if part is Part.SPONSORS and len(lines) == 2:
            body = []
        note = _NOTE_BELOW.get(part)
        number = document.note_number(note) if note and (part is Part.OBJECTIONS or not body) else None
        made.append(Table(part, header if body else (), body, _below(document, part, is_alone=not body), number))
    return made


def _column(document: Document, measure: Measure, present: Collection[Measure]) -> Column:
    below = [(word, document.note_number(each)) for each, word, _ in _BENEATH.get(measure, ()) if each in present]
    return Column(measure.word, document.note_number(measure), _WIDTHS.get(measure, _WIDE), below)


def _trend(document: Document, part: Part, of: Subject) -> list[Cell]:
    """Return the cell that draws the trend of a source; none in other tables."""
    if part is not Part.OBJECTIONS or not document.trends:
        return []
    trend = document.trends.get(of.key)
    return [Cell(trend=trend) if trend is not None and trend.words else Cell("–" if trend is None else NOT_SHOWN)]


def _below(document: Document, part: Part, *, is_alone: bool) -> str:
    """Say what stands in a line rather than in a row; `is_alone` says that there are no rows."""
    if part is Part.SPONSORS:
        promised = f"{PROMISED}: {document.promises}" if document.promises else ""
        return " ".join(filter(None, [_together(document) if is_alone else "", promised]))
    if part is Part.OBJECTIONS:
        return answering_words(document)
    if part is Part.WAVES:
        return f"Objections {when}" if (when := objected_when(document)) else ""
    if part is not Part.VALUE or not document.unmeasured:
        return ""
    told = [f"{of.name}, {document.reading_words(figure)}" for of, figure in document.unmeasured.items()]
    return f"{document.unmeasured_words} {'; '.join(told)}."


def _together(document: Document) -> str:
    of, figures = document.of_part(Part.SPONSORS)[0]
    steps = figures[Measure.STEPS]
    return f"{of.name}: {document.reading_words(steps)}{f', {steps.note}' if steps.note else ''}."


def answering_words(document: Document) -> str:
    """Say how long answers took; "" where no report tells of it."""
    figure = next((each for each in document.figures if each.measure is Measure.MEDIAN), None)
    if figure is None:
        return ""
    if figure.value is None:
        return "Too few answers to say how long they took." if figure.missing == NOT_SHOWN else ""
    change = document.change_words(figure)
    return f"Half of the answers took {figure.words} or less{f' ({change})' if change else ''}."


def _fact(document: Document, of: Subject, figures: Mapping[Measure, Figure]) -> str:
    """Say below a name what is no figure; what is measured says there how it stood before."""
    notes = [figure.note for figure in figures.values() if figure.measure.part is Part.VALUE]
    words = words_of_wave(document, figures)
    said = [
        f"objections {words.objected}" if words.objected else "",
        f"promises of sponsors {words.promised}" if words.promised else "",
    ]
    facts = "; ".join(filter(None, [document.facts.get(of.name, ""), *said]))
    return " ".join(filter(None, [facts, *notes]))


def _cell(document: Document, figures: Mapping[Measure, Figure], measure: Measure) -> Cell:
    figure = figures.get(measure)
    if figure is None:
        return Cell("–")
    note = "" if figure.measure.part is Part.VALUE else figure.note
    stacked = [
        f"{words}: {figures[each].words}"
        for each, _, words in _BENEATH.get(measure, ())
        if words and each in figures and figure.value is not None
    ]
    if measure is Measure.TRAINED:
        stacked.append(words_of_wave(document, figures).pace)
    below = (document.day_words(figure), document.change_words(figure), note, *stacked)
    return Cell(figure.words, "; ".join(filter(None, below)), figure.key)
