"""Pages of training for those who plan: the overview with the starter library, curricula, and completion by wave."""

from dataclasses import dataclass

from flask import Response, render_template
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.files import list_file
from engagement.pages.parts.first_setup import START, is_setting_up
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import done
from engagement.pages.training import blueprint
from engagement.pages.training.lists import (
    LEARNER_HEADER,
    learner_rows,
    learners_page,
    progress_table,
    role_named,
)
from engagement.training.actions.library import settle_library
from engagement.training.queries import curricula as queries
from engagement.training.queries.leftovers import brought_along, open_leftovers
from engagement.training.queries.library import LibraryNews, library_news
from engagement.training.queries.progress import (
    WaveProgress,
    members_without_role,
    people_without_curriculum,
    progress_of,
    wave_progress,
)
from engagement.training.rules import DAYS_TO_DECIDE, LearnerState
from engagement.training.scopes import old_training_within, wave_with_learners_for
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.waves.scopes import people_within, reaches_wave, wave_for, waves_within
from engagement.waves.tallies.queries import member_sums
from engagement.words import listed, plural

blueprint.add_app_template_filter(LearnerState.of, "learner_state")
SHOWN_WITHOUT_ROLE = 20


@dataclass(frozen=True)
class WaveLine:
    """An open wave in the overview, with its training so far."""

    wave: Wave
    progress: WaveProgress


@blueprint.get("/training")
def index() -> str:
    """Show the four curricula, news of the library, and the training of open waves."""
    reader = guard.reader()
    reading = rights.reading(reader)
    guard.allow_places(reading)
    shown = [wave for wave in waves.waves_visible(waves_within(reading)) if wave.status.is_open]
    far = progress_of([wave.id for wave in shown])
    lines = [WaveLine(wave, far[wave.id]) for wave in shown]
    curricula = list(queries.curricula().values())
    placed = {line.module.id for plan in curricula for line in plan.lines}
    library, problem = _library_news()
    return render_template(
        "training/index.html",
        curricula=curricula,
        unplaced=[module for module in queries.modules() if module.id not in placed],
        may_train=rights.training(reader).everything,
        library=library,
        library_problem=problem,
        lines=sorted(lines, key=lambda line: line.wave.training_due_on),
        to_decide=open_leftovers(old_training_within(rights.training(reader))),
        may_see_old_training=rights.reading_old_training(reader).holds_anything,
        days_to_decide=DAYS_TO_DECIDE,
    )


def _library_news() -> tuple[LibraryNews, str]:
    """Return the news of the starter library, or nothing and a sentence about a file that can't be read."""
    try:
        return library_news(), ""
    except BadInput as error:
        return LibraryNews(0, 0), error.sentence


@blueprint.post("/training/library")
def take_library_over() -> BaseResponse:
    """Take over the starter library: its modules and their curricula."""
    reader = guard.reader()
    guard.allow_all(rights.training(reader))
    counts = settle_library(by=reader.actor)
    if not (counts.added or counts.renewed):
        return done("training.index", "The starter library is here already", "Nothing has changed.")
    came = [plural(n, f"{word} course", f"{word} courses") for n, word in counts.words if n]
    more = "Each stands in the curriculum of its role. Read them, and make them yours: rewrite, order, add."
    there = START if is_setting_up() else "training.index"
    return done(there, f"The starter library is taken over: {listed(came)}", more)


@blueprint.get("/training/curricula/<role>")
def curriculum(role: str) -> str:
    """Show what one training role has to learn, in order."""
    reader = guard.reader()
    guard.allow_places(rights.reading(reader))
    plan = queries.curriculum(guard.found(role_named(role)))
    return render_template("training/curriculum.html", curriculum=plan, may_train=rights.training(reader).everything)


@blueprint.get("/waves/<int:wave_id>/training")
def wave(wave_id: int) -> str:
    """Show the training of a wave by department and role, and people without a role."""
    reader = guard.reader()
    found, seen = _visible_wave(wave_id), people_within(rights.reading(reader))
    far, without_role = wave_progress(wave_id), sum(row.without_role for row in member_sums([wave_id]))
    nobody = members_without_role(wave_id).where(seen).limit(SHOWN_WITHOUT_ROLE) if without_role else None
    return render_template(
        "training/wave.html",
        wave=found,
        progress=far,
        silent_roles=[(role, numbers[wave_id]) for role, numbers in people_without_curriculum([wave_id]).items()],
        may_train=rights.training(guard.reader()).everything,
        hours_left=_hours(far.minutes_left),
        brought_along=brought_along(wave_id),
        may_see_old_training=rights.reading_old_training(reader).holds_anything,
        without_role=without_role,
        named=list(db.session.scalars(nobody)) if nobody is not None else [],
    )


def _visible_wave(wave_id: int) -> Wave:
    return wave_for(rights.reading(guard.reader()), wave_id)


def _wave_by_name(wave_id: int) -> Wave:
    """Return a wave in which the reader may see people by name: all, or those of departments that they head."""
    return wave_with_learners_for(rights.reading(guard.reader()), wave_id)


def _hours(minutes: int) -> str:
    return plural(minutes, "minute", "minutes") if minutes < 120 else plural(round(minutes / 60), "hour", "hours")


@blueprint.get("/waves/<int:wave_id>/training.<any(csv, xlsx):kind>")
def wave_file(wave_id: int, kind: str) -> Response:
    """Send the table of a wave's training as a file, with the rows of the page."""
    header, rows = progress_table(_visible_wave(wave_id))
    return list_file(kind, header, rows, f"wave-{wave_id}-training", "Training by role")


@blueprint.get("/waves/<int:wave_id>/training/people")
def learners(wave_id: int) -> str:
    """List the people behind the counts whom the reader may see by name."""
    found, asked, reader = _wave_by_name(wave_id), Asked(), guard.reader()
    rows, page = learners_page(found, asked)
    return render_template(
        "training/learners.html",
        wave=found,
        rows=rows,
        page=page,
        asked=asked,
        may_see_wave=reaches_wave(rights.reading(reader), found),
        may_give_days=reaches_wave(rights.training(reader), found) and found.status.is_open,
    )


@blueprint.get("/waves/<int:wave_id>/training/people.<any(csv, xlsx):kind>")
def learners_file(wave_id: int, kind: str) -> Response:
    """Send the list of people as a file, with the filters of the page."""
    rows = learner_rows(_wave_by_name(wave_id))
    return list_file(kind, LEARNER_HEADER, rows, f"wave-{wave_id}-training-people", "People")
