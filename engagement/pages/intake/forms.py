"""The forms of imports: which file, and which of its columns says what."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from engagement.intake.reading.rules.columns import WORDS
from engagement.intake.reading.rules.fields import Field
from engagement.pages.parts.forms import Form, stripped

WHOLE, PART = "full", "partial"


class FileForm(Form):
    """Which file, and what it is."""

    file = FileField(
        "Which file?",
        description="CSV or Excel, one row a person, with a header row. At most 50 MB or 250,000 people.",
        validators=[FileRequired("Choose a file.")],
    )
    full = RadioField(
        "Is this everybody?",
        choices=[SelectChoice(WHOLE, "Yes, it lists everybody"), SelectChoice(PART, "No, only some people")],
        default=WHOLE,
    )
    skip_bad = BooleanField("Leave out rows with errors and take the good ones")
    choose = BooleanField("Let me choose the columns")


class ColumnsForm(Form):
    """Which column says what; one field is added for each `Field`."""

    name = StringField(
        "Keep this choice as",
        description="For the next file of this make.",
        filters=[stripped],
        validators=[Length(max=100)],
    )


for _field in Field:
    setattr(ColumnsForm, f"column_{_field.value}", SelectField(WORDS[_field].capitalize()))
