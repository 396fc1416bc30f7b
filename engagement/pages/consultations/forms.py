"""Forms of consultations: a body and who speaks for it, what it is asked, what it got, and what it says."""

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from engagement.consultations.rules import (
    LONGEST_BASIS,
    LONGEST_NAME,
    LONGEST_TEXT,
    Asked,
    BodyDetails,
    BodyKind,
    Document,
    PositionKind,
    PositionSaid,
)
from engagement.pages.parts.fields import REFERENCE, PersonField, choices_of
from engagement.pages.parts.forms import EditForm, Form, stripped


class BodyForm(EditForm):
    """A body, and its entry on the map."""

    name = StringField(
        "What is it called?",
        filters=[stripped],
        validators=[InputRequired("Write its name."), Length(max=LONGEST_NAME)],
    )
    kind = RadioField(
        "What is it?",
        choices=choices_of(BodyKind),
        validators=[InputRequired("Choose one.")],
    )
    stakeholder = SelectField("Which stakeholder is it on the map?", default="")

    def details(self) -> BodyDetails:
        """Return what was typed."""
        return BodyDetails(self.name.data, BodyKind(self.kind.data))


class BodyMemberForm(Form):
    """Somebody who speaks for a body."""

    person = PersonField(
        "Who speaks for it?", description=f"They read what it is asked, ask back and answer. {REFERENCE}"
    )


class AskedForm(EditForm):
    """What a body is asked of a wave."""

    is_required = BooleanField(
        "The wave has to wait for its position",
        description="While it is open, the wave becomes ready only if somebody who plans the programme says why.",
    )
    basis = TextAreaField(
        "On which legal basis?",
        description="The paragraph, the agreement, or the reason.",
        filters=[stripped],
        validators=[Length(max=LONGEST_BASIS)],
    )
    deadline_on = DateField("Until when may it answer?", validators=[Optional()])

    def asked(self) -> Asked:
        """Return what was typed."""
        return Asked(self.is_required.data, self.basis.data, self.deadline_on.data)


class NewAskedForm(AskedForm):
    """The same, with the body."""

    body = RadioField("Which body is asked?", coerce=str, validators=[InputRequired("Choose one.")])


class DocumentForm(Form):
    """Something that a body got."""

    name = StringField("What is it called?", filters=[stripped], validators=[InputRequired("Write what it is called.")])
    version = StringField("In which version?", filters=[stripped], validators=[InputRequired("Write its version.")])
    handed_over_on = DateField("Handed over on", validators=[InputRequired("Choose a day.")])
    link = StringField("Where is it?", description="An address that begins with https://.", filters=[stripped])
    text = TextAreaField("Or its text", filters=[stripped], validators=[Length(max=50_000)])

    def document(self) -> Document:
        """Return what was typed."""
        said = (self.name.data, self.version.data, self.handed_over_on.data)
        return Document(*said, self.link.data, self.text.data)


class QuestionForm(Form):
    """A question of a body."""

    question = TextAreaField("What do you want to know?", filters=[stripped], validators=[Length(max=LONGEST_TEXT)])


class AnswerForm(Form):
    """An answer to one."""

    answer = TextAreaField("What is the answer?", filters=[stripped], validators=[Length(max=LONGEST_TEXT)])


class PositionForm(Form):
    """What a body says to a wave."""

    kind = RadioField(
        "What is the position?",
        choices=choices_of(PositionKind),
        validators=[InputRequired("Choose one.")],
    )
    words = TextAreaField(
        "In words",
        description="Needed for conditions and for an objection.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT)],
    )
    given_on = DateField("Given on", validators=[InputRequired("Choose a day.")])

    def position(self) -> PositionSaid:
        """Return what was typed."""
        return PositionSaid(PositionKind(self.kind.data), self.words.data, self.given_on.data)
