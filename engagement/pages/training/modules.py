"""Pages of a module: reading, writing and rewriting it, and recording who finished it elsewhere."""

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.content import quiz
from engagement.content.markdown import problems_in, to_html
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.training import blueprint
from engagement.pages.training.forms import CompletionForm, ModuleForm
from engagement.people.rules import TrainingRole
from engagement.training.actions import completing, modules
from engagement.training.models import Module
from engagement.training.queries.curricula import completed_count, curricula
from engagement.training.rules import RECOGNISE_WRONG, CompletionSource
from engagement.training.scopes import allow_recording_for, module_for, module_to_change


@blueprint.get("/training/modules/<slug>")
def module(slug: str) -> Drawn:
    """Show a module with its questions; right answers only to those who may change it."""
    return _module_page(module_for(rights.reading(guard.reader()), slug), CompletionForm(formdata=None, on=today()))


def _module_page(found: Module, form: CompletionForm) -> Drawn:
    places = [plan for plan in curricula().values() if any(line.module.id == found.id for line in plan.lines)]
    return drawn(
        "training/module.html",
        form,
        module=found,
        html=Markup(to_html(found.text)),  # noqa: S704  cleaned by content.markdown
        questions=found.questions,
        places=places,
        all_roles=list(TrainingRole),
        finished=completed_count(found.id),
        may_train=rights.training(guard.reader()).everything,
        may_record=rights.recording_training(guard.reader()).holds_places,
        recognise_wrong=RECOGNISE_WRONG,
    )


@blueprint.post("/training/modules/<slug>/completions")
def record_completion(slug: str) -> Drawn | BaseResponse:
    """Record that somebody finished a module outside the service."""
    reader = guard.reader()
    recording = rights.recording_training(reader)
    found = module_for(recording, slug)
    form = CompletionForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Write who has finished it.")
            allow_recording_for(recording, person)
            completing.record_completion(
                person, found, CompletionSource(form.source.data), on=form.on.data, by=reader.actor
            )
        if saved:
            more = f"“{found.title}” counts as finished in every curriculum it is part of."
            return saved.to("training.module", f"Recorded for {person.name}", more, slug=slug)
    return _module_page(found, form)


@blueprint.route("/training/modules/new", methods=["GET", "POST"])
def new_module() -> Drawn | BaseResponse:
    """Write a new module, with a preview before it is saved."""
    reader = guard.reader()
    guard.allow_all(rights.training(reader))
    form = ModuleForm(minutes=10, pass_mark=80)
    if not form.validate_on_submit():
        return _editing_page(None, form, None)
    is_previewed = "preview" in request.form
    made = None
    with saving(form) as saved:
        modules.check_module(form.title.data, form.body.data, form.minutes.data or 0, form.pass_mark.data or 0)
        if not is_previewed:
            made = modules.write_module(**form.details(), by=reader.actor)
    if made is None or not saved:
        return _editing_page(None, form, form.body.data if saved else None)
    more = "Add its questions here, then put it into the curriculum of a role. Until then nobody is asked to take it."
    return saved.to("training.module", f"“{made.title}” is written", more, slug=made.slug)


@blueprint.route("/training/modules/<slug>/editing", methods=["GET", "POST"])
def editing(slug: str) -> Drawn | BaseResponse:
    """Rewrite a module, with a preview before it is saved."""
    reader = guard.reader()
    found = module_to_change(rights.training(reader), slug)
    form = ModuleForm(obj=held(found))
    if not form.validate_on_submit():
        return _editing_page(found, form, None)
    is_previewed = "preview" in request.form
    with saving(form) as saved:
        modules.check_module(form.title.data, form.body.data, form.minutes.data or 0, form.pass_mark.data or 0)
        if not is_previewed:
            modules.edit_module(found, from_version=found.version, **form.details(), by=reader.actor)
    if not saved or is_previewed:
        return _editing_page(found, form, form.body.data if saved else None)
    more = "People who finished an earlier version stay finished."
    return saved.to("training.module", f"Saved as version {found.version}", more, slug=slug)


def _editing_page(found: Module | None, form: ModuleForm, preview: str | None) -> Drawn:
    text, questions = quiz.split(preview) if preview is not None else ("", ())
    return drawn(
        "training/editing.html",
        form,
        module=found,
        is_previewed=preview is not None,
        preview=Markup(to_html(text, "preview-")),  # noqa: S704  cleaned by content.markdown
        problems=problems_in(text),
        questions=questions,
        recognise_wrong=RECOGNISE_WRONG,
    )
