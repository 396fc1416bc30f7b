"""Charts of a report as pictures for mail, whose readers' programs show no drawing of any other kind.

Each has its numbers in the bars' labels, and the same numbers in words; Typst draws them, as it does the paper.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache

from engagement.reports.files.rules.paper import TEMPLATE, spelt
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import SubjectKind, by_subject
from engagement.reports.rules.measures import Measure, Part

#: Pixels a point: sharp on every screen at the width for which the picture is drawn.
_SHARP = 216
#: The width in pixels for which pictures are drawn: that of a phone.
WIDTH = 320
_KEY = "Dark is trained, pale is planned by today, the line is needed when due."


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its words, its length as a part of the whole, the planned part, and the part that is needed."""

    label: str
    words: str
    part: float | None = None
    expected: float | None = None
    need: float = 0.0


@dataclass(frozen=True)
class Picture:
    """A chart as PNG: the part of the report that it belongs to, its title, and what stands in it in words."""

    part: Part
    title: str
    alt: str
    content: bytes

    @property
    def content_id(self) -> str:
        """Its name in a message, which no other picture has."""
        return f"{hashlib.sha256(self.content).hexdigest()[:24]}@pictures.engagement"


def pictures_of(document: Document) -> list[Picture]:
    """Return the charts of a report; none of a part of which nothing is known or shown."""
    drawn = [
        (Part.WAVES, "Training by wave", _KEY, _training(document)),
        (Part.OBJECTIONS, "Open objections by source", "", _objections(document)),
    ]
    return [
        Picture(part, title, _in_words(title, key, bars), _png(title, key, bars))
        for part, title, key, bars in drawn
        if any(bar.part is not None for bar in bars)
    ]


def _training(document: Document) -> list[Bar]:
    """Return the training of each wave beside where it should be today and what is needed when it is due."""
    bars = []
    for of in by_subject(document.figures, SubjectKind.WAVE).values():
        trained, expected = of[Measure.TRAINED], of.get(Measure.TRAINED_EXPECTED)
        planned = expected.value / 100 if expected is not None and expected.value is not None else None
        part = None if trained.value is None else trained.value / 100
        bars.append(Bar(trained.of.name, trained.words, part, planned, (trained.need or 0) / 100))
    return bars


def _objections(document: Document) -> list[Bar]:
    figures = [of[Measure.OPEN] for of in by_subject(document.figures, SubjectKind.SOURCE).values()]
    most = max((each.value for each in figures if each.value is not None), default=0) or 1
    return [Bar(each.of.name, each.words, None if each.value is None else each.value / most) for each in figures]


def _in_words(title: str, key: str, bars: Sequence[Bar]) -> str:
    said = "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
    return " ".join(filter(None, [f"{title}. {said}.", key]))


def _png(title: str, key: str, bars: Sequence[Bar]) -> bytes:
    # Only who draws a report loads this library, which is larger than the rest of the process.
    import typst

    data = {"title": title, "key": key, "width": WIDTH, "bars": [asdict(bar) for bar in bars]}
    inputs = {"data": json.dumps(spelt(data))}
    drawn = typst.compile(_template(), format="png", ppi=_SHARP, sys_inputs=inputs, ignore_system_fonts=True)
    return drawn if isinstance(drawn, bytes) else drawn[0]


@cache
def _template() -> bytes:
    return TEMPLATE.with_name("chart.typ").read_bytes()
