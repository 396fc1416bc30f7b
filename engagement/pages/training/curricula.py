"""Pages of training for those who plan: curricula, modules with their questions, and completion by wave."""

from dataclasses import dataclass

from flask import Response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.content import quiz
from engagement.content.markdown import to_html
from engagement.db import count_of, db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.training import blueprint
from engagement.pages.training.forms import CompletionForm, ModuleForm
from engagement.pages.training.lists import (
    LEARNER_HEADER,
    learner_rows,
    learners_asked,
    progress_table,
    role_named,
)
from engagement.training import actions, queries
from engagement.training.models import Module
from engagement.training.queries import WaveProgress
from engagement.training.rules import DAYS_TO_DECIDE, RECOGNISE_WRONG, CompletionSource, LearnerState
from engagement.training.scopes import old_training_within, wave_with_learners_for
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.waves.scopes import people_within, reaches_wave, wave_for, waves_within
from engagement.words import plural

blueprint.add_app_template_filter(LearnerState.of, "learner_state")
SHOWN_WITHOUT_ROLE = 20


@dataclass(frozen=True)
class WaveLine:
    """An open wave in the overview, with how far it is."""

    wave: Wave
    progress: WaveProgress


@blueprint.get("/training")
def index() -> str:
    """Show the four curricula, and how far the open waves are."""
    reader = guard.reader()
    reading = rights.reading(reader)
    guard.allow(reading.holds_places)
    shown = [wave for wave in waves.waves_visible(waves_within(reading)) if wave.status.is_open]
    far = queries.progress_of([wave.id for wave in shown])
    lines = [WaveLine(wave, far[wave.id]) for wave in shown]
    curricula = list(queries.curricula().values())
    return render_template(
        "training/index.html",
        curricula=curricula,
        lines=sorted(lines, key=lambda line: line.wave.training_due_on),
        to_decide=queries.open_leftovers(old_training_within(rights.training(reader))),
        may_see_old_training=rights.reading_old_training(reader).holds_anything,
        days_to_decide=DAYS_TO_DECIDE,
    )


@blueprint.get("/training/curricula/<role>")
def curriculum(role: str) -> str:
    """Show what one training role has to learn, in order."""
    guard.allow(rights.reading(guard.reader()).holds_places)
    asked = guard.found(role_named(role))
    return render_template("training/curriculum.html", curriculum=queries.curriculum(asked))


@blueprint.get("/training/modules/<slug>")
def module(slug: str) -> Drawn:
    """Show a module with its questions; the right answers to those who may change it."""
    guard.allow(rights.reading(guard.reader()).holds_places)
    return _module_page(guard.found(queries.module_by_slug(slug)), CompletionForm(formdata=None, on=today()))


def _module_page(found: Module, form: CompletionForm) -> Drawn:
    places = [plan for plan in queries.curricula().values() if any(line.module.id == found.id for line in plan.lines)]
    return drawn(
        "training/module.html",
        form,
        module=found,
        html=Markup(to_html(found.text)),  # noqa: S704  cleaned by content.markdown
        questions=found.questions,
        places=places,
        finished=queries.completed_count(found.id),
        may_train=rights.training(guard.reader()).everything,
        recognise_wrong=RECOGNISE_WRONG,
    )


@blueprint.post("/training/modules/<slug>/completions")
def record_completion(slug: str) -> Drawn | BaseResponse:
    """Record that somebody finished a module outside the service."""
    reader = guard.reader()
    guard.allow(rights.training(reader).everything)
    found = guard.found(queries.module_by_slug(slug))
    form = CompletionForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Write who has finished it.")
            actions.record_completion(
                person, found, CompletionSource(form.source.data), on=form.on.data, by=reader.actor
            )
        if saved:
            more = f"“{found.title}” counts as finished in every curriculum it is part of."
            return saved.to("training.module", f"Recorded for {person.name}", more, slug=slug)
    return _module_page(found, form)


