"""Blackouts: the days on which people are left alone, making one and removing one."""

from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.waves import blueprint
from engagement.planning.blackouts import actions
from engagement.planning.blackouts.queries import blackouts_listed
from engagement.planning.blackouts.scopes import blackout_to_keep, blackouts_within, may_keep
from engagement.programmes.models import Programme
from engagement.programmes.queries import programmes
from engagement.reach import allow, allow_places

EVERYBODY = ""


class BlackoutForm(Form):
    """Whom to leave alone, on which days, and why."""

    programme = SelectField("For whom?")
    from_on = DateField("From", validators=[InputRequired("Choose the first day.")])
    until_on = DateField("Until", description="This day included.", validators=[InputRequired("Choose the last day.")])
    reason = StringField(
        "Why?",
        description="Planners read it beside every day that falls into it, such as “Year-end closing”.",
        filters=[stripped],
        validators=[InputRequired("Say why, in at most 200 characters."), Length(max=200)],
    )


@blueprint.route("/blackouts", methods=["GET", "POST"])
def blackouts() -> Drawn | BaseResponse:
    """Show the blackouts that are not over, and make one."""
    planning = rights.planning(guard.reader())
    allow_places(planning)
    kept = [row for row in programmes(Programme.closed_at.is_(None)) if may_keep(planning, row.id)]
    form = BlackoutForm()
    form.programme.choices = [
        *([SelectChoice(EVERYBODY, "Everybody")] if may_keep(planning, None) else []),
        *(SelectChoice(str(row.id), row.name) for row in kept),
    ]
    may_make = bool(form.programme.choices)
    if form.is_submitted():
        allow(may_make, planning)
    if form.validate_on_submit():
        with saving(form) as saved:
            number = row_id(form.programme.data)
            programme = db.session.get(Programme, number) if number else None
            row = actions.make_blackout(
                programme, form.from_on.data, form.until_on.data, form.reason.data, by=guard.reader().actor
            )
        if saved:
            more = "Whoever plans a day in it reads why it is better left free."
            return saved.to("waves.blackouts", f"{row.title}: {row.place_words}.", more)
    rows = blackouts_listed(blackouts_within(planning), today())
    shown = [(row, may_keep(planning, row.programme_id)) for row in rows]
    return drawn("waves/blackouts.html", form, rows=shown, may_make=may_make)


@blueprint.post("/blackouts/<int:blackout_id>/removal")
def remove_blackout(blackout_id: int) -> BaseResponse:
    """Remove a blackout."""
    row = blackout_to_keep(rights.planning(guard.reader()), blackout_id)
    actions.remove_blackout(row, by=guard.reader().actor)
    return done("waves.blackouts", f"{row.title} is removed.")
