"""The page on which one person gets another day for their training."""

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.training import blueprint
from engagement.pages.training.forms import DueDayForm
from engagement.training.actions.due_days import give_own_due_day
from engagement.training.queries.due_days import own_due_days
from engagement.training.scopes import assignment_for


@blueprint.route("/training/assignments/<int:assignment_id>/due-day", methods=["GET", "POST"])
def due_day(assignment_id: int) -> Drawn | BaseResponse:
    """Give one person another day than their wave, or the wave's day again; the page lists earlier days."""
    reader = guard.reader()
    found = assignment_for(rights.reading(reader), rights.training(reader), assignment_id)
    form = DueDayForm(due_on=held(found).own_due_on)
    if form.validate_on_submit():
        with saving(form) as saved:
            country = guard.organisation().country
            give_own_due_day(found, form.due_on.data, reason=form.reason.data, by=reader.actor, country=country)
        if saved:
            says = f"{found.person.name} has until {day(found.due_on)}."
            return saved.to("training.learners", says, "Reminders and lists go by that day.", wave_id=found.wave_id)
    return drawn("training/due_day.html", form, assignment=found, given=own_due_days(found.id))
