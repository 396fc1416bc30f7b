"""Forms of early inclusion: an occasion with who took part, what was raised, and what came of it."""

from collections.abc import Sequence

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from engagement.errors import BadInput
from engagement.pages.parts.fields import REFERENCE, choices_of, row_id
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.people_field import PeopleField
from engagement.waves.inclusion.rules import MOST_PEOPLE, OccasionKind, OccasionSaid, Outcome
from engagement.waves.models import Wave

WRITE_FACTS = "A line for each: what is wrong with the design, or missing. Leave out who said it, and how somebody feels about the change."


class OccasionFields(Form):
    """What an occasion was, and who took part."""

    kind = SelectField("How did they take part?", choices=choices_of(OccasionKind))
    held_on = DateField("On which day?", validators=[InputRequired("Choose the day on which it was.")])
    about = StringField(
        "What was it about?", description="In a few words, such as: which claims go to an expert.", filters=[stripped]
    )
    wave = SelectField("For which wave does it count?", validate_choice=False)
    people = PeopleField(
        "Who of the affected took part?",
        most=MOST_PEOPLE,
        description=f"A line for each person. {REFERENCE} Several can be pasted from a mail or a calendar.",
    )

    def offer(self, waves: Sequence[Wave], *, may_all: bool) -> None:
        """Offer these waves, and the workflow wherever it goes if `may_all`."""
        every = [SelectChoice("", "Every wave with this workflow, also later ones")] if may_all else []
        self.wave.choices = [*every, *(SelectChoice(str(wave.id), wave.title) for wave in waves)]

    def chosen_wave(self, waves: Sequence[Wave], *, may_all: bool) -> Wave | None:
        """Return the wave; None for every wave. Raises BadInput for one that isn't offered."""
        found = next((wave for wave in waves if wave.id == row_id(self.wave.data)), None)
        if found is None and (self.wave.data or not may_all):
            raise BadInput("Choose a wave.", {"wave": "Choose one of these waves."})
        return found

    def said(self) -> OccasionSaid:
        """Return what was typed of the occasion itself."""
        return OccasionSaid(OccasionKind(self.kind.data), self.held_on.data, self.about.data)


class OccasionForm(OccasionFields):
    """An occasion that is written down, with what was raised."""

    raised = TextAreaField("What was raised?", description=WRITE_FACTS, filters=[stripped])


class CorrectionForm(OccasionFields, EditForm):
    """An occasion that is there."""


class PointsForm(Form):
    """More of what was raised."""

    raised = TextAreaField("What else was raised?", description=WRITE_FACTS, filters=[stripped])


class AnswerForm(EditForm):
    """What came of a point."""

    outcome = RadioField(
        "Did it change anything?",
        choices=[
            SelectChoice(Outcome.OPEN.value, "There is no answer yet"),
            SelectChoice(Outcome.CHANGED.value, "Yes, it changed something"),
            SelectChoice(Outcome.UNCHANGED.value, "No, it stays as it was"),
        ],
        validators=[InputRequired("Choose one.")],
    )
    answer = TextAreaField(
        "What did it change, or why does it stay?",
        description="Those who took part read this on their own page.",
        filters=[stripped],
    )
    raised = TextAreaField(
        "What was raised", description="Correct it where it was written down wrongly.", filters=[stripped]
    )
