"""Forms of value metrics: what is measured, how it stood before, and a reading."""

from typing import Any

from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from engagement.pages.parts.fields import REFERENCE, PersonField, choices_of
from engagement.pages.parts.forms import EditForm, stripped
from engagement.value.actions.readings import Read
from engagement.value.rules import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_UNIT,
    WRONG_NUMBER,
    BaselineSaid,
    Better,
    MetricDetails,
    MetricKind,
    ReadingRhythm,
    typed,
    value_of,
)


class ValueField(StringField):
    """A value with up to three decimals; `thousandths` is what was typed, None if empty."""

    thousandths: int | None = None

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("filters", [stripped])
        super().__init__(label, render_kw={"inputmode": "decimal", "autocomplete": "off"}, **options)

    def process_data(self, value: Any) -> None:
        """Show a stored value as people type it."""
        super().process_data(typed(value) if isinstance(value, int) else value)

    def pre_validate(self, form: object) -> None:
        """Read what was typed; raises ValidationError for anything but a number."""
        if not self.data:
            return
        try:
            self.thousandths = value_of(self.data)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def written(self, value: Any) -> str:
        """Return a stored or typed value in one spelling, so that "7,5" counts as 7.5."""
        try:
            return typed(value if isinstance(value, int) else value_of(value) if value else None)
        except ValueError:
            return str(value)


class MetricForm(EditForm):
    """What is measured, who reads it, and what it is to reach."""

    kind = RadioField(
        "What does it tell of?",
        choices=choices_of(MetricKind),
        default=MetricKind.VALUE.value,
        description="The report on maturity compares tickets and the share done without help over all workflows of a programme.",
        validate_choice=False,
    )
    name = StringField(
        "What is measured?",
        description="Such as time from a claim to its first answer.",
        filters=[stripped],
        validators=[InputRequired("Write what is measured."), Length(max=LONGEST_NAME)],
    )
    unit = StringField(
        "In which unit?",
        description="Such as minutes, % or claims a day. Tickets are counted in “tickets a month”, the share done without help in “%”.",
        filters=[stripped],
        validators=[InputRequired("Write its unit."), Length(max=LONGEST_UNIT)],
    )
    better = RadioField(
        "Which way ought it to move?",
        choices=choices_of(Better),
        validators=[InputRequired("Choose one.")],
    )
    every = RadioField(
        "How often is it read?",
        choices=choices_of(ReadingRhythm),
        validators=[InputRequired("Choose one.")],
    )
    owner = PersonField(
        "Who reads it?", description=f"They are reminded on their start page when a reading is due. {REFERENCE}"
    )
    target = ValueField("What is it to reach?", description="A number, without the unit. Empty: no target.")
    target_on = DateField("By which day?", validators=[Optional()])

    def details(self) -> MetricDetails:
        """Return the description that was typed."""
        better, every = Better(self.better.data), ReadingRhythm(self.every.data)
        kind = next((each for each in MetricKind if each == self.kind.data), MetricKind.VALUE)
        target, target_on = self.target.thousandths, self.target_on.data
        return MetricDetails(self.name.data, self.unit.data, better, every, target, target_on, kind)


class BaselineForm(EditForm):
    """How it stood before the workflow came."""

    value = ValueField("What was the value before?", description="A number, without the unit.")
    measured_on = DateField("On which day was it measured?", validators=[Optional()])
    method = TextAreaField(
        "How was it measured?",
        description="So that it can be measured in the same way later: from where, of how many, over which time.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT)],
    )
    reason = TextAreaField(
        "If it was not measured: why not?",
        description="Instead of a value. Whoever reads the metric later reads this too.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT)],
    )

    def said(self) -> BaselineSaid:
        """Return what was typed."""
        return BaselineSaid(self.value.thousandths, self.measured_on.data, self.method.data, self.reason.data)


class ReadingForm(EditForm):
    """A value that was measured on a day."""

    measured_on = DateField("Measured on", validators=[InputRequired("Choose a day.")])
    value = ValueField("Value", validators=[InputRequired(WRONG_NUMBER)])
    note = StringField(
        "Note",
        description="What a reader of the number should know, if anything.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT)],
    )

    def read(self) -> Read:
        """Return what was typed."""
        return Read(self.measured_on.data, self.value.thousandths or 0, self.note.data)
