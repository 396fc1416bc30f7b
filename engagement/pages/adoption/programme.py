"""The page of a programme's adoption: its waves with their uptake, side by side since go-live, and the same as a file."""

from datetime import date
from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.adoption.queries.figures import Part, WaveFigures, figures_of_waves
from engagement.adoption.queries.grounds import told_until
from engagement.adoption.queries.uptake import DEFINITION
from engagement.pages.adoption import blueprint
from engagement.pages.adoption.drawing import Curve, drawing
from engagement.pages.adoption.wave import HEADER, rows_of
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.files import list_file
from engagement.programmes.models import Programme
from engagement.programmes.queries import programmes
from engagement.programmes.scopes import programme_for, programmes_within, reaches_programme
from engagement.waves.models import Wave
from engagement.waves.queries import waves_visible
from engagement.waves.scopes import waves_within

#: How many weeks since go-live the table beside the picture shows.
WEEKS_SHOWN = 13


@blueprint.get("/adoption")
def index() -> str | BaseResponse:
    """List the programmes whose adoption the reader may read; if there is only one, lead to it."""
    overseeing = rights.overseeing(guard.reader())
    guard.allow_places(overseeing)
    readable = programmes(programmes_within(overseeing))
    if len(readable) == 1:
        return redirect(url_for("adoption.programme", programme_id=readable[0].id))
    return render_template("adoption/index.html", programmes=readable)


def _figures(programme: Programme) -> list[WaveFigures]:
    """Return the figures of the waves of a programme that the reader may read."""
    within = waves_within(rights.overseeing(guard.reader()))
    waves = waves_visible(within & (Wave.programme_id == programme.id))
    return figures_of_waves(waves, today(), floor=guard.settings().anonymity_floor)


def _programme(programme_id: int) -> Programme:
    return programme_for(rights.overseeing(guard.reader()), programme_id)


@blueprint.get("/programmes/<int:programme_id>/adoption")
def programme(programme_id: int) -> str:
    """Show how many people of each wave use what went live."""
    row = _programme(programme_id)
    figures = _figures(row)
    curves = [(each, each.whole) for each in figures if each.whole and _has_curve(each.whole)]
    return render_template(
        "adoption/programme.html",
        programme=row,
        figures=figures,
        lede=_lede(figures),
        picture=drawing([Curve(f"Wave {each.wave.number}", _shares(part)) for each, part in curves]),
        weeks=_weeks(curves),
        waves=[each.wave for each, _ in curves],
        definition=DEFINITION,
        came_until=None if any(each.uptake.as_of for each in figures) else _came_until(row.id),
        may_bring=reaches_programme(rights.planning(guard.reader()), row),
    )


def _came_until(programme_id: int) -> date | None:
    return max(told_until(programme_id).values(), default=None)


def _has_curve(part: Part) -> bool:
    return part.knows_people and not part.is_small and len(part.weeks) > 1


def _shares(part: Part) -> list[float]:
    """Return the share of each week; a number that may not be told is drawn at its bound."""
    return [week.told.drawn / week.told.whole for week in part.weeks]


def _weeks(curves: list[tuple[WaveFigures, Part]]) -> list[tuple[str, list[str]]]:
    """Return the same as rows of a table: each week since go-live with what may be told of each wave."""
    longest = max((len(part.weeks) for _, part in curves), default=0)
    return [
        (
            "The week of go-live" if number == 0 else f"Week {number}",
            [part.weeks[number].told.words if number < len(part.weeks) else "not yet" for _, part in curves],
        )
        for number in range(min(longest, WEEKS_SHOWN))
    ]


def _lede(figures: list[WaveFigures]) -> str:
    live = [each for each in figures if each.wave.status.is_in_use]
    if not live:
        return "No wave is live yet, so nobody has to use anything."
    known = [each for each in live if each.uptake.told is not None]
    if not known:
        return "Nothing is known yet of whether people use what went live."
    if len(known) < len(live):
        return f"Of {len(known)} of {len(live)} waves that went live it is known how many people use it."
    if len(live) == 1:
        return f"{live[0].wave.title}: {live[0].uptake.sentence}"
    exact = [each for each in known if each.uptake.percent is not None]
    if len(exact) < len(live):
        return f"Of all {len(live)} waves that went live it is known how many people use it, of some of them within bounds."
    least, *_, most = sorted(exact, key=lambda each: (each.uptake.percent or 0, each.wave.number))
    bounds = " and ".join(f"{each.uptake.percent} % ({each.wave.title})" for each in (least, most))
    return f"Between {bounds} of the people of each wave use what went live."


@blueprint.get("/programmes/<int:programme_id>/adoption.<any(csv, xlsx):kind>")
def programme_file(programme_id: int, kind: str) -> Response:
    """Give the figures of all waves as a file."""
    row = _programme(programme_id)
    rows: list[tuple[Any, ...]] = [line for each in _figures(row) for line in rows_of(each)]
    return list_file(kind, HEADER, rows, f"adoption {row.name}", "Adoption")
