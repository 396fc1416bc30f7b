"""Planning a chain of messages for a wave, each counted from one of its milestones; and letting go of that."""

from datetime import time

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from engagement.accounts.models import Account
from engagement.accounts.queries import accounts_holding
from engagement.accounts.scopes import rights
from engagement.communications.actions.briefings import bring_briefing
from engagement.communications.models import Communication
from engagement.communications.queries.calendar import briefing_of
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.forms import NOBODY, RESPONSIBLE, choices, chosen
from engagement.pages.calendar.occurrences import back_to, message_at
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import choices_of, row_id
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.planning.actions.anchoring import Chain, drop_anchor, plan_chain, refuse_chain
from engagement.planning.rules import chain_words, offsets_of
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for
from engagement.words import zone_words

#: What planners usually write: two weeks, a week and a day before, and a week after.
USUAL = (-14, -7, -1, 5)
WRONG = "Write numbers of days with commas, such as T−14, T−7, T+5."


class ChainForm(Form):
    """From which milestone messages are counted, how far each, and at what time."""

    milestone = SelectField("From which milestone are they counted?", validate_choice=False)
    offsets = StringField(
        "How many days before or after is each?",
        description="With commas; before with a minus. T is the milestone: T−14, T−7, T−1, T+5.",
        filters=[stripped],
        validators=[InputRequired(WRONG)],
    )
    counted = SelectField(
        "Which days are counted?",
        choices=[SelectChoice(c.value, c.word.capitalize()) for c in Counted],
    )
    policy = SelectField(
        "When that falls on a weekend or holiday?",
        choices=choices_of(HolidayPolicy),
        description="Counting working days never does.",
    )
    time = TimeField("At what time?", validators=[InputRequired("Choose a time.")])
    owner = SelectField("Who writes them?", description="They are sent in this name, and replies come here.")
    approver = SelectField("Who approves them?", description="Nobody approves what they wrote themselves.")

    def offer(self, rows: list[Milestone]) -> None:
        """Fill the lists."""
        self.milestone.choices = [SelectChoice(str(row.id), f"{row.title}, {day(row.falls_on)}") for row in rows]
        people = choices((account.id, account.name) for account in accounts_holding(*RESPONSIBLE))
        self.owner.choices = people
        self.approver.choices = [*choices([(NOBODY, "Anybody else who plans this programme")]), *people]

    def chain(self, rows: list[Milestone]) -> Chain:
        """Return what was asked for. Raises BadInput for words that are no days, or an unknown milestone."""
        milestone = next((row for row in rows if row.id == row_id(self.milestone.data)), None)
        if milestone is None:
            raise BadInput("Choose a milestone.", {"milestone": "Choose a milestone of this wave."})
        try:
            offsets = offsets_of(self.offsets.data or "")
        except ValueError as wrong:
            raise BadInput(WRONG, {"offsets": WRONG}) from wrong
        found = Chain(
            milestone, tuple(offsets), self.time.data, Counted(self.counted.data), HolidayPolicy(self.policy.data)
        )
        refuse_chain(found)
        return found


@blueprint.route("/waves/<int:wave_id>/chain", methods=["GET", "POST"])
def chain(wave_id: int) -> Drawn | BaseResponse:
    """Show the days of a chain of messages, then make its drafts when the same chain is sent again."""
    reader = guard.reader()
    wave = held(wave_for(rights.planning(reader), wave_id))
    rows, present, settings = milestones_of(wave.id), briefing_of(wave.id), guard.settings()
    live = next((row for row in rows if row.kind is MilestoneKind.GO_LIVE), None)
    form = ChainForm(
        data={
            "milestone": str(live.id) if live else "",
            "offsets": chain_words(USUAL),
            "time": time(14),
            "owner": str(reader.account_id),
        }
    )
    form.offer(rows)
    if present is not None:
        del form.owner, form.approver
    timezone = present.timezone if present else settings.timezone
    country = present.holiday_country if present else settings.holidays
    dated = None
    if form.validate_on_submit():
        with saving(form) as saved:
            asked = form.chain(rows)
            if "confirm" in request.form:
                made = plan_chain(present or _briefing(wave, form), asked, by=reader.actor)
        if saved and "confirm" in request.form:
            says = f"{len(made)} drafts are there." if len(made) > 1 else "The draft is there."
            more = "Each follows when its milestone moves. Write them, and have them approved."
            return saved.to("waves.milestones", says, more, wave_id=wave.id)
        if saved:
            dated = [
                (each.short, each.words(asked.milestone.noun), at) for each, at in asked.instants(timezone, country)
            ]
    return drawn("calendar/chain.html", form, wave=wave, briefing=present, zone=zone_words(timezone), dated=dated)


def _briefing(wave: Wave, form: ChainForm) -> Communication:
    settings = guard.settings()
    return bring_briefing(
        wave,
        owner=guard.found(chosen(Account, form.owner.data)),
        approver=chosen(Account, form.approver.data),
        timezone=settings.timezone,
        holiday_country=settings.holidays,
        by=guard.reader().actor,
    )


@blueprint.post("/occurrences/<int:occurrence_id>/anchor/dropping")
def drop_from_milestone(occurrence_id: int) -> BaseResponse:
    """Let a message keep its day, whatever happens to the milestone that it was counted from."""
    row = message_at(occurrence_id, to_write=True)
    drop_anchor(row, by=guard.reader().actor)
    db.session.commit()
    notify("It keeps its day.", "It no longer follows when the milestone moves.")
    return back_to(row)
