"""Forms of the concern pages: saying something, logging for somebody else, and what the change team does with it."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from engagement.pages.parts.fields import REFERENCE, PersonField, row_id
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.resistance.rules import LONGEST_TEXT, Sender, Severity, Source

TOO_LONG = f"Shorten it to {LONGEST_TEXT:,} characters, or send it in two parts."
CHOOSE = "Choose one. We never choose for you."


def _long_text(label: str, missing: str, **options: Any) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[stripped],
        validators=[InputRequired(missing), Length(max=LONGEST_TEXT, message=TOO_LONG)],
        **options,
    )


def _sources(own_words: bool) -> list[SelectChoice]:
    return [SelectChoice(value=s.value, label=s.own_words if own_words else s.word) for s in Source]


class UnknownForm(Form):
    """A form without a token, for a page that keeps its reader unknown (see `guard.keeps_unknown`)."""

    class Meta:
        csrf = False


class SayForm(UnknownForm):
    """Saying something. Its address and the names of its fields are fixed: others rely on them."""

    text = _long_text(
        "What is on your mind?",
        "Write what worries you. One sentence is enough.",
        description="Please don’t name other people. What did you see, and what do you fear it leads to?",
    )
    source = RadioField(
        "What is it mostly about?",
        description="Your best guess. We can change it later and will say so.",
        choices=_sources(own_words=True),
        validate_choice=False,
    )
    wave = SelectField("Is it about a wave that you are in?", validate_choice=False)
    sender = RadioField(
        "May we know who you are?",
        choices=[
            SelectChoice(value=Sender.NAMED.value, label="Yes, with my name"),
            SelectChoice(value=Sender.ANONYMOUS.value, label="No, anonymously"),
        ],
        validate_choice=False,
    )
    form_key = HiddenField()

    def validate_sender(self, field: RadioField) -> None:
        """Refuse a form that does not say with or without a name."""
        if field.data not in list(Sender):
            raise ValidationError(CHOOSE)


class CodeForm(UnknownForm):
    """The receipt code that opens a conversation."""

    code = StringField(
        "Your receipt code",
        description="Four groups of four. Capitals, blanks and dashes don’t matter.",
        filters=[stripped],
        validators=[InputRequired("Write the code that you were given."), Length(max=100)],
    )


class ReplyForm(UnknownForm):
    """What the sender says back."""

    text = _long_text("Do you want to say something back?", "Write your reply before you send it.")


class LogForm(Form):
    """What somebody told a change manager."""

    text = _long_text(
        "What was said?",
        "Write what was said, as nearly in their words as you can.",
        description="As nearly in their words as you can. Leave out whatever they asked you not to pass on.",
    )
    source = RadioField("Where does it come from?", choices=_sources(own_words=False), validate_choice=False)
    severity = RadioField(
        "How much depends on an answer?",
        choices=[SelectChoice(value=s.value, label=s.word) for s in Severity],
        default=Severity.MEDIUM.value,
    )
    person = PersonField(
        "Who said it?",
        description=f"{REFERENCE} Leave it empty where they would rather not be named.",
    )
    wave = SelectField("Which wave is it about?", validate_choice=False)
    department = SelectField("Which department does it come from?", validate_choice=False)
    workflow = SelectField("Which workflow is it about?", validate_choice=False)

    def validate_source(self, field: RadioField) -> None:
        if field.data not in list(Source):
            raise ValidationError("Choose the source that fits best. You can change it later.")


class AnswerForm(Form):
    """The answer to the sender."""

    text = _long_text(
        "Your answer",
        "Write the answer before you send it.",
        description="Say what is decided, what isn’t, and when they hear more. Signed with your name.",
    )


class OwnerForm(EditForm):
    """Who works on the answer."""

    owner = SelectField("Who works on the answer?", coerce=row_id, validate_choice=False)


class SourceForm(EditForm):
    """The source that a concern is counted under, with the reason for changing it."""

    source = SelectField("Source", choices=_sources(own_words=False), id="new-source")
    reason = StringField(
        "Why?",
        id="source-reason",
        description="The sender can read it.",
        filters=[stripped],
        validators=[InputRequired("Say why in one line; the sender can read it."), Length(max=300)],
    )


class SeverityForm(EditForm):
    """How much depends on an answer; only the change team sees it."""

    severity = SelectField("Severity", choices=[SelectChoice(value=s.value, label=s.word) for s in Severity])


class ClosingForm(Form):
    """What became of it."""

    note = StringField(
        "What became of it?",
        description="One line. The sender can read it.",
        filters=[stripped],
        validators=[InputRequired("Say in one line what became of it; the sender can read it."), Length(max=500)],
    )


class ReopeningForm(Form):
    """Why it is taken up again."""

    reason = StringField(
        "Why is it taken up again?",
        id="reopening-reason",
        description="One line. The sender can read it.",
        filters=[stripped],
        validators=[InputRequired("Say why in one line; the sender can read it."), Length(max=500)],
    )