@blueprint.route("/training/modules/<slug>/editing", methods=["GET", "POST"])
def editing(slug: str) -> Drawn | BaseResponse:
    """Rewrite a module, with a preview before it is saved."""
    reader = guard.reader()
    guard.allow(rights.training(reader).everything)
    found = guard.found(queries.module_by_slug(slug))
    form = ModuleForm(obj=held(found))
    if not form.validate_on_submit():
        return _editing_page(found, form, None)
    title, body = form.title.data or "", form.body.data or ""
    minutes, pass_mark = form.minutes.data or 0, form.pass_mark.data or 0
    is_previewed = "preview" in request.form
    with saving(form) as saved:
        actions.check_module(title, body, minutes, pass_mark)
        if not is_previewed:
            actions.edit_module(
                found,
                from_version=found.version,
                title=title,
                summary=form.summary.data or "",
                body=body,
                minutes=minutes,
                pass_mark=pass_mark,
                by=reader.actor,
            )
    if not saved or is_previewed:
        return _editing_page(found, form, body if saved else None)
    more = "People who finished an earlier version stay finished."
    return saved.to("training.module", f"Saved as version {found.version}", more, slug=slug)


def _editing_page(found: Module, form: ModuleForm, preview: str | None) -> Drawn:
    text, questions = quiz.split(preview) if preview is not None else ("", ())
    return drawn(
        "training/editing.html",
        form,
        module=found,
        is_previewed=preview is not None,
        preview=Markup(to_html(text, "preview-")),  # noqa: S704  cleaned by content.markdown
        questions=questions,
        recognise_wrong=RECOGNISE_WRONG,
    )


@blueprint.get("/waves/<int:wave_id>/training")
def wave(wave_id: int) -> str:
    """Show how far a wave's training is, by department and role, and who has no role."""
    reader = guard.reader()
    found, seen = _visible_wave(wave_id), people_within(rights.reading(reader))
    nobody = queries.members_without_role(wave_id)
    far = queries.wave_progress(wave_id)
    return render_template(
        "training/wave.html",
        wave=found,
        progress=far,
        silent_roles=[
            plan.role for plan in queries.curricula().values() if plan.role in far.roles and not plan.asks_something
        ],
        hours_left=_hours(far.minutes_left),
        brought_along=queries.brought_along(wave_id),
        may_see_old_training=rights.reading_old_training(reader).holds_anything,
        without_role=count_of(nobody),
        named=list(db.session.scalars(nobody.where(seen).limit(SHOWN_WITHOUT_ROLE))),
    )


def _visible_wave(wave_id: int) -> Wave:
    return wave_for(rights.reading(guard.reader()), wave_id)


def _wave_by_name(wave_id: int) -> Wave:
    """Return a wave whose people the reader may see by name, all of them or those of departments headed."""
    return wave_with_learners_for(rights.reading(guard.reader()), wave_id)


def _hours(minutes: int) -> str:
    return plural(minutes, "minute", "minutes") if minutes < 120 else plural(round(minutes / 60), "hour", "hours")


@blueprint.get("/waves/<int:wave_id>/training.<any(csv, xlsx):kind>")
def wave_file(wave_id: int, kind: str) -> Response:
    """Give the table of a wave's training as a file, row by row as on the page."""
    header, rows = progress_table(_visible_wave(wave_id))
    return list_file(kind, header, rows, f"wave-{wave_id}-training", "Training by role")


@blueprint.get("/waves/<int:wave_id>/training/people")
def learners(wave_id: int) -> str:
    """List the people behind the counts, those whom the reader may see by name."""
    found, asked, reader = _wave_by_name(wave_id), Asked(), guard.reader()
    query = learners_asked(found, asked)
    page = asked.page(count_of(query))
    return render_template(
        "training/learners.html",
        wave=found,
        rows=db.session.execute(query.limit(page.size).offset(page.offset)).all(),
        page=page,
        asked=asked,
        may_see_wave=reaches_wave(rights.reading(reader), found),
        may_give_days=reaches_wave(rights.training(reader), found) and found.status.is_open,
    )


@blueprint.get("/waves/<int:wave_id>/training/people.<any(csv, xlsx):kind>")
def learners_file(wave_id: int, kind: str) -> Response:
    """Give the list of people as a file, with the filters of the page."""
    rows = learner_rows(_wave_by_name(wave_id))
    return list_file(kind, LEARNER_HEADER, rows, f"wave-{wave_id}-training-people", "People")
