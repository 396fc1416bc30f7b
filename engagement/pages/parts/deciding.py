"""The form in which an approver decides at a gate; it stands on the gate's page and, for each gate that waits, on the sponsor's sheet."""

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Optional

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.parts.fields import REFERENCE, PersonField, choices_of
from engagement.pages.parts.forms import Form, stripped
from engagement.people.models import Person
from engagement.readiness.criteria.queries.standing import Standing
from engagement.readiness.gate.actions.deciding import ConditionSaid, states_seen
from engagement.readiness.gate.queries.present import Gate
from engagement.readiness.gate.rules import MOST_CONDITIONS, Choice

#: The places of conditions in the form.
PLACES = range(1, MOST_CONDITIONS + 1)


class Decided(Form):
    """What an approver decides, and why; `seen` remembers where the criteria stood on the page."""

    choice = RadioField(
        "What do you decide?",
        choices=choices_of(Choice),
        validators=[InputRequired("Choose one.")],
    )
    reason = TextAreaField(
        "Why?", description="It stays beside the decision, with your name and the day.", filters=[stripped]
    )
    seen = HiddenField()

    def find_shown(self, people: Sequence[Person]) -> None:
        """Let conditions name these people by name: the gate shows them to whoever decides there."""
        for place in PLACES:
            self[f"owner_{place}"].find_shown(people)

    def conditions(self) -> list[ConditionSaid]:
        """Return the conditions of which anything was written."""
        found = [
            ConditionSaid(
                self[f"text_{place}"].data or "", self[f"owner_{place}"].person, self[f"due_{place}"].data, place
            )
            for place in PLACES
        ]
        return [each for each in found if each.text or each.owner or each.due_on]


def _condition_fields(place: int) -> dict[str, Any]:
    return {
        f"text_{place}": TextAreaField(f"Condition {place}: what has to be done?", filters=[stripped]),
        f"owner_{place}": PersonField("By whom?", description=REFERENCE),
        f"due_{place}": DateField("Until when?", validators=[Optional()]),
    }


#: A few conditions are asked for at once, so that the page needs no script.
DecisionForm: type[Decided] = type(
    "DecisionForm",
    (Decided,),
    {name: field for place in PLACES for name, field in _condition_fields(place).items()},
)


def form_beside_others(wave_id: int, criteria: Sequence[Standing]) -> Decided:
    """Return an empty form for a page with several: the ids of its fields name the wave."""
    form = DecisionForm(formdata=None)
    for field in form:
        field.id = f"wave-{wave_id}-{field.id}"
    form.seen.data = states_seen(criteria)
    return form


def approver_behind(gate: Gate) -> Person | None:
    """Return the reader as one of those who decide, None if they are not."""
    person_id = rights.judging(guard.reader()).person_id
    return next((person for person in gate.approvers if person.id == person_id), None)
