"""The way back of a wave: its written plan, and the messages that are kept for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.communications.actions.rolling_back import prepare_message
from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import kept_messages, next_messages
from engagement.pages.frame import guard
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import FallbackForm
from engagement.waves.fallbacks import actions
from engagement.waves.fallbacks.models import WaveFallback
from engagement.waves.fallbacks.queries import fallback_of
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for
from engagement.words import plural

#: No more planned messages than this are counted.
MOST_COUNTED = 500


@dataclass(frozen=True)
class WayBack:
    """What is ready for the day on which a wave has to go back, and in words what is missing."""

    plan: WaveFallback | None
    messages: Sequence[Occurrence]
    others: int = 0

    @property
    def words(self) -> str:
        """Say what would be sent, and what would not."""
        ready = sum(message.status.goes_out_by_itself for message in self.messages)
        waiting = len(self.messages) - ready
        if not self.messages:
            return "No message is prepared. In a hurry nobody writes well, and people hear it from each other."
        if not ready:
            return (
                f"{plural(waiting, 'message is', 'messages are')} prepared, and none is approved: nothing would go out."
            )
        more = f" {plural(waiting, 'other is', 'others are')} not approved and would stay." if waiting else ""
        return f"{plural(ready, 'approved message goes', 'approved messages go')} out at once.{more}"

    @property
    def others_words(self) -> str:
        """Say that other messages go on; "" if none is planned."""
        if not self.others:
            return ""
        goes = plural(self.others, "other message of this wave is", "other messages of this wave are")
        return f"{goes} planned and would still go out. Look whether {'it is' if self.others == 1 else 'they are'} still true."


def way_back(wave: Wave, *, with_others: bool = False) -> WayBack:
    """Return what is ready for rolling a wave back, `with_others` also how many messages of it are planned anyway."""
    others = len(next_messages(wave.id, MOST_COUNTED)) if with_others else 0
    return WayBack(fallback_of(wave.id), kept_messages(wave.id), others)


@blueprint.route("/waves/<int:wave_id>/fallback", methods=["GET", "POST"])
def fallback(wave_id: int) -> Drawn | BaseResponse:
    """Write down how a wave goes back, and see which messages are kept for it."""
    wave = held(wave_for(rights.planning(guard.reader()), wave_id))
    back = way_back(wave)
    form = FallbackForm(obj=back.plan)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.write_fallback(wave, form.steps.data, form.who_decides.data, by=guard.reader().actor)
        if saved:
            return saved.to("waves.fallback", "The plan is kept. Earlier ones stay in the audit.", wave_id=wave_id)
    return drawn("waves/fallback.html", form, wave=wave, back=back)


@blueprint.post("/waves/<int:wave_id>/fallback/messages")
def prepare(wave_id: int) -> Drawn | BaseResponse:
    """Open a draft that is kept until the wave is rolled back."""
    reader = guard.reader()
    wave = held(wave_for(rights.planning(reader), wave_id))
    settings, form = guard.settings(), FallbackForm(obj=fallback_of(wave_id))
    with saving(form) as saved:
        made = prepare_message(
            wave,
            owner=guard.account(),
            timezone=settings.timezone,
            holiday_country=settings.holidays,
            by=reader.actor,
        )
    if not saved:
        return drawn("waves/fallback.html", form, wave=wave, back=way_back(wave))
    return saved.to(
        "calendar.occurrence",
        "The draft is there. Write it in your words.",
        "It is approved like any other message, and kept until somebody rolls the wave back.",
        occurrence_id=made.id,
    )
