"""Forms of the calendar: a communication with its rhythm, and the standard ones; those of one message are in `message_forms`."""

from datetime import date, time
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts.models import Account
from engagement.accounts.queries import accounts_holding
from engagement.accounts.rules import Role
from engagement.audiences.models import Audience
from engagement.audiences.queries import audiences_in_use
from engagement.communications.models import Communication, Details
from engagement.communications.rules import CommunicationKind
from engagement.communications.texts.rules.limits import LONGEST_BODY, TOO_LONG
from engagement.days.cadence import HolidayPolicy
from engagement.days.recurrence import DAYS
from engagement.days.rhythm import MONTH_DAYS, ORDINALS, WEEKS, Choice, Rhythm, choice_of, rhythm_words, rule_of
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.parts.fields import choices_of, row_id
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.programmes.models import Programme
from engagement.waves.models import Wave
from engagement.words import weekday_word

#: Roles that let somebody own or approve a communication, with or without a scope.
RESPONSIBLE = (Role.CHANGE_MANAGER, Role.SPONSOR, Role.TRAINER, Role.ADMINISTRATOR)
NOBODY = "0"
IN_HOURS, AT_ONCE = "in_working_hours", "at_once"


def choices(pairs: Any) -> list[SelectChoice]:
    """Return the pairs of value and label of a list."""
    return [SelectChoice(str(value), label) for value, label in pairs]


class CommunicationForm(EditForm):
    """A communication: type, audience, rhythm and outline."""

    name = StringField("What is it called?", filters=[stripped], validators=[InputRequired("Give it a name.")])
    kind = SelectField("Which type is it?", choices=choices_of(CommunicationKind))
    wave = SelectField(
        "Which wave is it about?", description="Texts may name the wave and its go-live only where there is one."
    )
    audience = SelectField("Who gets it?", description="Its people are found anew each time a message goes out.")
    owner = SelectField("Who writes it?", description="It is sent in this name, and replies come here.")
    approver = SelectField("Who approves it?", description="Nobody approves what they wrote themselves.")
    rhythm = SelectField("How often does it go out?")
    weekday = SelectField(
        "On which weekday?",
        choices=choices((day, weekday_word(number)) for number, day in enumerate(DAYS)),
        description="For rhythms with a weekday.",
    )
    week = SelectField(
        "In which week of the month?",
        choices=choices((n, ORDINALS[n]) for n in WEEKS),
        description="For a weekday of the month, such as the third Thursday.",
    )
    month_day = SelectField(
        "On which day of the month?",
        choices=choices((n, str(n) if n > 0 else "the last day") for n in MONTH_DAYS),
        description="For a fixed day of the month.",
    )
    at = TimeField("At what time?", default=time(9), validators=[InputRequired("Choose a time.")])
    timezone = StringField("By which clock?", filters=[stripped], description="A time zone such as Europe/London.")
    starts_on = DateField("From which day on?", validators=[InputRequired("Choose a day.")])
    holiday_policy = SelectField("When a date falls on a weekend or holiday?", choices=choices_of(HolidayPolicy))
    holiday_country = StringField(
        "Whose holidays count?", filters=[stripped], description="A code such as GB, GB-ENG or DE."
    )
    write_lead_days = IntegerField("How many working days before is the draft due?", default=5)
    is_required = BooleanField("Readers can’t switch it off", default=True)
    reaches = SelectField(
        "When does each reader get it?",
        choices=choices([(IN_HOURS, "In their own working hours"), (AT_ONCE, "Everybody at once")]),
        description="Outside somebody’s working hours it waits for their next ones, by their own clock and calendar. Send at once only what is urgent.",
    )
    asks_confirmation = BooleanField(
        "Readers confirm that they have read it",
        description="Only for messages that readers can’t switch off. Each draft can say otherwise.",
    )
    remind_after_days = IntegerField(
        "After how many days are readers reminded to confirm?", default=3, description="1 to 30."
    )
    remind_times = IntegerField("How many reminders at most?", default=2, description="0 to 3.")
    language = StringField(
        "In which language is it written?",
        filters=[stripped],
        description="A tag such as en or pl; empty for the organisation’s. Each message can have its text in more languages.",
    )
    subject = StringField("Which subject does each draft begin with?", filters=[stripped])
    outline = TextAreaField(
        "Which text does each draft begin with?",
        filters=[stripped],
        validators=[Length(max=LONGEST_BODY, message=TOO_LONG)],
        description="Markdown. Lines in square brackets are notes to the author; they have to go before it is sent.",
    )

    def offer(self, programme: Programme, waves: list[Wave], present: Communication | None = None) -> None:
        """Fill the lists; a rhythm that the form can't express is offered as it is."""
        self.wave.choices = choices([(NOBODY, f"None: all of {programme.name}"), *((w.id, w.title) for w in waves)])
        self.audience.choices = choices((a.id, a.name) for a in db.session.scalars(audiences_in_use()))
        people = accounts_holding(*RESPONSIBLE)
        if present is not None:
            people += [a for a in (present.owner, present.approver) if a is not None and a not in people]
        self.owner.choices = choices((a.id, a.name) for a in people)
        self.approver.choices = choices(
            [(NOBODY, "Anybody else who plans this programme"), *((a.id, a.name) for a in people)]
        )
        offered = [r for r in Rhythm if r is not Rhythm.AS_IT_IS]
        self.rhythm.choices = choices((r.value, r.word) for r in offered)
        if present is not None and choice_of(present.cadence).rhythm is Rhythm.AS_IT_IS:
            self.rhythm.choices += choices([(Rhythm.AS_IT_IS.value, f"As it is: {rhythm_words(present.cadence)}")])

    @staticmethod
    def shown(present: Communication) -> dict[str, Any]:
        """Return the values of the fields for an existing communication."""
        choice = choice_of(present.cadence)
        return {
            **{n: getattr(present, n) for n in ("name", "timezone", "starts_on", "holiday_country", "write_lead_days")},
            **{n: getattr(present, n) for n in ("is_required", "subject", "outline")},
            **{n: getattr(present, n) for n in ("asks_confirmation", "remind_after_days", "remind_times")},
            "reaches": IN_HOURS if present.in_working_hours else AT_ONCE,
            "language": present.language or "",
            "kind": present.kind.value,
            "holiday_policy": present.holiday_policy.value,
            "wave": str(present.wave_id or NOBODY),
            "audience": str(present.audience_id),
            "owner": str(present.owner_id),
            "approver": str(present.approver_id or NOBODY),
            "rhythm": choice.rhythm.value,
            "weekday": choice.weekday,
            "week": str(choice.week),
            "month_day": str(choice.month_day),
            "at": time.fromisoformat(present.at),
        }

    def details(self, present: Communication | None = None) -> Details:
        """Return what the room's actions take; raises BadInput when the rhythm makes no sense, or audience or owner is missing."""
        return Details(
            kind=CommunicationKind(self.kind.data),
            name=self.name.data or "",
            audience=needed(Audience, self.audience, "Choose who gets it."),
            owner=needed(Account, self.owner, "Choose who writes it."),
            approver=chosen(Account, self.approver.data),
            wave=chosen(Wave, self.wave.data),
            cadence=self._rule(present),
            at=f"{self.at.data:%H:%M}",
            timezone=self.timezone.data or "",
            starts_on=self.starts_on.data,
            holiday_policy=HolidayPolicy(self.holiday_policy.data),
            holiday_country=self.holiday_country.data or "",
            write_lead_days=_number(self.write_lead_days),
            is_required=self.is_required.data,
            in_working_hours=self.reaches.data != AT_ONCE,
            asks_confirmation=self.asks_confirmation.data,
            remind_after_days=_number(self.remind_after_days),
            remind_times=_number(self.remind_times),
            language=self.language.data or None,
            subject=self.subject.data or "",
            outline=self.outline.data or "",
        )

    def _rule(self, present: Communication | None) -> str | None:
        rhythm = Rhythm(self.rhythm.data)
        if rhythm is Rhythm.AS_IT_IS and present is not None:
            return present.cadence
        return rule_of(Choice(rhythm, self.weekday.data, int(self.week.data), int(self.month_day.data)))


