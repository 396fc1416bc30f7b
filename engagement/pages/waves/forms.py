"""Forms of a wave: its description, a new go-live, a step, one more member, a champion."""

from collections.abc import Iterable
from dataclasses import replace

from markupsafe import Markup
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from engagement.pages.parts.fields import REFERENCE, PersonField, TickField
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.readiness.rules import Obstacle
from engagement.waves.models import WaveDetails

WENT_WELL, TO_CHANGE = "What went well, and should be done again?", "What would you do otherwise?"
#: So many people are named in one go: what is not understood is looked up line by line.
MOST_LINES = 500
ONE_A_LINE = "One lesson a line. They are shown to whoever plans the next wave."
#: The sentence itself stands above the field; who hears the page hears it with the question.
WHY_WITHOUT = Markup('Why does it go on all the same?<span class="visually-hidden"> {}</span>')


class WaveForm(EditForm):
    """A wave's description, dates, people in charge, departments and workflows."""

    name = StringField(
        "What is the wave called?", filters=[stripped], validators=[InputRequired("Write a name."), Length(max=200)]
    )
    aim = TextAreaField("What is it meant to achieve?", filters=[stripped])
    exit_criteria = TextAreaField(
        "How do you tell that it is stable?",
        description="One sign a line, such as “A week without a wrong letter”. It is read again when the quiet period ends.",
        filters=[stripped],
    )
    go_live_on = DateField("When does it go live?", validators=[InputRequired("Choose a day.")])
    stabilises_until_on = DateField(
        "Until when is it left in peace to settle?",
        description="In this time nothing else is asked of these people. Two to four weeks is usual.",
        validators=[Optional()],
    )
    training_lead_days = IntegerField(
        "How many days before go-live is training due?",
        description="Where that is a weekend or a public holiday, it is due on the working day before.",
        default=7,
        validators=[InputRequired("Write a number of days."), NumberRange(0, 365, "Choose between 0 and 365 days.")],
    )
    lead = PersonField("Who leads it?", description=REFERENCE)
    sponsor = PersonField("Who sponsors it?", description=REFERENCE)
    departments = TickField("Which departments are in it?", description="Each with everything below it.")
    workflows = TickField("Which workflows go live?")

    def details(self) -> WaveDetails:
        """Return the description that was typed."""
        said = WaveDetails(self.name.data, self.aim.data, exit_criteria=self.exit_criteria.data or "")
        if not self.training_lead_days:
            return said
        return replace(
            said,
            stabilises_until_on=self.stabilises_until_on.data,
            training_lead_days=self.training_lead_days.data,
        )


class MoveForm(EditForm):
    """A new go-live day and the reason."""

    go_live_on = DateField("New go-live", validators=[InputRequired("Choose a day.")])
    reason = TextAreaField("Why does it move?", description="People will read it.", filters=[stripped])


class StepForm(Form):
    """The reason for a step of a wave, and for go-live its day."""

    on = DateField(
        "On which day did its people begin?",
        description="If it is another day than planned, it becomes the go-live, and what is counted from it follows.",
        validators=[InputRequired("Choose a day.")],
    )
    go_live_on = DateField(
        "When does it go live now?",
        description="Its training is due before that day, as when it was planned first.",
        validators=[InputRequired("Choose a day.")],
    )
    reason = TextAreaField(
        "Why?", description="It stays on the wave’s page, with your name and the day.", filters=[stripped]
    )
    went_well = TextAreaField(WENT_WELL, description=ONE_A_LINE, filters=[stripped])
    to_change = TextAreaField(TO_CHANGE, description=ONE_A_LINE, filters=[stripped])

    def overrulings(self) -> dict[str, str]:
        """Return why it goes on all the same, by the name of each thing that stands against the step."""
        return {name: field.data for name, field in self._fields.items() if name in self.overruled}

    overruled: frozenset[str] = frozenset()


def step_form(obstacles: Iterable[Obstacle]) -> type[StepForm]:
    """Return the form of a step with one more question for each thing that stands against it and can be overruled."""
    asked = {each.name: StringField(WHY_WITHOUT.format(each.sentence), filters=[stripped]) for each in obstacles}
    return type("StepForm", (StepForm,), {"overruled": frozenset(asked), **asked})


class TakeBackForm(Form):
    """Why the newest step of a wave was a mistake and, if that was go-live, the day that is planned again."""

    go_live_on = DateField("For which day is its go-live planned?", validators=[InputRequired("Choose a day.")])
    reason = TextAreaField(
        "Why?", description="It stays on the wave’s page, with your name and the day.", filters=[stripped]
    )


class FallbackForm(EditForm):
    """How a wave goes back, and who decides it."""

    steps = TextAreaField(
        "What is done, step by step?",
        description="One step a line. Whoever reads it is in a hurry: who switches off what, and what happens to work that is half done.",
        filters=[stripped],
    )
    who_decides = TextAreaField(
        "Who decides it?", description="A name, a deputy, and how to reach them.", filters=[stripped]
    )


class AudiencesForm(EditForm):
    """The audiences whose people are in a wave."""

    audiences = TickField(
        "Which audiences are in it?",
        description="Whoever comes into one of them joins the wave, and whoever leaves it leaves, until the wave is closed.",
    )


class LessonsForm(Form):
    """What to do again, and what otherwise."""

    went_well = TextAreaField(WENT_WELL, description=ONE_A_LINE, filters=[stripped])
    to_change = TextAreaField(TO_CHANGE, description=ONE_A_LINE, filters=[stripped])


class MemberForm(Form):
    """One person to add by hand."""

    person = PersonField("Add one person", description=REFERENCE)
    volunteers = BooleanField("They are in it of their own will")


class VolunteersForm(Form):
    """People of a wave who came of their own will, a line each; those who are ticked on the list are sent beside it."""

    people = TextAreaField(
        "Who is in the wave of their own will?",
        description=f"One person a line, or with semicolons between: a work address, name or employee number. At most {MOST_LINES} lines.",
        filters=[stripped],
        validators=[
            Length(max=100 * MOST_LINES, message=f"That is too long: name at most {MOST_LINES} people at once.")
        ],
    )


class ChampionForm(Form):
    """Who becomes a champion of a wave, where and from when."""

    person = PersonField("Who?", description=REFERENCE)
    department = SelectField("For which department?", validate_choice=False)
    from_on = DateField("From", validators=[InputRequired("Choose a day.")])
    until_on = DateField("Until", validators=[Optional()])
