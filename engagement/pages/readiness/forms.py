"""Forms of criteria and the gate: what is asked, how an own one is judged, who decides, and going past it."""

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from engagement.pages.parts.fields import REFERENCE, PersonField
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.readiness.criteria.actions import JUDGED, Terms
from engagement.readiness.criteria.rules import LONGEST_TEXT, LONGEST_TITLE, PEOPLE_FOR_ONE_SUPPORTER

_WORDS = {"met": "It is met", "short": "It is not met"}


class TermsForm(EditForm):
    """What is asked by a criterion."""

    title = StringField(
        "What has to be true?",
        description="One sentence that can be true or not, such as “The fallback has been rehearsed with each team”.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TITLE)],
    )
    owner = PersonField("Who sees to it?", description=REFERENCE)
    need = IntegerField(
        "How much is needed, in percent?",
        description="A whole number from 1 to 100.",
        validators=[Optional()],
    )
    people_for_one = IntegerField(
        "For how many people do you need one trained person?",
        description=f"Fewer where you expect more questions. Usual is {PEOPLE_FOR_ONE_SUPPORTER}.",
        validators=[Optional()],
    )
    left_out = TextAreaField(
        "Is it not needed in this wave? Say why.",
        description="Leave this empty if it is needed. With a reason it counts neither for nor against the wave; the reason is shown.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT)],
    )

    def said(self, usual: int | None) -> Terms:
        """Return what was typed; the usual percentage and number are none of their own."""
        need, rate = (field.data if field else None for field in (self.need, self.people_for_one))
        return Terms(
            self.title.data if self.title else "",
            self.owner.person,
            None if need == usual else need,
            self.left_out.data or "",
            None if rate == PEOPLE_FOR_ONE_SUPPORTER else rate,
        )


class JudgeForm(Form):
    """Whether a criterion is met, and on what evidence."""

    state = RadioField(
        "Is it met?",
        choices=[SelectChoice(each.value, _WORDS[each.value]) for each in JUDGED],
        validators=[InputRequired("Say whether it is met.")],
    )
    evidence = TextAreaField(
        "What do you base it on?",
        description="What you saw, with the day, or where it is written. It is shown with your name.",
        filters=[stripped],
    )


class ApproverForm(Form):
    """Somebody who is heard at the gate."""

    person = PersonField("Who decides too?", description=REFERENCE)


class OverrideForm(Form):
    """Why a wave goes on without its gate, and until when."""

    reason = TextAreaField(
        "Why does it go on all the same?",
        description="It stays on the page, with your name and the day.",
        filters=[stripped],
    )
    until_on = DateField("Until which day?", description="After it the gate stands again.", validators=[Optional()])


class SettleForm(Form):
    """What was done about a condition."""

    note = TextAreaField(
        "What was done?", description="In a sentence. It is shown beside the condition.", filters=[stripped]
    )
