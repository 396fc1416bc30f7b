"""The lessons of a wave: reading them, and adding some at any time."""

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import LessonsForm
from engagement.waves.lessons.actions import note_lessons
from engagement.waves.lessons.queries import lessons_of
from engagement.waves.scopes import wave_for
from engagement.words import plural


@blueprint.route("/waves/<int:wave_id>/lessons", methods=["GET", "POST"])
def lessons(wave_id: int) -> Drawn | BaseResponse:
    """Show what was learned from a wave, and add to it."""
    wave = held(wave_for(rights.planning(guard.reader()), wave_id))
    form = LessonsForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            new = note_lessons(wave, form.went_well.data, form.to_change.data, by=guard.reader().actor)
        if saved:
            says = f"{plural(new, 'lesson is', 'lessons are')} noted." if new else "Nothing new was written."
            return saved.to("waves.lessons", says, wave_id=wave_id)
    return drawn("waves/lessons.html", form, wave=wave, lessons=lessons_of(wave.id))
