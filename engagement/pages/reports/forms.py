"""The form of a report that is sent: for whom, how often, at what time, with what."""

from collections.abc import Sequence
from datetime import time

from wtforms import BooleanField, RadioField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from engagement.pages.parts.fields import choices_of, row_id
from engagement.pages.parts.forms import Form
from engagement.people.models import Person
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.rules.rhythm import ReportRhythm, Wish

MYSELF = "0"


class SubscriptionForm(Form):
    """How often a report is sent; who plans the programme may choose a sponsor."""

    whom = SelectField("To whom?", default=MYSELF)
    rhythm = RadioField(
        "How often?",
        choices=choices_of(ReportRhythm),
        default=ReportRhythm.MONTHLY.value,
        validators=[InputRequired("Choose how often it is sent.")],
        description="A Monday that is a holiday moves to the next working day.",
    )
    at = TimeField("At what time?", default=time(8), validators=[InputRequired("Choose a time, such as 08:00.")])
    with_csv = BooleanField("Also attach every figure as CSV, for a spreadsheet")

    def offer(self, sponsors: Sequence[Person], clock_words: str) -> None:
        """Offer sponsors beside the reader; say by which clock the time is meant."""
        self.whom.choices = [
            SelectChoice(MYSELF, "To me"),
            *(SelectChoice(str(person.id), person.name) for person in sponsors),
        ]
        others = "; for somebody else, by their own clock" if sponsors else ""
        self.at.description = f"By {clock_words}{others}."

    def show(self, row: ReportSubscription) -> None:
        """Show what is sent to the reader so far."""
        self.rhythm.data, self.at.data, self.with_csv.data = row.rhythm.value, time.fromisoformat(row.at), row.with_csv

    @property
    def person_id(self) -> int | None:
        """The id of the sponsor who was chosen, None for the reader."""
        return row_id(self.whom.data) or None

    def wish(self, timezone: str) -> Wish:
        """Return what was asked for."""
        at = self.at.data
        return Wish(ReportRhythm(self.rhythm.data), f"{at:%H:%M}" if at else "", timezone, bool(self.with_csv.data))
