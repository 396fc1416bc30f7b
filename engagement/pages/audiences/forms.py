"""The form of an audience around the rows of its rule, which `rule_form` reads and draws."""

import json
from typing import Any

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import Length

from engagement.audiences import queries
from engagement.pages.parts.forms import EditForm, stripped


class RuleField(Field):
    """The rule, set once the rows of the builder are read, and compared as a whole."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Do nothing: a form sends rows, not the rule."""

    def written(self, value: Any) -> str:
        """Return the rule as text, always written in the same way."""
        return json.dumps(value, sort_keys=True)

    def said(self, value: Any) -> str:
        """Return the rule as a sentence."""
        return queries.words_of(value).sentence


class AudienceForm(EditForm):
    """What an audience is called and whom it means."""

    name = StringField(
        "What is it called?",
        description="Those who plan, write or audit messages see this name. Those who get one don’t: it says why it came in words about them.",
        filters=[stripped],
        validators=[Length(max=200, message="Write a name, at most 200 characters.")],
    )
    note = TextAreaField("Note", filters=[stripped])
    rule = RuleField()
