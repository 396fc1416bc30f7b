"""A report on paper, as tagged PDF (PDF/UA-1).

Typst draws it from a template of ours. What a report says reaches it as JSON and is never read as markup. It looks
nothing up in the network and uses the fonts that it brings.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from anyascii import anyascii

from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import Figure, FigureKey, SubjectKind, by_subject
from engagement.reports.rules.measures import Measure
from engagement.reports.rules.tables import Cell, tables
from engagement.words import day_words

TEMPLATE = Path(__file__).resolve().parents[4] / "templates" / "reports" / "sheet.typ"
#: The font that Typst brings has the letters of Latin, Greek and Cyrillic scripts, and these signs; others are spelt in Latin letters.
_HAS = (range(0x20, 0x250), range(0x370, 0x3E2), range(0x400, 0x530), range(0x1E00, 0x2000))
_SIGNS = frozenset("\n–—‘’“”„…•−€→≤≥×")


def pdf_of(document: Document) -> bytes:
    """Return the report as PDF on A4."""
    # Only who draws a report loads this library, which is larger than the rest of the process.
    import typst

    inputs = {"data": json.dumps(spelt(_content(document)))}
    return typst.compile(_template(), format="pdf", sys_inputs=inputs, ignore_system_fonts=True, pdf_standards="ua-1")


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _content(document: Document) -> dict[str, Any]:
    notes, bars = document.notes, _bars(document)
    top = max((number for trend in document.trends.values() for number in trend.values if number), default=1)
    return {
        "title": document.name,
        "organisation": document.organisation,
        "reader": document.reader,
        "lede": document.lede,
        "ground": document.ground,
        "concerns": document.concerns_words,
        "foot": _foot(document),
        "stood": None if document.stood is None else list(document.stood),
        "calm": document.calm,
        "decisions": [
            {
                "title": each.title,
                "by": f" by {day_words(each.by_on)}" if each.by_on else "",
                "words": each.words,
            }
            for each in document.decisions
        ],
        "decided": [{"title": each.title, "words": each.words} for each in document.decided],
        "tables": [
            {
                "title": table.title,
                "part": table.part.value,
                "below": table.below,
                "below_note": table.below_note,
                "header": [vars(column) for column in table.header],
                "rows": [[_drawn(each, bars, top) for each in row] for row in table.rows],
            }
            for table in tables(document)
        ],
        "noted": "How each figure is counted" if document.stood is None else "How each figure was counted",
        "notes": list(notes.values()),
        # The sheet's reader asks the pages for it; a report that is kept stands for itself.
        "counted_with": [] if document.stood is None else document.counted_with,
    }


def _foot(document: Document) -> str:
    """Say at the foot of each page what this is, for whom it was drawn, and how to read its bars."""
    what = "Sponsor report" if document.stood is None else "Report as it stood"
    read = "planned by today" if document.stood is None else "planned by then"
    organisation = f"{document.organisation} · " if document.organisation else ""
    return f"{organisation}{what} · drawn for {document.reader} · Bars: dark is trained, pale is {read}, the line is needed when due"


def _drawn(cell: Cell, bars: dict[FigureKey | None, dict[str, Any]], top: int) -> dict[str, Any]:
    """Return a cell with its bar, or with its trend on the scale that all trends share, from 0 to `top`."""
    trend = cell.trend
    line = None if trend is None else [None if each is None else each / top for each in trend.values]
    alt = trend.words if trend is not None else ""
    return {"words": cell.words, "more": cell.more, "bar": bars.get(cell.key), "line": line, "alt": alt}


def _bars(document: Document) -> dict[FigureKey | None, dict[str, Any]]:
    """Return what is drawn below the share trained of a wave, by the key of that figure."""
    return {
        trained.key: {
            "alt": f"{trained.of.name}: {trained.words}",
            "part": trained.value / 100,
            "need": (trained.need or 0) / 100,
            "expected": _part(of.get(Measure.TRAINED_EXPECTED)),
        }
        for of in by_subject(document.figures, SubjectKind.WAVE).values()
        if (trained := of[Measure.TRAINED]).value is not None
    }


def _part(figure: Figure | None) -> float | None:
    return None if figure is None or figure.value is None else figure.value / 100


def spelt(content: Any) -> Any:
    """Return the content with letters that the font lacks spelt in Latin ones: PDF/UA refuses a text that it cannot show."""
    if isinstance(content, str):
        return "".join(sign if _is_shown(sign) else anyascii(sign) for sign in content)
    if isinstance(content, dict):
        return {name: spelt(value) for name, value in content.items()}
    return [spelt(each) for each in content] if isinstance(content, list) else content


def _is_shown(sign: str) -> bool:
    return sign in _SIGNS or any(ord(sign) in each for each in _HAS)
