"""The one base of all forms, and how problems that a room found get above their fields."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field

from engagement.errors import BadInput


class Form(FlaskForm):
    """A form with CSRF protection whose fields are questions."""

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
