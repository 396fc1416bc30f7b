"""The page on which one person gets another day for their training."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts import access, training_access
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day
from engagement.pages.frame.shell import notify
from engagement.pages.training import blueprint
from engagement.pages.training.forms import DueDayForm
from engagement.training import actions, queries


@blueprint.route("/training/assignments/<int:assignment_id>/due-day", methods=["GET", "POST"])
def due_day(assignment_id: int) -> str | tuple[str, int] | BaseResponse:
    """Give one person another day than their wave has, or the wave's day again; the page tells what was given before."""
    reader = guard.reader()
    found = guard.found(queries.assignment_of(assignment_id, access.visible_people(reader)))
    guard.allow(training_access.may_give_due_days(reader, found.wave.programme_id, found.wave_id))
    form = DueDayForm(due_on=found.own_due_on)
    if form.validate_on_submit():
        try:
            actions.give_own_due_day(found, form.due_on.data, reason=form.reason.data or "", by=reader.actor)
            db.session.commit()
        except (BadInput, RuleBroken) as error:
            db.session.rollback()
            form.take(error if isinstance(error, BadInput) else BadInput(error.sentence))
        else:
            notify(f"{found.person.name} has until {day(found.due_on)}.", "Reminders and lists go by that day.")
            return redirect(url_for("training.learners", wave_id=found.wave_id), 303)
    page = render_template(
        "training/due_day.html",
        form=form,
        assignment=found,
        given=queries.own_due_days(found.id),
        has_errors=bool(form.errors),
    )
    return page, 422 if form.errors else 200
