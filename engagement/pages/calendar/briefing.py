"""Setting the date of a wave's briefing. A wave without one gets it from the starter library."""

from datetime import date, time, timedelta

from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField

from engagement.accounts.models import Account
from engagement.accounts.queries import accounts_holding
from engagement.accounts.scopes import rights
from engagement.communications.actions.briefings import bring_briefing
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.queries.calendar import briefing_of
from engagement.days.working_days import nearest_working_day
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.forms import NOBODY, RESPONSIBLE, choices, chosen
from engagement.pages.calendar.message_forms import WhenForm
from engagement.pages.calendar.words import when_words
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for
from engagement.words import zone_words

#: A briefing goes out this long before go-live, as its outline says.
USUAL_LEAD = timedelta(weeks=4)


class BriefingForm(WhenForm):
    """When the briefing of a wave goes out and, if nobody is named yet, who writes and approves it."""

    owner = SelectField("Who writes it?", description="It is sent in this name, and replies come here.")
    approver = SelectField("Who approves it?", description="Nobody approves what they wrote themselves.")

    def offer(self) -> None:
        people = choices((account.id, account.name) for account in accounts_holding(*RESPONSIBLE))
        self.owner.choices = people
        self.approver.choices = [*choices([(NOBODY, "Anybody else who plans this programme")]), *people]


@blueprint.route("/waves/<int:wave_id>/briefing", methods=["GET", "POST"])
def brief_wave(wave_id: int) -> Drawn | BaseResponse:
    """Set the day of a briefing for a wave's people, and open its draft for writing."""
    reader = guard.reader()
    wave = wave_for(rights.planning(reader), wave_id)
    present, settings = briefing_of(wave.id), guard.settings()
    form = BriefingForm(data={"day": _usual_day(wave, today()), "time": time(14), "owner": str(reader.account_id)})
    form.offer()
    if present is not None:
        del form.owner, form.approver
    if form.validate_on_submit():
        with saving(form) as saved:
            briefing = present or bring_briefing(
                wave,
                owner=guard.found(chosen(Account, form.owner.data)),
                approver=chosen(Account, form.approver.data),
                timezone=settings.timezone,
                holiday_country=settings.holidays,
                by=reader.actor,
            )
            made = schedule_briefing(briefing, form.instant(briefing.timezone), by=reader.actor)
        if saved:
            more = f"It is due {when_words(made)}, once somebody has approved it."
            return saved.to(
                "calendar.occurrence", "The draft is there. Write it in your words.", more, occurrence_id=made.id
            )
    zone = zone_words(present.timezone if present else settings.timezone)
    return drawn("calendar/briefing.html", form, wave=wave, briefing=present, zone=zone)


def _usual_day(wave: Wave, on: date) -> date:
    """Return the working day four weeks before go-live, or the next working day if that has passed."""
    country = guard.settings().holidays
    return max(
        nearest_working_day(wave.go_live_on - USUAL_LEAD, country, -1),
        nearest_working_day(on + timedelta(days=1), country, 1),
    )
