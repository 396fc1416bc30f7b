"""The list of consultations, and asking a body about a wave."""

from flask import render_template
from sqlalchemy import and_
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.consultations.actions import consulting as actions
from engagement.consultations.models import Body
from engagement.consultations.queries.said import bodies_to_ask
from engagement.consultations.queries.standing import shown_where
from engagement.consultations.scopes import consultation_for, consultations_within, represents_somebody
from engagement.db import db
from engagement.pages.consultations import blueprint
from engagement.pages.consultations.forms import AskedForm, NewAskedForm
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.waves.queries import of_open_waves
from engagement.waves.scopes import wave_for


@blueprint.get("/consultations")
def index() -> str:
    """List the consultations that the reader sees: of their waves, and of bodies for which they speak."""
    reader = guard.reader()
    overseeing, representing = rights.overseeing(reader), rights.representing(reader)
    guard.allow(overseeing.holds_places or represents_somebody(representing.person_id), overseeing)
    seen = consultations_within(overseeing, representing)
    return render_template(
        "consultations/index.html",
        open=shown_where(and_(seen, of_open_waves())),
        over=shown_where(and_(seen, ~of_open_waves())),
        sees_waves=overseeing.holds_places,
    )


@blueprint.route("/waves/<int:wave_id>/consultations/new", methods=["GET", "POST"])
def new(wave_id: int) -> Drawn | BaseResponse:
    """Ask a body about a wave."""
    wave = wave_for(rights.planning(guard.reader()), wave_id)
    held(wave)
    bodies = bodies_to_ask(wave)
    form = NewAskedForm(data={"is_required": True})
    form.body.choices = [SelectChoice(str(body.id), f"{body.name} ({body.kind.word})") for body in bodies]
    if form.validate_on_submit():
        with saving(form) as saved:
            body = db.session.get_one(Body, row_id(form.body.data))
            made = actions.open_consultation(wave, body, form.asked(), today=today(), by=guard.reader().actor)
        if saved:
            says, more = f"{made.body.name} is asked.", "Note now which documents it gets."
            return saved.to("consultations.consultation", says, more, consultation_id=made.id)
    may_name = rights.planning(guard.reader()).covers_all_of(wave.programme_id)
    return drawn("consultations/edit.html", form, wave=wave, consultation=None, bodies=bodies, may_name=may_name)


@blueprint.route("/consultations/<int:consultation_id>/edit", methods=["GET", "POST"])
def edit(consultation_id: int) -> Drawn | BaseResponse:
    """Change whether a position is required, on which ground, or until when."""
    row = held(consultation_for(rights.planning(guard.reader()), None, consultation_id))
    form = AskedForm(obj=row)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_consultation(row, form.asked(), today=today(), by=guard.reader().actor)
        if saved:
            return saved.to("consultations.consultation", "It is kept.", consultation_id=consultation_id)
    return drawn("consultations/edit.html", form, wave=row.wave, consultation=row, bodies=[], may_name=False)
