"""The page of one step of a sponsor, and what became of it: done, left out, or taken back."""

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.leadership import line_to_plan, maps_read
from engagement.planning.actions.anchoring import anchor_step
from engagement.planning.queries.anchored import anchor_of_step
from engagement.stakeholders.leadership import actions, queries
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.queries import StepShown
from engagement.stakeholders.leadership.rules import LONGEST_TEXT, standing_on
from engagement.stakeholders.leadership.scopes import line_for, line_to_settle, may_settle, reaches_step
from engagement.waves.milestones.queries import milestones_of

TOO_LONG = f"Keep this under {LONGEST_TEXT:,} characters."


class DoneForm(Form):
    """How a step went."""

    note = StringField(
        "How did it go?",
        description="A line, if you want. Those who keep the maps, sponsors and auditors read it.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


class FollowForm(Form):
    """Which milestone a step follows."""

    milestone = SelectField(
        "Which milestone does its day follow?",
        description="It stays as far from it as it is now, on a working day.",
        validate_choice=False,
    )


class LeaveOutForm(Form):
    """Why a step is left out."""

    reason = StringField("Why?", filters=[stripped], validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)])


def _line_to_settle(step_id: int) -> StepLine:
    reader = guard.reader()
    return line_to_settle(rights.reading_maps(reader), rights.planning(reader), step_id)


@blueprint.get("/stakeholders/leadership/<int:step_id>")
def step(step_id: int) -> Drawn:
    """Show a step, what was said of it over time, and what the reader may say."""
    maps_read()
    line = line_for(rights.reading_maps(guard.reader()), step_id)
    return _drawn(line, DoneForm(formdata=None), LeaveOutForm(formdata=None))


def _drawn(line: StepLine, done_form: DoneForm, leave_form: LeaveOutForm) -> Drawn:
    reader = guard.reader()
    maps, planning = rights.reading_maps(reader), rights.planning(reader)
    shown = StepShown(line, standing_on(today(), line.state, line.due_on))
    anchor = anchor_of_step(line.step_id)
    follow_form = FollowForm(formdata=None, milestone=str(anchor.milestone_id) if anchor else "")
    follow_form.milestone.choices = _milestones(line)
    return drawn(
        "stakeholders/step.html",
        done_form,
        leave_form,
        shown=shown,
        history=queries.lines_of(line.step_id),
        is_own=line.person_id == reader.person_id,
        may_settle=may_settle(maps, planning, line),
        may_plan=reaches_step(planning, line.step),
        done_form=done_form,
        leave_form=leave_form,
        follow_form=follow_form,
        anchor=anchor,
    )


def _milestones(line: StepLine) -> list[SelectChoice]:
    """Return the milestones that a step can follow; none for a step of a whole programme."""
    rows = milestones_of(line.step.wave_id) if line.step.wave_id is not None else []
    named = [SelectChoice(str(row.id), f"{row.title}, {day(row.falls_on)}") for row in rows]
    return [SelectChoice("", "None: it has its own day"), *named] if named else []


@blueprint.post("/stakeholders/leadership/<int:step_id>/anchor")
def follow_milestone(step_id: int) -> BaseResponse:
    """Let the day of a step follow a milestone of its wave, or none."""
    held(line_to_plan(step_id).step)
    line, given = line_to_plan(step_id), request.form.get("milestone", "")
    rows = milestones_of(line.step.wave_id) if line.step.wave_id is not None else []
    chosen = next((row for row in rows if row.id == row_id(given)), None)
    if given and chosen is None:
        raise BadInput("Choose one of the milestones that the page offers; this one may have been taken away.")
    anchor_step(line, chosen, by=guard.reader().actor)
    return done("stakeholders.step", "It is kept.", step_id=step_id)


@blueprint.post("/stakeholders/leadership/<int:step_id>/done")
def finish_step(step_id: int) -> Drawn | BaseResponse:
    """Say that a step is done; from a list, lead back to it."""
    held(_line_to_settle(step_id).step)
    line, form = _line_to_settle(step_id), DoneForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.finish_step(line, form.note.data or "", by=guard.reader().actor)
        if saved:
            says, more = "It is marked as done.", "You can take that back on its page."
            if request.form.get("from") == "sheet":
                programme_id = line.step.programme_id
                return saved.to("reports.programme", says, more, programme_id=programme_id, _anchor="leadership")
            if request.form.get("from") == "list":
                return saved.to("stakeholders.leadership", says, more, _anchor="list")
            return saved.to("stakeholders.step", says, step_id=step_id)
    return _drawn(line, form, LeaveOutForm(formdata=None))


@blueprint.post("/stakeholders/leadership/<int:step_id>/leaving-out")
def leave_out_step(step_id: int) -> Drawn | BaseResponse:
    """Leave a step out, with the reason."""
    held(line_to_plan(step_id).step)
    line, form = line_to_plan(step_id), LeaveOutForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.leave_out_step(line, form.reason.data or "", by=guard.reader().actor)
        if saved:
            return saved.to("stakeholders.step", "It is left out.", "The reason stays beside it.", step_id=step_id)
    return _drawn(line, DoneForm(formdata=None), form)


@blueprint.post("/stakeholders/leadership/<int:step_id>/return")
def take_back_step(step_id: int) -> BaseResponse:
    """Take back that a step is done or left out."""
    held(_line_to_settle(step_id).step)
    actions.take_back_step(_line_to_settle(step_id), by=guard.reader().actor)
    return done("stakeholders.step", "It is planned again.", step_id=step_id)
