"""Copying a wave: a preview of the days of the copy first, then the copy."""

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, DateField, StringField
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.moves import go_live_warnings, seen_now
from engagement.planning.copying.actions import CopyWanted, copy_wave
from engagement.planning.copying.queries import copy_of
from engagement.programmes.scopes import programme_for
from engagement.waves.lessons.queries import lessons_of_programme
from engagement.waves.scopes import wave_for


class CopyForm(Form):
    """What the copy is called, when it goes live, and what it takes along."""

    name = StringField(
        "What is the new wave called?",
        filters=[stripped],
        validators=[InputRequired("Write a name."), Length(max=200)],
    )
    go_live_on = DateField("When does it go live?", validators=[InputRequired("Choose a day.")])
    with_workflows = BooleanField("Take the workflows along")
    with_messages = BooleanField(
        "Take the messages along",
        description="As drafts with their texts, for the people of the new wave. Each keeps its distance from its milestone.",
    )

    def wanted(self) -> CopyWanted:
        """Return what was asked for."""
        return CopyWanted(self.name.data, self.go_live_on.data, self.with_workflows.data, self.with_messages.data)


@blueprint.route("/waves/<int:wave_id>/copies", methods=["GET", "POST"])
def copy(wave_id: int) -> Drawn | BaseResponse:
    """Show the days of a copy, then make it when the same day is sent again."""
    planning = rights.planning(guard.reader())
    wave = wave_for(planning, wave_id)
    programme_for(planning, wave.programme_id)
    form = CopyForm(data={"with_workflows": True, "with_messages": True})
    plan, warnings = None, list[str]()
    if form.validate_on_submit():
        shown = request.form.get("shown") == form.go_live_on.data.isoformat()
        if "confirm" in request.form and shown:
            with saving(form) as saved:
                new = copy_wave(
                    wave, form.wanted(), seen_now(), by=guard.reader().actor, organisation=guard.organisation()
                )
            if saved:
                more = "Its milestones are there. Choose its departments and its lead next."
                return saved.to("waves.wave", f"{new.title} is planned.", more, wave_id=new.id)
        plan = copy_of(wave, form.go_live_on.data, seen_now())
        warnings = go_live_warnings(form.go_live_on.data, wave.programme_id, ())
    return drawn(
        "waves/copy.html",
        form,
        wave=wave,
        plan=plan,
        warnings=warnings,
        go_live=day(wave.go_live_on),
        lessons=lessons_of_programme(wave.programme_id),
    )
