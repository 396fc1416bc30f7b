"""Form fields that choose a person, a department, a day or a word, written so that they work without JavaScript."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, true
from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import search_words
from engagement.pages.frame import guard
from engagement.pages.parts.forms import stripped
from engagement.people import queries
from engagement.people.models import Department, Person
from engagement.vocabulary import Worded
from engagement.waves.scopes import people_within

REFERENCE = "A name, work address or employee number."
MOST_OFFERED = 6
#: Those whose name, address or number holds what was typed, and among whom one of exactly that name is sought.
MOST_LOOKED_AT = 200
#: Digits of the largest id that both databases can hold.
MOST_DIGITS = 9


class PersonField(StringField):
    """One person, typed by name, work address or employee number; `person` is who was meant, None if empty.

    A name is enough if only one person has it; otherwise the form offers each (`offered`), and the one that is ticked comes as
    a second value. Somebody whom the reader doesn't see by name is found only by their address
    (`rights.naming_by_number`), unless the page itself shows their name (`find_shown`).
    """

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("filters", [stripped])
        super().__init__(label, **options)
        self.person: Person | None = None
        self.offered: Sequence[Person] = ()
        self._among: ColumnElement[bool] = true()
        self._otherwise = ""
        self._shown: Sequence[Person] = ()
        self._given: Person | None = None

    @property
    def is_helped(self) -> bool:
        """Whether people are suggested while somebody types: to readers who see people by name."""
        return rights.reading(guard.reader()).holds_anything

    def find_only(self, among: ColumnElement[bool], otherwise: str = "") -> None:
        """Find only people who meet `among`; `otherwise` ends the sentence for anybody else, known or not."""
        self._among, self._otherwise = among, otherwise

    def find_shown(self, people: Sequence[Person]) -> None:
        """Find these by name too: the reader is shown their names anyway, whatever else they see of people."""
        self._shown = people

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the person who was ticked, else what was typed."""
        self.data = next((value for value in reversed(valuelist) if value), "")

    def pre_validate(self, form: object) -> None:
        """Find the person; raises ValidationError, with those to choose from, if the text names nobody or several."""
        # The present value may stay, even if that person has left or no longer has an address.
        if self._given is not None and self.written(self.data) == self.written(self._given):
            self.person = self._given
            return
        if not self.data:
            return
        reader = guard.reader()
        numbered = people_within(rights.naming_by_number(reader))
        seen = and_(people_within(rights.reading(reader)), self._among)
        self.person = queries.person_by_reference(self.data, self._among, numbered)
        if self.person is not None:
            return
        close = queries.people_suggested(self.data, limit=MOST_LOOKED_AT, visible=seen)
        shown = [person for person in self._shown if not person.has_left and person not in close]
        named = [person for person in [*close, *shown] if _are_same(person.name, self.data)]
        if len(named) == 1:
            self.person = named[0]
            return
        # Of those who are known to the reader by name alone, the address is not theirs to read.
        can_offer = [person for person in named or close if person not in shown and reference_of(person)]
        self.offered = can_offer[:MOST_OFFERED]
        if named:
            how = "Choose one." if len(can_offer) == len(named) else "Write the work address of the one whom you mean."
            raise ValidationError(f"{len(named)} people are called “{self.data[:80]}”. {how}")
        # The same words for an unknown person and for one out of reach, so that they reveal nothing.
        nobody = "Nobody whom you can choose has" if self._otherwise else "Nobody here has"
        hint = " Did you mean one of these?" if self.offered else ""
        raise ValidationError(
            f"{nobody} the name, address or employee number “{self.data[:80]}”.{self._otherwise}{hint}"
        )

    def chosen(self, otherwise: str) -> Person:
        """Return the person; raises BadInput, with `otherwise` above the field, if it is empty."""
        if self.person is None:
            raise BadInput(otherwise, {self.short_name: f"{otherwise} {REFERENCE}"})
        return self.person

    def process_data(self, value: Any) -> None:
        """Show a person given as the default by their address or number."""
        self._given = value if isinstance(value, Person) else None
        super().process_data(reference_of(value) if isinstance(value, Person) else value)

    def written(self, value: Any) -> str:
        """Return a value as the field writes it: a person by their reference, whatever was typed."""
        if value == self.data and self.person is not None:
            value = self.person
        return (reference_of(value) if isinstance(value, Person) else str(value or "")).casefold()


def reference_of(person: Person) -> str:
    """Return how a form names a person: their address, else their employee number, else ""."""
    return person.email or person.employee_id or ""


def _are_same(name: str, typed: str) -> bool:
    """Return whether two names have the same words in any order and spelling: "Abbott, Amara" is Amara Abbott."""
    return sorted(search_words(name)) == sorted(search_words(typed))


class TickField(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]
    option_widget = CheckboxInput()  # type: ignore[assignment]


def choices_of(words: Iterable[Worded]) -> list[SelectChoice]:
    """Return the values of a vocabulary to choose from, each by its word."""
    return [SelectChoice(each.value, each.word) for each in words]


def row_id(value: Any) -> int | None:
    """Return the id, or the place in a list, that a form or an address sends, None if there can be none such; the `coerce` of fields that choose rows."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def department_choices() -> list[tuple[str, str]]:
    """Return all open departments for a list, each by its whole path."""
    return [(str(d.id), d.path) for d in queries.departments()]


def chosen_departments(ids: list[str] | None) -> list[Department]:
    """Return the departments that a list of ids names."""
    found = (db.session.get(Department, number) for i in ids or [] if (number := row_id(i)) is not None)
    return [department for department in found if department is not None]
