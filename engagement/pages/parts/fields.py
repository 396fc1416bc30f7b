"""Form fields that choose a person, a department or a day, written so that they work without JavaScript."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from wtforms import SelectMultipleField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from engagement.accounts import access
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.parts.forms import stripped
from engagement.people import queries
from engagement.people.models import Department, Person

REFERENCE = "A work address or employee number."


class PersonField(StringField):
    """One person, typed as a work address or employee number; `person` is who it names, None when left empty.

    Somebody whom the reader doesn't see by name is found by their address alone (`access.people_with_known_numbers`).
    """

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("filters", [stripped])
        super().__init__(label, **options)
        self.person: Person | None = None
        self._among: ColumnElement[bool] = true()
        self._otherwise = ""
        self._given_id: int | None = None

    def find_only(self, among: ColumnElement[bool], otherwise: str = "") -> None:
        """Find those alone who meet `among`; `otherwise` follows the sentence for anybody else, known or not."""
        self._among, self._otherwise = among, otherwise

    def pre_validate(self, form: object) -> None:
        """Find the person; raises ValidationError with suggestions for a text that names nobody."""
        if not self.data:
            return
        reader = guard.reader()
        # Whom the form showed by their number, for want of an address, can be left as they are.
        numbered = or_(access.people_with_known_numbers(reader), Person.id == self._given_id)
        self.person = queries.person_by_reference(self.data, self._among, numbered)
        if self.person is not None:
            return
        seen = and_(access.visible_people(reader), self._among)
        close = [p for p in queries.people_suggested(self.data, limit=3, visible=seen) if p.email]
        hint = " Did you mean " + ", ".join(f"{p.email} ({p.name})" for p in close) + "?" if close else ""
        # The same words for nobody and for somebody who is out of reach, so that nothing can be learned from them.
        nobody = "Nobody whom you can choose has" if self._otherwise else "Nobody here has"
        raise ValidationError(f"{nobody} the address or employee number “{self.data[:80]}”.{self._otherwise}{hint}")

    def process_data(self, value: Any) -> None:
        """Show a person given as the default by their address or number."""
        self._given_id = value.id if isinstance(value, Person) else None
        super().process_data((value.email or value.employee_id) if isinstance(value, Person) else value)


class TickField(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]
    option_widget = CheckboxInput()  # type: ignore[assignment]


def department_choices() -> list[tuple[str, str]]:
    """Return all open departments for a list, each by its whole path."""
    return [(str(d.id), d.path) for d in queries.departments()]


def chosen_departments(ids: list[str] | None) -> list[Department]:
    """Return the departments that a list of ids names."""
    return [d for d in (db.session.get(Department, int(i)) for i in ids or [] if i.isdigit()) if d is not None]
