"""Form fields that choose a person, a department or a day, written so that they work without JavaScript."""

from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from engagement.accounts import access
from engagement.db import db
from engagement.pages import guard
from engagement.pages.forms import stripped
from engagement.people import queries
from engagement.people.models import Department, Person


class PersonField(StringField):
    """One person, typed as a work address or employee number; `person` is who it names, None when left empty."""

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("filters", [stripped])
        super().__init__(label, **options)
        self.person: Person | None = None

    def pre_validate(self, form: object) -> None:
        """Find the person; raises ValidationError with suggestions for a text that names nobody."""
        if not self.data:
            return
        self.person = queries.person_by_reference(self.data)
        if self.person is not None:
            return
        close = queries.people_suggested(self.data, limit=3, visible=access.visible_people(guard.reader()))
        hint = " Did you mean " + ", ".join(f"{p.email} ({p.name})" for p in close if p.email) + "?" if close else ""
        raise ValidationError(f"Nobody here has the address or employee number “{self.data[:80]}”.{hint}")

    def process_data(self, value: Any) -> None:
        """Show a person given as the default by their address or number."""
        super().process_data((value.email or value.employee_id) if isinstance(value, Person) else value)


def department_choices() -> list[tuple[str, str]]:
    """Return all open departments for a list, each by its whole path."""
    return [(str(d.id), d.path) for d in queries.departments()]


def chosen_departments(ids: list[str] | None) -> list[Department]:
    """Return the departments that a list of ids names."""
    return [d for d in (db.session.get(Department, int(i)) for i in ids or [] if i.isdigit()) if d is not None]
