"""Pages of one occasion of design: writing it down, correcting it, adding to what was raised, and answering that."""

from flask import request
from sqlalchemy import ColumnElement, and_, not_
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.inclusion_forms import AnswerForm, CorrectionForm, OccasionForm, PointsForm
from engagement.people.models import Person
from engagement.waves.inclusion import actions
from engagement.waves.inclusion.models import DesignOccasion
from engagement.waves.inclusion.queries import participant_counts, people_of
from engagement.waves.inclusion.rules import Outcome
from engagement.waves.inclusion.scopes import (
    occasion_for,
    point_for,
    reaches_occasion,
    waves_to_write_of,
    workflow_to_write_of,
)
from engagement.waves.scopes import people_within
from engagement.words import plural


@blueprint.route("/workflows/<int:workflow_id>/inclusion/new", methods=["GET", "POST"])
def new_occasion(workflow_id: int) -> Drawn | BaseResponse:
    """Write down an occasion on which people took part in the design of a workflow."""
    planning = rights.planning(guard.reader())
    workflow, waves = workflow_to_write_of(planning, workflow_id)
    may_all = planning.covers(programme_id=workflow.programme_id)
    form = OccasionForm(data={"wave": request.args.get("wave", "")})
    form.offer(waves, may_all=may_all)
    if form.validate_on_submit():
        with saving(form) as saved:
            wave = form.chosen_wave(waves, may_all=may_all)
            row = actions.write_occasion(
                workflow,
                wave,
                form.said(),
                form.people.people,
                form.raised.data,
                today=here_today(),
                by=guard.reader().actor,
            )
        if saved:
            more = "Those who took part read on their own page what was raised, and what comes of it."
            return saved.to("waves.occasion", "It is kept.", more, occasion_id=row.id)
    of_wave = next((wave for wave in waves if wave.id == row_id(request.args.get("wave"))), None)
    return drawn("waves/edit_occasion.html", form, workflow=workflow, occasion=None, of_wave=of_wave, unseen="")


@blueprint.route("/inclusion/<int:occasion_id>", methods=["GET", "POST"])
def occasion(occasion_id: int) -> Drawn | BaseResponse:
    """Show an occasion with what was raised and what came of it; who plans adds to it."""
    reader = guard.reader()
    row = occasion_for(rights.overseeing(reader), occasion_id)
    may_plan = reaches_occasion(rights.planning(reader), row)
    form = PointsForm()
    if form.is_submitted():
        guard.allow(may_plan, rights.planning(reader))
        held(row)
    if form.validate_on_submit():
        with saving(form) as saved:
            new = actions.add_points(row, form.raised.data, by=reader.actor)
        if saved:
            says = f"{plural(new, 'point is', 'points are')} added." if new else "Nothing new was written."
            return saved.to("waves.occasion", says, occasion_id=occasion_id)
    number = participant_counts([row.id]).get(row.id, 0)
    named = people_of(row.id, _seen_by_name())
    # Beside so few names everybody would know who raised what; who wrote it down knows anyway.
    may_name = may_plan or number >= guard.settings().anonymity_floor
    return drawn(
        "waves/occasion.html",
        form,
        occasion=row,
        number=number,
        named=named if may_name else [],
        unnamed=number - len(named),
        hides_names=not may_name and bool(named),
        may_plan=may_plan,
    )


def _seen_by_name() -> ColumnElement[bool]:
    # Of people who were erased nothing is left that tells one from another, so they can't stand in a form by name.
    return and_(people_within(rights.reading(guard.reader())), Person.erased_at.is_(None))


@blueprint.route("/inclusion/<int:occasion_id>/edit", methods=["GET", "POST"])
def edit_occasion(occasion_id: int) -> Drawn | BaseResponse:
    """Correct an occasion and who took part."""
    row = held(_to_plan(occasion_id))
    planning = rights.planning(guard.reader())
    waves, may_all = waves_to_write_of(planning, row.workflow), planning.covers(programme_id=row.workflow.programme_id)
    seen = _seen_by_name()
    # Those whom the reader doesn't see by name stay, unnamed.
    named, unseen = people_of(row.id, seen), people_of(row.id, not_(seen))
    present = {"kind": row.kind, "held_on": row.held_on, "about": row.about, "people": named}
    form = CorrectionForm(data={**present, "wave": str(row.wave_id or "")})
    form.offer(waves, may_all=may_all)
    if form.validate_on_submit():
        with saving(form) as saved:
            wave, people = form.chosen_wave(waves, may_all=may_all), [*form.people.people, *unseen]
            by = guard.reader().actor
            is_new = actions.correct_occasion(row, wave, form.said(), people, today=here_today(), by=by)
        if saved:
            return saved.to("waves.occasion", "It is kept." if is_new else "Nothing was changed.", occasion_id=row.id)
    return drawn(
        "waves/edit_occasion.html",
        form,
        workflow=row.workflow,
        occasion=row,
        of_wave=row.wave,
        unseen=plural(len(unseen), "person", "people") if unseen else "",
    )


def _to_plan(occasion_id: int) -> DesignOccasion:
    return occasion_for(rights.planning(guard.reader()), occasion_id)


@blueprint.post("/inclusion/<int:occasion_id>/removal")
def remove_occasion(occasion_id: int) -> BaseResponse:
    """Remove an occasion that was written down by mistake."""
    row = held(_to_plan(occasion_id))
    workflow_id = row.workflow_id
    actions.remove_occasion(row, by=guard.reader().actor)
    return done("waves.workflow_inclusion", "It is removed, with what was raised there.", workflow_id=workflow_id)


@blueprint.route("/inclusion/points/<int:point_id>", methods=["GET", "POST"])
def answer_point(point_id: int) -> Drawn | BaseResponse:
    """Say what came of a point, or correct it."""
    point = held(point_for(rights.planning(guard.reader()), point_id))
    present = {"outcome": point.outcome.value, "answer": point.answer, "raised": point.raised}
    form = AnswerForm(data=present)
    if form.validate_on_submit():
        with saving(form) as saved:
            outcome, by = Outcome(form.outcome.data), guard.reader().actor
            is_new = actions.answer_point(point, form.raised.data, outcome, form.answer.data, by=by)
        if saved:
            says = "It is kept. Those who took part read it on their own page." if is_new else "Nothing was changed."
            return saved.to("waves.occasion", says, occasion_id=point.occasion_id)
    return drawn("waves/answer_point.html", form, point=point, occasion=point.occasion)
