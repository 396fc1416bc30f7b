"""Where champions are missing: the departments of all open waves in one list, with what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, render_template
from sqlalchemy import and_

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, short_day, today
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked
from engagement.pages.stakeholders import blueprint
from engagement.stakeholders.champions.queries import DepartmentCoverage, coverages
from engagement.stakeholders.rules import COVERAGE_DEFINITION
from engagement.waves.models import Wave
from engagement.waves.queries import waves_visible
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import reaches_wave, waves_within
from engagement.words import plural

HEADER = ("department", "wave", "go_live", "champions", "people", "missing", "what_to_do")


@dataclass(frozen=True)
class CoverageLine:
    """A department of a wave with its champions, and what to do there."""

    wave: Wave
    covered: DepartmentCoverage
    advice: str
    may_appoint: bool


@dataclass(frozen=True)
class OpenWaves:
    """The open waves that the reader oversees; `lines` are those of their departments that the address asks for."""

    waves: Sequence[Wave]
    lines: Sequence[CoverageLine]
    has_people: bool
    """Whether anybody is in the waves that it asks for, so that champions could be missing."""


@blueprint.get("/stakeholders/champions")
def champions() -> str:
    """List the departments of open waves that lack champions, the next go-live first."""
    asked = Asked()
    found = _open_waves(asked)
    page = asked.page(len(found.lines))
    return render_template(
        "stakeholders/champions.html",
        lede=_lede(found.lines) if found.has_people else "Colleagues whom people ask anyway.",
        has_waves=bool(found.waves),
        has_people=found.has_people,
        rows=found.lines[page.offset : page.offset + page.size],
        definition=COVERAGE_DEFINITION,
        page=page,
        asked=asked,
    )


def _open_waves(asked: Asked) -> OpenWaves:
    reader = guard.reader()
    overseeing, planning = rights.overseeing(reader), rights.planning(reader)
    guard.allow_places(overseeing)
    is_open = Wave.status.not_in((WaveStatus.CLOSED, WaveStatus.CANCELLED))
    waves = sorted(waves_visible(and_(waves_within(overseeing), is_open)), key=lambda wave: (wave.go_live_on, wave.id))
    programmes = {wave.programme_id: wave.programme.name for wave in waves}
    programme_id = asked.row("programme", "Programme", programmes.items())
    wave_id = asked.row("wave", "Wave", ((wave.id, wave.title) for wave in waves))
    with_all = asked.one_of("shown", "Departments", [("all", "All")], "With gaps") == "all"
    kept = [w for w in waves if programme_id in (None, w.programme_id) and wave_id in (None, w.id)]
    covered = coverages([wave.id for wave in kept], today())
    lines = [
        CoverageLine(wave, row, _advice(wave, row, today()), reaches_wave(planning, wave))
        for wave in kept
        for row in sorted(covered[wave.id].rows, key=lambda row: -row.missing)
        if row.missing or with_all
    ]
    return OpenWaves(waves, lines, any(covered[wave.id].rows for wave in kept))


def _advice(wave: Wave, row: DepartmentCoverage, on: date) -> str:
    """Say what to do about a department: how many to find, and by when it still helps."""
    if not row.missing:
        return "Nothing: it is covered."
    find = f"Find {plural(row.missing, 'more', 'more')}" if row.champions else "Appoint a first one"
    if wave.training_due_on >= on:
        return f"{find} in time for the training, which is due by {short_day(wave.training_due_on)}."
    if wave.status.is_ahead and wave.go_live_on >= on:
        return f"{find} before go-live; their training is due at once."
    return f"{find}; people need somebody to turn to now."


def _lede(lines: Sequence[CoverageLine]) -> str:
    gaps = [line for line in lines if line.covered.missing]
    if not gaps:
        return "Colleagues whom people ask anyway. None is missing in the waves shown here."
    missing = plural(sum(line.covered.missing for line in gaps), "champion is", "champions are")
    departments = plural(len(gaps), "department", "departments")
    ahead = [line.wave for line in gaps if line.wave.status.is_ahead and line.wave.go_live_on >= today()]
    coming = f" {ahead[0].title} goes live next, on {day(ahead[0].go_live_on)}." if ahead else ""
    return f"{missing} missing in {departments} to one for every 25 people.{coming}"


@blueprint.get("/stakeholders/champions.<any(csv, xlsx):kind>")
def champions_file(kind: str) -> Response:
    """Send the list as a file, with the filters of the page."""
    lines = _open_waves(Asked()).lines
    return list_file(kind, HEADER, [_file_row(line) for line in lines], "champions", "Champions")


def _file_row(line: CoverageLine) -> tuple[Any, ...]:
    row, wave = line.covered, line.wave
    return row.name, wave.title, wave.go_live_on, len(row.champions), row.people, row.missing, line.advice
