"""The bases of all forms: how problems that a room found get above their fields, and how a form notices that it was overtaken."""

import hmac
import json
from collections.abc import Callable, Iterator
from datetime import date
from enum import Enum
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import Length

from engagement.errors import BadInput, EngagementError
from engagement.letters import clean

#: Characters that a line and a text take where the form says nothing else; rooms say more exactly what a value may be.
LONGEST_LINE, LONGEST_TEXT = 1_000, 10_000
OVERTAKEN = (
    "This was saved after you opened the page, by somebody else or by you in another window. Nothing that you typed is lost: "
    "look over what is marked below, then send it once more."
)


def longest(field: Field) -> int:
    """Return how many characters a field takes."""
    own = [check.max for check in field.validators if isinstance(check, Length) and check.max > 0]
    return min(own, default=LONGEST_TEXT if isinstance(field, TextAreaField) else LONGEST_LINE)


_AS_TYPED = (TextAreaField, PasswordField, HiddenField)


def _cleaned(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


class Form(FlaskForm):
    """A form with CSRF protection whose fields are questions. What is typed into one line is cleaned of what nobody sees."""

    class Meta(FlaskForm.Meta):
        """How fields are bound to this form."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Clean a line after the filters of its own."""
            field: Field = super().bind_field(form, unbound_field, options)
            if isinstance(field, StringField) and not isinstance(field, _AS_TYPED):
                field.filters = [*field.filters, _cleaned]
            return field

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse as well what is longer than its field takes: a `Length` of its own, else what such a field usually holds."""
        is_fine = super().validate(extra_validators=extra_validators)
        for field in self:
            says_so = any(isinstance(check, Length) for check in field.validators)
            if not says_so and isinstance(field.data, str) and len(field.data) > (most := longest(field)):
                complain(field, f"Keep this under {most:,} characters; it has {len(field.data):,}.")
                is_fine = False
        return bool(is_fine)

    def take(self, error: EngagementError) -> None:
        """Put the problems that a room found above the fields that they name; a sentence about none of them above the form."""
        problems = error.problems if isinstance(error, BadInput) else {}
        named = {name: sentence for name, sentence in problems.items() if name in self}
        for name, sentence in named.items():
            complain(self[name], sentence)
        if not named:
            self.form_errors.append(error.sentence)


def complain(field: Field, sentence: str) -> None:
    """Put a sentence above a field."""
    field.errors = (*field.errors, sentence)


class Marks(HiddenField):
    """Marks of what stands in the fields of a form: sent along, and made anew whenever the form is drawn."""

    of: Callable[[], dict[str, str]] = dict

    def _value(self) -> str:
        return json.dumps(self.of())


class EditForm(Form):
    """A form that changes something which is there, and carries what it was drawn from.

    When somebody else has changed a field meanwhile, the form is not taken: what only they changed is filled in, what both
    changed stands as it was typed with theirs above it. Sent once more, it is taken. Fields that were not changed by the
    others are no obstacle.
    """

    drawn_from = Marks(validators=[Length(max=LONGEST_TEXT)], render_kw={"id": False})

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.drawn_from.of = self.marks

    def marks(self) -> dict[str, str]:
        """Return a mark of what stands in each field that the form asks; those that were taken out of it are not among them."""
        return {field.short_name: _mark(field, field.object_data) for field in self._asked()}

    def _asked(self) -> Iterator[Field]:
        return (field for field in self if not isinstance(field, HiddenField) and field.short_name != "csrf_token")

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse as well what others have changed since the form was drawn."""
        is_fine = super().validate(extra_validators=extra_validators)
        overtaken, drawn_from = False, drawn_marks(self.drawn_from.data)
        for field in self._asked():
            before, stands = drawn_from.get(field.short_name), _mark(field, field.object_data)
            typed = _mark(field, field.data)
            if before is None or before == stands or typed == stands:
                continue
            overtaken = True
            changed = f"“{field.label.text}” was changed after you opened the page"
            if typed == before:
                field.process_data(field.object_data)
                complain(field, f"{changed}. What was saved stands here now.")
            else:
                complain(field, f"{changed}, to: {_words(field)}. What you typed stands here.")
        if overtaken:
            self.form_errors.append(OVERTAKEN)
        return is_fine and not overtaken


def drawn_marks(text: str | None) -> dict[str, str]:
    """Return the marks that a form brought of what it was drawn from, none for nonsense."""
    if not text or len(text) > LONGEST_TEXT:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _mark(field: Field, value: Any) -> str:
    """Return a short mark of a value, the same for what stands and for what a form sends of it unchanged.

    It is keyed, so that nobody can try values out on it.
    """
    key = str(current_app.secret_key).encode()
    return hmac.new(key, _plain(field, value).encode(), "sha256").hexdigest()[:16]


def _plain(field: Field, value: Any) -> str:
    if hasattr(field, "written"):
        return str(field.written(value))
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "y" if value else ""
    if isinstance(value, list | tuple | set):
        return "\n".join(sorted(_plain(field, each) for each in value))
    if isinstance(value, date):
        return value.isoformat()
    return stripped(value) if isinstance(value, str | None) else str(value)


def _words(field: Field) -> str:
    """Return what stands in a field now, as its reader knows it."""
    value = field.object_data
    if hasattr(field, "said"):
        return str(field.said(value))
    labels = {str(key): words for key, words, *_ in field.iter_choices()} if hasattr(field, "iter_choices") else {}
    values = value if isinstance(value, list | tuple | set) else [value]
    told = [str(labels.get(_plain(field, each), _plain(field, each))) for each in values]
    return ", ".join(f"“{each}”" for each in told if each) or "nothing"


def stripped(value: Any) -> Any:
    """Filter: take blanks off both ends of a text and make line ends plain; a field that was not sent counts as empty."""
    if value is None:
        return ""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def day_or_none(value: str | None) -> date | None:
    """Return the ISO day that a query argument names, None for nonsense."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
