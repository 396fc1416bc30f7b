"""The one base of all forms, and how problems that a room found get above their fields."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, TextAreaField
from wtforms.validators import Length

from engagement.errors import BadInput

#: Characters that a line and a text take where the form says nothing else; rooms say more exactly what a value may be.
LONGEST_LINE, LONGEST_TEXT = 1_000, 10_000


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
                self._complain(field, f"Keep this under {most:,} characters; it has {len(field.data):,}.")
                is_fine = False
        return bool(is_fine)

    def take(self, error: BadInput) -> None:
        """Put the problems that a room found above the fields that they name, the rest above the first field."""
        placed = False
        for name, sentence in error.problems.items():
            if name in self:
                self._complain(self[name], sentence)
                placed = True
        if not placed:
            first = next(f for f in self if f.type not in ("CSRFTokenField", "HiddenField", "SubmitField"))
            self._complain(first, error.sentence)

    @staticmethod
    def _complain(field: Field, sentence: str) -> None:
        field.errors = (*field.errors, sentence)


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
