"""Training of a wave that waits for the quiet period of another one: whose, until when, and having it go on all the same."""

from werkzeug.wrappers import Response as BaseResponse
from wtforms import TextAreaField

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.training.queries.clashes import QuietClash, people_held_back, quiet_clashes
from engagement.training.waiting.actions import let_training_go_on, let_training_wait
from engagement.training.waiting.queries import overrides_of, standing_overrides
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for
from engagement.words import plural

#: So many people are named; there are more on the list of the wave's people.
MOST_NAMED = 100


class GoOnForm(Form):
    """Why training goes on although its people are left to settle."""

    reason = TextAreaField(
        "Why can’t their training wait?",
        description="Your reason stays among the days of the wave, with your name.",
        filters=[stripped],
    )


def _clash(wave: Wave, settling_id: int) -> QuietClash:
    return guard.found(
        next((each for each in quiet_clashes(wave, here_today()) if each.settling.id == settling_id), None)
    )


@blueprint.route("/waves/<int:wave_id>/quiet-periods/<int:settling_id>", methods=["GET", "POST"])
def quiet_period(wave_id: int, settling_id: int) -> Drawn | BaseResponse:
    """Show whose training waits for a quiet period, and let it go on, with a reason."""
    wave = held(wave_for(rights.planning(guard.reader()), wave_id))
    clash = _clash(wave, settling_id)
    form = GoOnForm()
    if form.validate_on_submit():
        reason, by = form.reason.data, guard.reader().actor
        with saving(form) as saved:
            let_training_go_on(wave, clash.settling, people=clash.people, reason=reason, by=by)
        if saved:
            who = plural(clash.people, "person is", "people are")
            return saved.to(
                "waves.milestones", f"The training of {wave.title} goes on.", f"{who} asked now.", wave_id=wave.id
            )
    people = db.session.scalars(people_held_back(wave, clash.settling).limit(MOST_NAMED)).all()
    before = [row for row in overrides_of(wave.id) if row.settling_id == settling_id and row.ended_at is not None]
    more = clash.people - len(people)
    return drawn("waves/quiet.html", form, wave=wave, clash=clash, people=people, more=more, before=before)


@blueprint.post("/waves/<int:wave_id>/quiet-periods/<int:settling_id>/waiting")
def let_wait(wave_id: int, settling_id: int) -> BaseResponse:
    """Let training wait again."""
    wave = held(wave_for(rights.planning(guard.reader()), wave_id))
    row = next((row for row in standing_overrides(wave.id) if row.settling_id == settling_id), None)
    if row is None:
        _clash(wave, settling_id)  # Somebody was quicker, or there is nothing to take back.
    else:
        let_training_wait(wave, row, by=guard.reader().actor)
    return done(
        "waves.milestones",
        "Their training waits again.",
        "Nothing is asked before the quiet period is over.",
        wave_id=wave.id,
    )
