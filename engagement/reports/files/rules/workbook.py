"""A report as a workbook: every figure on the first sheet, charts beside the numbers that they are drawn from, further reports behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from engagement.cells import fitting, new_workbook, write_sheet
from engagement.reports.rules.document import HEADER, Document, rows
from engagement.reports.rules.figures import SubjectKind, by_subject
from engagement.reports.rules.measures import Measure, Part

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

#: Of the columns of all figures, in characters.
_WIDTHS = (18, 28, 22, 40, 16, 10, 10, 11, 18, 24, 14, 15, 30, 56)
#: The colours of the page's training bars and open concerns.
_PETROL, _PALE, _RED = "#0D5C73", "#9CC4CF", "#A31D18"


def workbook_of(document: Document) -> bytes:
    """Return the workbook. Rows are written as they come, so that its memory does not grow with them."""
    made = BytesIO()
    with new_workbook(made) as book:
        book.set_properties({"title": fitting(document.name), "company": fitting(document.organisation)})
        write_sheet(book, "Figures", HEADER, rows(document), _WIDTHS)
        _training(book, document)
        _objections(book, document)
        for title, report in document.further.items():
            write_sheet(book, title, HEADER, rows(report), _WIDTHS)
    return made.getvalue()


def _training(book: "Workbook", document: Document) -> None:
    """Draw the training of each wave beside where it should be today and what is needed when it is due."""
    body = [
        (of[Measure.TRAINED].of.name, _percent(of, Measure.TRAINED), _percent(of, Measure.TRAINED_EXPECTED))
        for of in by_subject(document.figures, SubjectKind.WAVE).values()
    ]
    header = ("Wave", "Trained %", "By today, as planned %")
    _charted(book, "Training", header, body, _Drawing("bar", (_PETROL, _PALE), 100))


def _objections(book: "Workbook", document: Document) -> None:
    body = [
        (of[Measure.OPEN].of.name, of[Measure.OPEN].value, of[Measure.ANSWERED].value)
        for of in by_subject(document.figures, SubjectKind.SOURCE).values()
    ]
    header = ("Source", "Open", "Answered")
    _charted(book, Part.OBJECTIONS.word, header, body, _Drawing("column", (_RED, _PALE)))


def _percent(of: Any, measure: Measure) -> float | None:
    figure = of.get(measure)
    return None if figure is None or figure.value is None else round(figure.value, 1)


@dataclass(frozen=True)
class _Drawing:
    """How a sheet's chart is drawn: its kind, colours, and the end of its scale."""

    kind: str
    colours: Sequence[str]
    most: int | None = None


def _charted(
    book: "Workbook", title: str, header: Sequence[str], body: Sequence[Sequence[Any]], drawn: _Drawing
) -> None:
    """Write a sheet with a chart; what is not shown or not known is an empty cell, and has no bar."""
    page = write_sheet(book, title, header, body, (34, *[20] * (len(header) - 1)))
    if not any(cell is not None for row in body for cell in row[1:]):
        page.write(len(body) + 2, 0, "Nothing is known yet that could be drawn.")
        return
    chart = book.add_chart({"type": drawn.kind})
    assert chart is not None
    for column, colour in enumerate(drawn.colours, 1):
        chart.add_series(
            {
                "name": [title, 0, column],
                "categories": [title, 1, 0, len(body), 0],
                "values": [title, 1, column, len(body), column],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": title, "overlay": False})
    chart.set_legend({"position": "bottom"})
    value_axis = {"min": 0, **({"max": drawn.most} if drawn.most else {})}
    if drawn.kind == "bar":
        chart.set_x_axis(value_axis)
        chart.set_y_axis({"reverse": True})
    else:
        chart.set_y_axis(value_axis)
    described = (
        f"{title}: {header[1]} and {header[2]} by {header[0].lower()}; the numbers stand in the columns beside it."
    )
    page.insert_chart(
        1,
        len(header) + 1,
        chart,
        {"description": described, "x_scale": 1.4, "y_scale": max(1.0, len(body) / 8)},
    )
