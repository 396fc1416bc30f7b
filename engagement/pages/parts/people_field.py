"""A form field that names many people, a line each, so that it works without JavaScript and with what a mail or calendar gives."""

from collections.abc import Sequence
from typing import Any

from wtforms import TextAreaField
from wtforms.validators import ValidationError

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.parts.forms import stripped
from engagement.people.models import Person
from engagement.people.naming.queries import line_of, lines_in, people_named
from engagement.waves.scopes import people_within


class PeopleField(TextAreaField):
    """Several people, each by name, work address or employee number; `people` are those who were meant.

    As in the field for one person, somebody whom the reader doesn't see by name is found only by their address.
    """

    def __init__(self, label: str, *, most: int, **options: Any) -> None:
        options.setdefault("filters", [stripped])
        super().__init__(label, **options)
        self.most, self.people = most, list[Person]()
        self._given: Sequence[Person] = ()

    def process_data(self, value: Any) -> None:
        """Show people given as the default, a line each."""
        self._given = [each for each in value or () if isinstance(each, Person)]
        super().process_data("\n".join(line_of(person) for person in self._given))

    def pre_validate(self, form: object) -> None:
        """Find everybody; raises ValidationError with a sentence for each line that names nobody or several."""
        lines = lines_in(self.data or "")
        if len(lines) > self.most:
            raise ValidationError(f"Name at most {self.most} people; there are {len(lines):,} lines.")
        reader = guard.reader()
        seen, numbered = people_within(rights.reading(reader)), people_within(rights.naming_by_number(reader))
        named = people_named(lines, seen, numbered, self._given)
        self.people = list(named.found)
        if named.problems:
            raise ValidationError(" ".join(named.problems))

    def written(self, value: Any) -> str:
        """Return a value as marks of the form compare it: its lines, in any order."""
        if isinstance(value, str | None):
            return "\n".join(sorted(lines_in(value or "")))
        return "\n".join(sorted(line_of(person) for person in value))