def _number(field: IntegerField) -> int:
    """Return the number that was typed; for anything else a number that the room refuses with a sentence."""
    return field.data if field.data is not None else -1


def chosen(model: Any, value: str | None) -> Any:
    """Return the row with the id that a list sent, or None."""
    number = row_id(value)
    return db.session.get(model, number) if number else None


def needed(model: Any, field: SelectField, otherwise: str) -> Any:
    """Return the chosen row; raises BadInput, with `otherwise` above the field, when nothing was chosen."""
    row = chosen(model, field.data)
    if row is None:
        raise BadInput(otherwise, {field.short_name: otherwise})
    return row


class StandardForm(Form):
    """The standard communications for a programme: one audience for each type, one owner, one approver."""

    executive_update = SelectField("Who gets the executive update?")
    programme_update = SelectField("Who gets the programme update?")
    department_briefing = SelectField("Who gets the department briefings?")
    technical_update = SelectField("Who gets the technical update?")
    owner = SelectField("Who writes them?")
    approver = SelectField("Who approves them?")

    def offer(self) -> None:
        """Fill the lists."""
        audiences = choices(
            [(NOBODY, "Leave this one out"), *((a.id, a.name) for a in db.session.scalars(audiences_in_use()))]
        )
        for kind in CommunicationKind:
            self[kind.value].choices = audiences
        people = accounts_holding(*RESPONSIBLE)
        self.owner.choices = choices((a.id, a.name) for a in people)
        self.approver.choices = choices(
            [(NOBODY, "Anybody else who plans this programme"), *((a.id, a.name) for a in people)]
        )

    def audiences(self) -> dict[CommunicationKind, Audience]:
        """Return the audience chosen for each type that was not left out."""
        found = {kind: chosen(Audience, self[kind.value].data) for kind in CommunicationKind}
        return {kind: audience for kind, audience in found.items() if audience is not None}


def month_of(text: str | None, today: date) -> date:
    """Return the first day of the month that a text such as "2026-05" names; nonsense counts as this month."""
    try:
        return date.fromisoformat(f"{text}-01") if text and len(text) == 7 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)
