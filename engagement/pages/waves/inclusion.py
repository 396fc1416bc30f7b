"""Pages of early inclusion: who of a wave's people took part in design, and the occasions of a workflow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, render_template

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day
from engagement.pages.parts.files import list_file
from engagement.pages.waves import blueprint
from engagement.people.queries import Places
from engagement.programmes.models import Workflow
from engagement.programmes.scopes import workflow_for
from engagement.reach import Reach
from engagement.waves.inclusion.models import DesignOccasion, DesignPoint
from engagement.waves.inclusion.queries import (
    counts_for,
    occasions_of_workflow,
    occasions_where,
    others_included,
    participant_counts,
    points_waiting,
    shares_counted,
)
from engagement.waves.inclusion.rules import Outcome, Shares, shares_of
from engagement.waves.inclusion.scopes import occasions_within, reaches_occasion, waves_to_write_of
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.waves.tallies.queries import MemberSum
from engagement.words import plural

DEFINITION = (
    "Counted is who is in the wave now and took part before its go-live, in an occasion of this wave or of one of its workflows. "
    "Somebody who took part several times counts once. Departments are people’s own. Only what somebody wrote down is known here."
)


@dataclass(frozen=True)
class OccasionLine:
    """An occasion on a list: how many took part, and whether it was in time for the wave whose page this is."""

    occasion: DesignOccasion
    people: int
    is_late: bool = False

    @property
    def points_words(self) -> str:
        """What was raised and what came of it, counted."""
        raised = len(self.occasion.points)
        if not raised:
            return "nothing noted"
        changed = sum(point.outcome is Outcome.CHANGED for point in self.occasion.points)
        return f"{plural(raised, 'point', 'points')}, {changed} changed something"


def inclusion_words(
    wave: Wave, sums: Sequence[MemberSum], places: Places, *, sees_people: bool, has_occasions: bool
) -> str:
    """Say in one line, for the page of a wave, who took part in its design and what has no answer."""
    counted = shares_counted(wave, sums, places, has_occasions=has_occasions)
    shares = shares_of(counted, 0 if sees_people else guard.settings().anonymity_floor)
    return shares.words + (_unanswered(points_waiting(counts_for(wave))) if has_occasions else "")


def occasions_words(workflow: Workflow, overseeing: Reach) -> str:
    """Say in one line, for the page of a workflow, how often people took part in its design and what has no answer."""
    occasions = occasions_of_workflow(workflow.id, occasions_within(overseeing))
    if not occasions:
        return "No occasion is written down. Nobody can see yet whether those who do the work were asked."
    last = f"{plural(len(occasions), 'occasion', 'occasions')}, the last on {day(occasions[0].held_on)}."
    return last + _unanswered(len(_open_points(occasions)))


def _unanswered(points: int) -> str:
    return f" {plural(points, 'point has', 'points have')} no answer yet." if points else ""


def _open_points(occasions: Iterable[DesignOccasion]) -> list[DesignPoint]:
    """Return what was raised and has no answer, the longest waiting first."""
    oldest_first = sorted(occasions, key=lambda row: (row.held_on, row.id))
    return [point for row in oldest_first for point in row.open_points]


def _lines(occasions: Sequence[DesignOccasion], wave: Wave | None = None) -> list[OccasionLine]:
    counted = participant_counts(row.id for row in occasions)
    return [
        OccasionLine(row, counted.get(row.id, 0), wave is not None and row.held_on >= wave.go_live_on)
        for row in occasions
    ]


@blueprint.get("/waves/<int:wave_id>/inclusion")
def inclusion(wave_id: int) -> str:
    """Show who of a wave's people took part in design, by department, and what has no answer."""
    reader = guard.reader()
    wave = wave_for(rights.overseeing(reader), wave_id)
    occasions = occasions_where(counts_for(wave))
    may_plan, shares = reaches_wave(rights.planning(reader), wave), _shares(wave)
    return render_template(
        "waves/inclusion.html",
        wave=wave,
        shares=shares,
        lede=shares.words,
        others=others_included(wave),
        waiting=_open_points(occasions),
        lines=_lines(occasions, wave),
        workflows=workflows_of_waves([wave.id]).get(wave.id, []),
        floor=guard.settings().anonymity_floor,
        definition=DEFINITION,
        may_plan=may_plan,
        answerable={row.id for row in occasions if reaches_occasion(rights.planning(reader), row)},
    )


def _shares(wave: Wave) -> Shares:
    sees_people = reaches_wave(rights.reading(guard.reader()), wave)
    return shares_of(shares_counted(wave), 0 if sees_people else guard.settings().anonymity_floor)


@blueprint.get("/waves/<int:wave_id>/inclusion.<any(csv, xlsx):kind>")
def inclusion_file(wave_id: int, kind: str) -> Response:
    """Return who took part by department as a file."""
    wave = wave_for(rights.overseeing(guard.reader()), wave_id)
    shares = _shares(wave)
    lines = [(line.path or "no department", line.included, line.affected) for line in shares.lines]
    lines += [("smaller departments together", shares.rest.included, shares.rest.affected)] if shares.rest else []
    return list_file(kind, ("department", "took_part", "affected"), lines, f"inclusion-{wave.name}", "Inclusion")


@blueprint.get("/workflows/<int:workflow_id>/inclusion")
def workflow_inclusion(workflow_id: int) -> str:
    """Show the occasions on which people took part in the design of a workflow."""
    reader = guard.reader()
    overseeing, planning = rights.overseeing(reader), rights.planning(reader)
    workflow = workflow_for(overseeing, workflow_id)
    occasions = occasions_of_workflow(workflow.id, occasions_within(overseeing))
    waves = waves_to_write_of(planning, workflow)
    return render_template(
        "waves/workflow_inclusion.html",
        workflow=workflow,
        lines=_lines(occasions),
        waiting=_open_points(occasions),
        may_write=planning.covers(programme_id=workflow.programme_id) or bool(waves),
        answerable={row.id for row in occasions if reaches_occasion(planning, row)},
    )
