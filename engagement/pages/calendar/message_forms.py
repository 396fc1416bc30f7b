"""Forms of one message: its text, its time, and the reasons of steps."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from engagement.communications.models import Occurrence
from engagement.communications.texts.rules.limits import LONGEST_BODY, TOO_LONG
from engagement.days.local_time import instant_of
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.forms import EditForm, Form, drawn_marks, stripped
from engagement.pages.parts.question import QuestionFields


class WhenForm(Form):
    """A day and a time in a communication's zone."""

    day = DateField("Day", validators=[InputRequired("Choose a day.")])
    time = TimeField("Time", validators=[InputRequired("Choose a time.")])

    def instant(self, timezone: str) -> datetime:
        """Return the instant that was chosen, in UTC."""
        return instant_of(self.day.data, self.time.data, ZoneInfo(timezone))


class MoveForm(WhenForm, EditForm):
    """Another day and time of a message that has one."""

    @classmethod
    def of(cls, row: Occurrence, *, posted: bool = False) -> "MoveForm":
        """Return the form of a message in the zone of its communication; `posted` fills it from the request."""
        local = row.sends_at.astimezone(ZoneInfo(row.communication.timezone))
        return cls(formdata=request.form if posted else None, day=local.date(), time=local.time())

    def was_overtaken(self, drawn_from: str | None) -> bool:
        """Return whether the message got another time after the page with these marks was drawn."""
        drawn, now = drawn_marks(drawn_from), self.marks()
        return any(name in drawn and drawn[name] != mark for name, mark in now.items())


class DraftForm(QuestionFields, EditForm):
    """Subject, text and question of a message; `text_version` is the one that the writer began from.

    `language` is that of the translation, or "" for the message's own text.
    """

    subject = StringField("Subject", filters=[stripped])
    body = TextAreaField(
        "Text",
        filters=[stripped],
        validators=[Length(max=LONGEST_BODY, message=TOO_LONG)],
        description="With the fields listed beside it; the signs below lay it out.",
    )
    asks_confirmation = BooleanField(
        "Readers confirm that they have read it",
        description="Each reader gets one button for it. Those who have not pressed it are reminded, as the communication says.",
    )
    why = TextAreaField(
        "Why is it right?", description="Everybody reads this once they have answered.", filters=[stripped]
    )
    text_version = HiddenField()
    language = HiddenField()

    @property
    def seen_version(self) -> int | None:
        """The version that the writer began from, or None if it was not sent."""
        value = self.text_version.data or ""
        return row_id(value)


class CommentForm(Form):
    """What has to change in a message before it can be approved."""

    comment = TextAreaField(
        "What has to change?", filters=[stripped], validators=[DataRequired("Say what has to change.")]
    )


class ReasonForm(Form):
    """Why a message is left out."""

    reason = TextAreaField(
        "Why is it left out?", filters=[stripped], validators=[DataRequired("Say in a line why it is left out.")]
    )


class StopForm(Form):
    """Why a message stops on its way, before everybody has it."""

    reason = TextAreaField(
        "Why is it stopped?", filters=[stripped], validators=[DataRequired("Say in a line why it is stopped.")]
    )
