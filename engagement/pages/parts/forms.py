"""The bases of all forms: how problems that a room found get above their fields, and how a form notices that it was overtaken."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, TextAreaField
from wtforms.validators import Length

from engagement.errors import BadInput, EngagementError

#: Characters that a line and a text take where the form says nothing else; rooms say more exactly what a value may be.
LONGEST_LINE, LONGEST_TEXT = 1_000, 10_000
OVERTAKEN = "Somebody else has saved this meanwhile. Nothing of yours is lost: look over what is marked below, then send it once more."


def longest(field: Field) -> int:
    """Return how many characters a field takes."""
    own = [check.max for check in field.validators if isinstance(check, Length) and check.max > 0]
    return min(own, default=LONGEST_TEXT if isinstance(field, TextAreaField) else LONGEST_LINE)


class Form(FlaskForm):
    """A form with CSRF protection whose fields are questions."""

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


class EditForm(Form):
    """A form that changes something which is there, and carries what it was drawn from.

    When somebody else has changed a field meanwhile, the form is not taken: what only they changed is filled in, what both
    changed stands as it was typed with theirs above it. Sent once more, it is taken. Fields that were not changed by the
    others are no obstacle.
    """

    drawn_from = HiddenField(validators=[Length(max=LONGEST_TEXT)], render_kw={"id": False})

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self._stands = {field.short_name: _mark(field, field.object_data) for field in self._asked()}
        self._drawn_from = _read(self.drawn_from.data)
        self.drawn_from.data = json.dumps(self._stands)

    def _asked(self) -> Iterator[Field]:
        return (field for field in self if not isinstance(field, HiddenField) and field.short_name != "csrf_token")

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse as well what others have changed since the form was drawn."""
        is_fine = super().validate(extra_validators=extra_validators)
        overtaken = False
        for field in self._asked():
            name = field.short_name
            drawn_from = self._drawn_from.get(name)
            if drawn_from is None or drawn_from == self._stands[name] or _mark(field, field.data) == self._stands[name]:
                continue
            overtaken = True
            if _mark(field, field.data) == drawn_from:
                field.process_data(field.object_data)
                complain(field, "Somebody else has changed this meanwhile. What they saved stands here now.")
            else:
                complain(
                    field, f"Somebody else has changed this meanwhile, to: {_words(field)}. What you typed stands here."
                )
        if overtaken:
            self.form_errors.append(OVERTAKEN)
        return is_fine and not overtaken


def _read(text: str | None) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _mark(field: Field, value: Any) -> str:
    """Return a short mark of a value, the same for what stands and for what a form sends of it unchanged."""
    return hashlib.sha256(_plain(field, value).encode()).hexdigest()[:12]


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
