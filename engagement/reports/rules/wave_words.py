"""What stands in words below the figures of each wave, and once for many of them, on page and paper: pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engagement.reports.rules.comparing import NOT_SHOWN_THEN
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import KEPT_BACK, NOT_SHOWN, Figure
from engagement.reports.rules.measures import Measure, Part
from engagement.words import listed, short_day_words

_OBJECTED = ((Measure.WAVE_OPEN, "still open"), (Measure.WAVE_ANSWERED, "answered"))
#: What a line says of a wave rather than a column.
IN_WORDS = (*(measure for measure, _ in _OBJECTED), Measure.WAVE_STEPS)


@dataclass(frozen=True)
class WaveWords:
    """What is said of a wave beside its numbers: training by plan and pace, who objected, what sponsors promised; "" for nothing.

    `beneath` is what is said of numbers that have a place of their own, each after the names of those of which it is said.
    """

    pace: str
    objected: str
    promised: str
    beneath: list[tuple[str, str]]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.pace or self.objected or self.promised or self.beneath)


def words_of_wave(document: Document, figures: Mapping[Measure, Figure], due: str = "the due day") -> WaveWords:
    """Return what is said of a wave; `due` names the day on which its training is due."""
    steps = figures.get(Measure.WAVE_STEPS)
    promised = "" if steps is None else ", ".join(filter(None, [document.reading_words(steps), steps.note]))
    return WaveWords(_pace_words(figures, due), _objected_words(figures), promised, _beneath(document, figures))


def _pace_words(figures: Mapping[Measure, Figure], due: str) -> str:
    """Say where training should be today, and where it will be when it is due; one reason against both is said once."""
    said = {Measure.TRAINED_EXPECTED: "by today, as planned", Measure.TRAINED_FORECAST: f"on {due}, as it goes"}
    told = [(words, figures[measure].words) for measure, words in said.items() if measure in figures]
    if len(told) == 2 and told[0][1] == told[1][1]:
        return f"{told[0][0]}, and {told[1][0]}: {told[0][1]}"
    return "; ".join(f"{words}: {number}" for words, number in told)


def _objected_words(figures: Mapping[Measure, Figure]) -> str:
    """Say how many objected to a wave; "" where nothing of it is shown. What came in during other months is nothing to compare it with."""
    told = [(word, figures[each]) for each, word in _OBJECTED if each in figures]
    if all(figure.value is None for _, figure in told):
        return ""
    return ", ".join(f"{word} {figure.words}" for word, figure in told)


def _beneath(document: Document, figures: Mapping[Measure, Figure]) -> list[tuple[str, str]]:
    """Say of which days figures are, then how they changed; what is the same for several is said once."""
    grounds: dict[str, list[str]] = {}
    changed: dict[str, list[str]] = {}
    for measure, figure in figures.items():
        if measure in IN_WORDS or measure in (Measure.TRAINED_EXPECTED, Measure.TRAINED_FORECAST):
            continue
        for words, found in (
            (document.day_words(figure), grounds),
            (_began_small(figure.note), grounds),
            (document.change_words(figure), changed),
        ):
            if words:
                found.setdefault(words, []).append(measure.word)
    return [
        (listed([names[0], *(name.lower() for name in names[1:])]), words)
        for found in (grounds, changed)
        for words, names in found.items()
    ]


def objected_when(document: Document) -> str:
    """Say once of which months objections to waves are, and why none stand at some; "" where none are told."""
    of_waves = [figures for _, figures in document.of_part(Part.WAVES) if Measure.WAVE_OPEN in figures]
    told = [figures for figures in of_waves if figures[Measure.WAVE_OPEN].missing != KEPT_BACK]
    if not told:
        return ""
    hidden = any(figures[Measure.WAVE_OPEN].missing == NOT_SHOWN and not _objected_words(figures) for figures in told)
    why = "; none stand where few people objected, or others would be given away" if hidden else ""
    return f"{_began_small(told[0][Measure.WAVE_OPEN].note)}{why}."


def untold_words(document: Document, figures: Iterable[Figure]) -> str:
    """Say once for all of these figures that some were not shown in the report that they are compared with; "" if none was."""
    if document.compared_with is None or NOT_SHOWN_THEN not in map(document.change_words, figures):
        return ""
    is_same_year = document.on is not None and document.compared_with.year == document.on.year
    return f"A figure without a change was not shown on {short_day_words(document.compared_with, with_year=not is_same_year)}."


def _began_small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
