"""The bases of all forms. They put a room's problems above the fields, and notice when somebody else was quicker."""

import hmac
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import Length

from engagement.errors import BadInput, EngagementError
from engagement.letters import clean
from engagement.words import day_words

#: The most characters in a line and in a text, unless the form says otherwise; rooms check values more exactly.
LONGEST_LINE, LONGEST_TEXT = 1_000, 10_000
OVERTAKEN = (
    "This was saved after you opened the page, by somebody else or by you in another window. Nothing that you typed is lost: "
    "look over what is marked below, then send it once more."
)


def longest(field: Field) -> int:
    """Return the most characters that a field takes."""
    own = [check.max for check in field.validators if isinstance(check, Length) and check.max > 0]
    return min(own, default=LONGEST_TEXT if isinstance(field, TextAreaField) else LONGEST_LINE)


_AS_TYPED = (TextAreaField, PasswordField, HiddenField)


def _cleaned(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


_OFFERED = "Choose one of those that are offered."
#: What the library says of values that it can't take, in our words.
_SENTENCES = {
    "Not a valid date value.": "Write a day, such as 2026-12-31.",
    "Not a valid time value.": "Write a time, such as 08:00.",
    "Not a valid integer value.": "Write a whole number.",
    "Not a valid choice.": _OFFERED,
    "Invalid Choice: could not coerce.": _OFFERED,
    "This field is required.": "Fill this in.",
}


class _Sentences:
    """Puts our sentences in the place of the library's."""

    def gettext(self, text: str) -> str:
        return _SENTENCES.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many


class Form(FlaskForm):
    """A form with CSRF protection, whose fields are questions. Invisible signs are taken out of single lines."""

    class Meta(FlaskForm.Meta):
        """How fields are bound to this form."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the cleaning of lines after a field's own filters."""
            field: Field = super().bind_field(form, unbound_field, options)
            if isinstance(field, StringField) and not isinstance(field, _AS_TYPED):
                field.filters = [*field.filters, _cleaned]
            return field

        def get_translations(self, form: Any) -> _Sentences:
            """Say what is wrong in our own words."""
            return _Sentences()

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuse what is too long for its field: by its own `Length`, or by the usual limit."""
        is_fine = super().validate(extra_validators=extra_validators)
        for field in self:
            says_so = any(isinstance(check, Length) for check in field.validators)
            if not says_so and isinstance(field.data, str) and len(field.data) > (most := longest(field)):
                complain(field, f"Keep this under {most:,} characters; it has {len(field.data):,}.")
                is_fine = False
        return bool(is_fine)

    def take(self, error: EngagementError) -> None:
        """Put the problems that a room found above their fields, and other sentences above the form."""
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
    """Marks of the values in a form's fields. They are sent along, and made anew whenever the form is drawn."""

    of: Callable[[], dict[str, str]] = dict

    def _value(self) -> str:
        return json.dumps(self.of())


class EditForm(Form):
    """A form that changes something existing, and carries marks of the values it was drawn from.

    If somebody else changed a field meanwhile, the form is refused once. A field that only they changed gets their value; a field
    that both changed keeps what was typed, with their value above it. Sent again, the form is taken. Fields that nobody else
    changed don't matter.
    """

    drawn_from = Marks(validators=[Length(max=LONGEST_TEXT)], render_kw={"id": False})

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.drawn_from.of = self.marks

    def marks(self) -> dict[str, str]:
        """Return a mark of the value of each field that the form still has."""
        return {field.short_name: _mark(field, field.object_data) for field in self._asked()}

    def _asked(self) -> Iterator[Field]:
        return (field for field in self if not isinstance(field, HiddenField) and field.short_name != "csrf_token")

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuse fields that others have changed since the form was drawn."""
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
                complain(field, f"{changed}. The field now shows what was saved.")
            else:
                complain(field, f"{changed}, to: {_words(field)}. The field still shows what you typed.")
        if overtaken:
            self.form_errors.append(OVERTAKEN)
        return is_fine and not overtaken


def drawn_marks(text: str | None) -> dict[str, str]:
    """Return the marks that a form sent; none for nonsense."""
    if not text or len(text) > LONGEST_TEXT:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _mark(field: Field, value: Any) -> str:
    """Return a short mark of a value; a stored value and the same value from a form have the same mark.

    It is keyed, so that nobody can find a value by trying.
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


def _said(value: Any) -> str:
    """Write a day in words; "" for anything else."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return day_words(value, with_year=True) if is_day else ""


def _words(field: Field) -> str:
    """Return the present value of a field in the reader's words."""
    value = field.object_data
    if hasattr(field, "said"):
        return str(field.said(value))
    labels = {str(key): words for key, words, *_ in field.iter_choices()} if hasattr(field, "iter_choices") else {}
    values = value if isinstance(value, list | tuple | set) else [value]
    told = [_said(each) or str(labels.get(_plain(field, each), _plain(field, each))) for each in values]
    return ", ".join(f"“{each}”" for each in told if each) or "nothing"


def stripped(value: Any) -> Any:
    """A filter: take blanks off both ends of a text and make line ends plain; a missing field counts as empty."""
    if value is None:
        return ""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def day_or_none(value: str | None) -> date | None:
    """Return the day of a query argument in ISO form, None for nonsense."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
