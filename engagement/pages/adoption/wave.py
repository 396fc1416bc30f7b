"""The page of a wave's adoption: each workflow's figures, each with its definition, source and day, and the same as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template
from markupsafe import Markup

from engagement.accounts.scopes import rights
from engagement.adoption.queries.figures import Part, WaveFigures, figures_of_waves
from engagement.adoption.queries.uptake import DEFINITION
from engagement.adoption.rules.telling import Told
from engagement.pages.adoption import blueprint
from engagement.pages.adoption.drawing import Curve, drawing
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.files import list_file
from engagement.programmes.scopes import reaches_programme
from engagement.value.queries.present import MetricShown, metrics_shown
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for

HEADER = ("Wave", "Workflow", "Figure", "Group", "Number", "Of", "As of", "Source", "How it is counted")
NOTES = {
    "used": DEFINITION,
    "never": "People who are in the wave now, of whom no use of it is known at all.",
    "since_live": "From go-live, or the later day on which somebody came to the wave, to the first day of use. The median, and "
    "between which days half of the people lie. Who used it before is left out.",
    "since_trained": "From the day on which somebody had finished their training to the first day of use after it.",
    "flow": "The last 28 days against the 28 before. Went on: used it in both. Began, or came back: only in the last. Stopped: only in "
    "those before. Small numbers are hidden, with others from which they could be worked out.",
    "weeks": "People who used it at least once in the calendar week, of those who are in the wave now. The first week is that of go-live.",
    "trained": "By the definition of the training pages; who has no training to do counts with those who have not finished it. Both "
    "groups by who used it in the last 28 days. Hidden where either is small, or nearly all or hardly anybody in it used it. The interval is that of Newcombe (1998, method 10), from those of Wilson (1927).",
    "friendly": "Friendly users are champions of the programme, people who are marked as in this wave of their own will, and people of one "
    "of the programme’s waves that went live earlier. If they are more than half of those who used it, it is evidence of a pilot only. "
    "Who becomes one, or is one no longer, counts so as soon as there are enough of them that these figures name nobody by changing.",
    "proficiency": "By the training records of the wave: everything that their roles require is finished. The ways overlap.",
    "departments": "By the department in which people work now. Small groups are hidden, and those where nearly all or hardly anybody "
    "used it, with others from which they could be worked out.",
    "teams": "What teams told. The most people of a team on one day are at least so many different ones; those of teams add up.",
}  # fmt: skip
TRAINING = "training records"
#: Departments that the page shows; the file has them all.
MOST_DEPARTMENTS = 30


@dataclass(frozen=True)
class Drawn:
    """A part with its picture, and the metrics that say what came of it."""

    part: Part
    picture: Markup
    metrics: list[MetricShown]


def _figures(wave: Wave) -> WaveFigures:
    return figures_of_waves([wave], today(), floor=guard.settings().anonymity_floor, with_departments=True)[0]


def _wave(wave_id: int) -> Wave:
    return wave_for(rights.overseeing(guard.reader()), wave_id)


@blueprint.get("/waves/<int:wave_id>/adoption")
def wave(wave_id: int) -> str:
    """Show how the people of a wave use each of its workflows."""
    row = _wave(wave_id)
    figures = _figures(row)
    metrics = metrics_shown([part.workflow_id for part in figures.parts if part.workflow_id])
    return render_template(
        "adoption/wave.html",
        wave=row,
        figures=figures,
        parts=[_drawn(part, metrics.get(part.workflow_id or 0, [])) for part in figures.parts],
        most=MOST_DEPARTMENTS,
        notes=NOTES,
        in_use=row.status.is_in_use,
        may_bring=reaches_programme(rights.planning(guard.reader()), row.programme),
    )


def _drawn(part: Part, metrics: list[MetricShown]) -> Drawn:
    shares = [week.told.drawn / week.told.whole for week in part.weeks] if part.people.people else []
    return Drawn(part, drawing([Curve("", shares)]), metrics)


@blueprint.get("/waves/<int:wave_id>/adoption.<any(csv, xlsx):kind>")
def wave_file(wave_id: int, kind: str) -> Response:
    """Give the figures of a wave as a file."""
    row = _wave(wave_id)
    return list_file(kind, HEADER, rows_of(_figures(row)), f"adoption {row.title}", "Adoption")


def rows_of(figures: WaveFigures) -> list[tuple[Any, ...]]:
    """Return every figure of a wave, one a row: the same as on its page, told as far as there."""
    wave, uptake = figures.wave.title, figures.uptake
    in_words = (wave, "", "Uptake", "", uptake.sentence, "", uptake.as_of, uptake.source, DEFINITION)
    return [
        in_words,
        *(
            (wave, part.label, *line, part.as_of, _source(part, note), NOTES[note])
            for part in figures.parts
            if not part.is_small
            for note, *line in _lines(part)
        ),
    ]


def _source(part: Part, note: str) -> str:
    """Name what a figure rests on."""
    if note == "proficiency":
        return TRAINING
    return f"{part.source}; {TRAINING}" if note in ("trained", "since_trained") else part.source


def _lines(part: Part) -> Iterator[tuple[Any, ...]]:
    """Yield the figures of a part: the note, the figure, the group, the number, and of how many."""
    if part.knows_people:
        yield from _of_people(part)
    if part.team_told is not None:
        yield "teams", "Used it in the last 28 days, at least", "All", *_cells(part.team_told)
    if part.people.asked:
        for word, told in part.proficiency:
            yield "proficiency", word, "With training to do", *_cells(told)


def _of_people(part: Part) -> Iterator[tuple[Any, ...]]:
    count, shown = part.people, part.shown
    yield "used", "Used it in the last 28 days", "All", *_cells(shown.used)
    if shown.never:
        yield "never", "No use is known", "All", *_cells(shown.never)
    for note, figure, days in (
        ("since_live", "Days from go-live to the first use", count.since_live),
        ("since_trained", "Days from finished training to the first use", count.since_trained),
    ):
        yield note, figure, "All", part.days_words(days), ""
    if not part.is_beside:
        for word, people in part.flow:
            yield "flow", word, "All", "not shown" if people is None else people, count.people
    for week in part.weeks:
        yield "weeks", "Used it in the week", f"Week {week.number}", *_cells(week.told)
    for name, told in part.departments:
        yield "departments", "Used it in the last 28 days", name, *(("not shown", "") if told is None else _cells(told))
    if shown.friendly:
        for group, told in zip(("Friendly users", "Everybody else"), shown.friendly, strict=True):
            yield "friendly", "Used it in the last 28 days", group, *_cells(told)
    if compared := part.compared:
        yield "trained", "Used it in the last 28 days", "Finished their training", *_cells(compared.trained)
        yield "trained", "Used it in the last 28 days", "Everybody else", *_cells(compared.untrained)
        yield "trained", "Difference", "Finished against not", compared.words, ""


def _cells(told: Told) -> tuple[Any, Any]:
    """Return the number of a file, or what may be told of it, and of how many."""
    if told.is_small:
        return "not shown", ""
    return (told.part if told.is_exact else told.number_words), told.whole
