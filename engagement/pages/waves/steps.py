"""The steps of a wave: those that it took, and taking one, with its reason where people will want one later."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import StepForm
from engagement.waves import actions, queries
from engagement.waves.models import WaveStep
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import wave_for

#: What the button for a step says.
STEPS = {
    WaveStatus.PLANNED: "Plan it again",
    WaveStatus.READY: "It is ready",
    WaveStatus.LIVE: "It is live",
    WaveStatus.STABILISING: "It is settling",
    WaveStatus.CLOSED: "Close the wave",
    WaveStatus.CANCELLED: "Cancel the wave",
}
#: What follows from the steps that are asked about first.
CONSEQUENCES = {
    WaveStatus.PLANNED: "The wave is being planned again, and its people are asked for training as before.",
    WaveStatus.CLOSED: "A closed wave stays as it is; this can’t be taken back.",
    WaveStatus.CANCELLED: "Its people will no longer be asked for training. You can plan it again.",
}


@dataclass(frozen=True)
class Milestone:
    """A dated step on the way of a wave."""

    day_words: str
    text: str
    state: str


def steps_taken(wave_id: int) -> list[Milestone]:
    """Return the steps that a wave took, the first one first, as its page tells them."""
    return [Milestone(short_day(step.at), _words(step), "done") for step in queries.steps_of(wave_id)]


def _words(step: WaveStep) -> str:
    by = f" by {step.by}" if step.by else ""
    return f"{step.status.word}{by}{f': {step.reason}' if step.reason else ''}"


@blueprint.route("/waves/<int:wave_id>/statuses", methods=["GET", "POST"])
def change_status(wave_id: int) -> Drawn | BaseResponse:
    """Take a wave a step on or back; where people will want a reason later, it is asked for first."""
    reader = guard.reader()
    wave = wave_for(rights.planning(reader), wave_id)
    asked = request.values.get("status", "")
    if asked not in STEPS:
        if request.method == "GET":
            return redirect(url_for("waves.wave", wave_id=wave_id))
        raise BadInput("Choose one of the steps that the page offers.")
    status, form = WaveStatus(asked), StepForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_status(held(wave), status, reason=form.reason.data, by=reader.actor)
        if saved:
            return saved.to("waves.wave", f"{wave.title} is {wave.status.word.lower()}.", wave_id=wave_id)
    consequence = CONSEQUENCES.get(status, "")
    return drawn("waves/step.html", form, wave=wave, status=status, step=STEPS[status], consequence=consequence)
