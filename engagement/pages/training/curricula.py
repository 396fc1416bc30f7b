"""Pages of training for those who plan: the overview with the starter library, curricula, and completion by wave."""

from dataclasses import dataclass

from flask import Response, render_template
from sqlalchemy import and_
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts import access, training_access
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.files import csv_response, xlsx_response
from engagement.pages.parts.lists import asked_page
from engagement.pages.parts.saving import done
from engagement.pages.training import blueprint
from engagement.pages.training.lists import (
    LEARNER_HEADER,
    asked_filters,
    learner_rows,
    learners_shown,
    progress_table,
    role_named,
)
from engagement.people import queries as people
from engagement.people.rules import TrainingRole
from engagement.training import actions, queries
from engagement.training.queries import LibraryNews, WaveProgress
from engagement.training.rules import DAYS_TO_DECIDE, LearnerState
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.words import listed, plural

blueprint.add_app_template_filter(LearnerState.of, "learner_state")
SHOWN_WITHOUT_ROLE = 20


@dataclass(frozen=True)
class WaveLine:
    """An open wave in the overview, with how far it is."""

    wave: Wave
    progress: WaveProgress


@blueprint.get("/training")
def index() -> str:
    """Show the four curricula, what the library offers, and how far the open waves are."""
    reader = guard.reader()
    guard.allow(training_access.may_see_training(reader))
    shown = [wave for wave in waves.waves_visible(access.visible_waves(reader)) if wave.status.is_open]
    far = queries.progress_of([wave.id for wave in shown])
    lines = [WaveLine(wave, far[wave.id]) for wave in shown]
    curricula = list(queries.curricula().values())
    placed = {line.module.id for plan in curricula for line in plan.lines}
    library, problem = _library_news()
    return render_template(
        "training/index.html",
        curricula=curricula,
        unplaced=[module for module in queries.modules() if module.id not in placed],
        may_train=training_access.may_train(reader),
        library=library,
        library_problem=problem,
        lines=sorted(lines, key=lambda line: line.wave.training_due_on),
        to_decide=queries.open_leftovers(training_access.old_training_decided(reader)),
        may_see_old_training=training_access.may_see_old_training(reader),
        days_to_decide=DAYS_TO_DECIDE,
    )


def _library_news() -> tuple[LibraryNews, str]:
    """Return what the starter library has to offer, or nothing with a sentence about the file that can't be read."""
    try:
        return queries.library_news(), ""
    except BadInput as error:
        return LibraryNews(0, 0), error.sentence


@blueprint.post("/training/library")
def take_library_over() -> BaseResponse:
    """Bring the starter library in: its modules, and the curricula that they form."""
    reader = guard.reader()
    guard.allow(training_access.may_train(reader))
    counts = actions.settle_library(by=reader.actor)
    if not (counts.added or counts.renewed):
        return done("training.index", "The starter library is here already", "Nothing has changed.")
    came = [plural(n, f"{word} course", f"{word} courses") for n, word in counts.words if n]
    more = "Each stands in the curriculum of its role. Read them, and make them yours: rewrite, order, add."
    return done("training.index", f"The starter library is taken over: {listed(came)}", more)


@blueprint.get("/training/curricula/<role>")
def curriculum(role: str) -> str:
    """Show what one training role has to learn, in order."""
    reader = guard.reader()
    guard.allow(training_access.may_see_training(reader))
    plan = queries.curriculum(guard.found(role_named(role)))
    return render_template("training/curriculum.html", curriculum=plan, may_train=training_access.may_train(reader))


@blueprint.get("/waves/<int:wave_id>/training")
def wave(wave_id: int) -> str:
    """Show how far a wave's training is, by department and role, and who has no role."""
    found = _visible_wave(wave_id)
    seen = access.visible_people(guard.reader())
    nobody = queries.members_without_role(wave_id)
    far = queries.wave_progress(wave_id)
    return render_template(
        "training/wave.html",
        wave=found,
        progress=far,
        silent_roles=[
            (role, numbers[wave_id]) for role, numbers in queries.people_without_curriculum([wave_id]).items()
        ],
        may_train=training_access.may_train(guard.reader()),
        hours_left=_hours(far.minutes_left),
        brought_along=queries.brought_along(wave_id),
        may_see_old_training=training_access.may_see_old_training(guard.reader()),
        without_role=count_of(nobody),
        named=list(db.session.scalars(nobody.where(seen).limit(SHOWN_WITHOUT_ROLE))),
    )


def _visible_wave(wave_id: int) -> Wave:
    found = guard.found(waves.wave_page(wave_id))
    guard.allow(access.may_see_wave(guard.reader(), found.programme_id, found.id))
    return found


def _wave_by_name(wave_id: int) -> Wave:
    """Return a wave whose people the reader may see by name, all of them or those of departments headed."""
    found = guard.found(waves.wave_page(wave_id))
    by_name = training_access.waves_with_visible_learners(guard.reader())
    guard.allow(bool(waves.waves_visible(and_(Wave.id == found.id, by_name))))
    return found


def _hours(minutes: int) -> str:
    return plural(minutes, "minute", "minutes") if minutes < 120 else plural(round(minutes / 60), "hour", "hours")


@blueprint.get("/waves/<int:wave_id>/training.csv")
def wave_csv(wave_id: int) -> Response:
    """The table of a wave's training as CSV, row by row as on the page."""
    header, rows = progress_table(_visible_wave(wave_id))
    return csv_response(header, rows, f"wave-{wave_id}-training.csv")


@blueprint.get("/waves/<int:wave_id>/training.xlsx")
def wave_xlsx(wave_id: int) -> Response:
    """The table of a wave's training as a workbook, row by row as on the page."""
    header, rows = progress_table(_visible_wave(wave_id))
    return xlsx_response(header, rows, f"wave-{wave_id}-training.xlsx", "Training by role")


@blueprint.get("/waves/<int:wave_id>/training/people")
def learners(wave_id: int) -> str:
    """List the people behind the counts, those whom the reader may see by name."""
    found, filters = _wave_by_name(wave_id), asked_filters()
    reader = guard.reader()
    seen = {d.id for d in people.departments(include_closed=True) if access.may_see_department(reader, d.lineage)}
    query = learners_shown(found, filters)
    page = asked_page(count_of(query))
    return render_template(
        "training/learners.html",
        wave=found,
        rows=db.session.execute(query.limit(page.size).offset(page.offset)).all(),
        page=page,
        filters=filters,
        departments=[line for line in queries.wave_progress(wave_id).rows if line.department_id in seen],
        may_see_wave=access.may_see_wave(reader, found.programme_id, found.id),
        roles=list(TrainingRole),
        states=list(LearnerState),
        may_give_days=training_access.may_give_due_days(reader, found.programme_id, found.id) and found.status.is_open,
    )


@blueprint.get("/waves/<int:wave_id>/training/people.csv")
def learners_csv(wave_id: int) -> Response:
    """The list of people as CSV, with the filters of the page."""
    return csv_response(LEARNER_HEADER, learner_rows(_wave_by_name(wave_id)), f"wave-{wave_id}-training-people.csv")


@blueprint.get("/waves/<int:wave_id>/training/people.xlsx")
def learners_xlsx(wave_id: int) -> Response:
    """The list of people as a workbook, with the filters of the page."""
    return xlsx_response(
        LEARNER_HEADER, learner_rows(_wave_by_name(wave_id)), f"wave-{wave_id}-training-people.xlsx", "People"
    )
