"""Forms of training: the text of a module, what somebody finished elsewhere, and another day for one person."""

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from engagement.pages.parts.fields import PersonField
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.training.actions.modules import LONGEST_BODY
from engagement.training.rules import RECORDED_SOURCES, CompletionSource


class ModuleForm(EditForm):
    """The text of a module."""

    title = StringField("Title", filters=[stripped], validators=[InputRequired("Write a title."), Length(max=200)])
    summary = TextAreaField(
        "What it is about, in one sentence",
        filters=[stripped],
        validators=[Length(max=500, message="Use at most 500 characters.")],
    )
    minutes = IntegerField(
        "Minutes it takes",
        description="Reading, exercise and questions together.",
        validators=[InputRequired("Write a whole number of minutes.")],
    )
    pass_mark = IntegerField(
        "Percent of questions that have to be right", validators=[InputRequired("Write a whole number.")]
    )
    body = TextAreaField(
        "Text",
        description="The signs below lay it out. Questions stand in blocks that begin with ```quiz and end with ```.",
        filters=[stripped],
        validators=[
            InputRequired("Write the text."),
            Length(max=LONGEST_BODY, message=f"Write at most {LONGEST_BODY:,} characters."),
        ],
    )


class CompletionForm(Form):
    """Somebody finished a module outside the service."""

    person = PersonField(
        "Who finished it?", description="Work address or employee number.", validators=[InputRequired("Name a person.")]
    )
    source = RadioField(
        "How is it known?",
        choices=[SelectChoice(source.value, source.word) for source in RECORDED_SOURCES],
        default=CompletionSource.ATTENDANCE.value,
    )
    on = DateField("On which day?", validators=[InputRequired("Choose a day.")])


class DueDayForm(EditForm):
    """Another day by which one person's training is due, and why."""

    due_on = DateField(
        "By which day?",
        description="It stays when go-live moves. Leave it empty to give the wave’s day again.",
        validators=[Optional()],
    )
    reason = TextAreaField("Why?", description="The person reads it.", filters=[stripped])
