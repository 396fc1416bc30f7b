"""As whom a message is read on its page: as one of its readers, who are people and stakeholders outside the directory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from flask import request
from sqlalchemy import ColumnElement

from engagement.accounts.scopes import rights
from engagement.audiences.outside.queries import Outsider
from engagement.communications.models import Occurrence
from engagement.communications.queries import one_message
from engagement.communications.queries.letters import why_for
from engagement.communications.queries.outside import values_outside, why_outside
from engagement.communications.queries.previews import Preview, preview_as, preview_outside, preview_to_nobody
from engagement.communications.texts.queries.translations import texts_of
from engagement.communications.texts.rules.languages import is_read_in
from engagement.pages.calendar.writing import asked_language
from engagement.pages.frame import guard
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.waves.scopes import people_within

#: The most people, and the most outside the directory, whose reading is offered.
MOST_OFFERED = 12


@dataclass(frozen=True)
class Reading:
    """The reading that is shown: that of a recipient whom the reader sees by name, else the reader's own, else nobody's.

    A recipient is a `person` or an `outsider`. `offered` are the recipients to choose from, each as it is asked for and
    by name, `chosen` the one that is shown; `unknown` is what was asked for and is nobody's. `role` is the training role, ""
    for none, as whose reader it was asked for; None without.
    """

    preview: Preview
    why: str
    offered: list[tuple[str, str]]
    chosen: str = ""
    unknown: str = ""
    person: Person | None = None
    outsider: Outsider | None = None
    own: Person | None = None
    stands_for: Person | None = None
    role: str | None = None

    @property
    def reader(self) -> Person | Outsider | None:
        """The recipient, if it is one."""
        return self.person or self.outsider


@dataclass(frozen=True)
class _Readers:
    """The recipients whom the reader sees by name: the first people, and all outside, each as they are asked for."""

    row: Occurrence
    people: list[Person]
    outside: list[tuple[str, Outsider]]

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The first of them, as they are asked for and by name; "" stands for a person without an address."""
        people = [(person.email or "", person.name) for person in self.people]
        return people + [(key, who.name) for key, who in self.outside[:MOST_OFFERED]]

    @property
    def first(self) -> Person | Outsider | None:
        """The one who is shown when nobody is asked for."""
        every: list[Person | Outsider] = [*self.people, *(who for _, who in self.outside)]
        return every[0] if every else None

    def named(self, asked: str) -> Person | Outsider | None:
        """Return the one with this address, or of this name outside the directory."""
        person = one_message.recipient_by_email(self.row.communication, asked, _visible())
        meant = asked.casefold()
        return person or next(
            (who for key, who in self.outside if meant in (key.casefold(), who.name.casefold())), None
        )

    def of_language(self, language: str) -> Person | Outsider | None:
        """Return the first who reads this language."""
        person = one_message.reader_in(self.row.communication, language, _visible())
        outside = (who for _, who in self.outside if who.language and is_read_in(who.language, language))
        return person or next(outside, None)

    def in_roles(self, roles: Collection[TrainingRole]) -> Person | None:
        """Return the first who has exactly these training roles."""
        return one_message.reader_in_roles(self.row.communication, roles, _visible())


def asked_role() -> str | None:
    """Return the training role as whose reader a message is to be shown, "" for a reader without one; None if not asked."""
    asked = request.values.get("role")
    return asked if asked == "" or asked in list(TrainingRole) else None


def _visible() -> ColumnElement[bool]:
    return people_within(rights.reading(guard.reader()))


def reading_as(row: Occurrence, outsiders: Sequence[Outsider]) -> Reading:
    """Return the text as the recipient reads it whom the request names, or else the first recipient of its language.

    Only recipients whom the reader sees by name count; `outsiders` are all of the message's.
    """
    organisation = guard.organisation()
    people = one_message.some_recipients(row.communication, _visible(), MOST_OFFERED)
    readers = _Readers(row, people, _outside_seen(outsiders))
    role = asked_role()
    if role is not None:
        return _in_role(readers, role)
    asked = request.values.get("as", "").strip()[:254]
    found, language = readers.named(asked) if asked else None, asked_language(row)
    if not asked and language and row.mailing_id is None:
        found = readers.of_language(language)
        there = next((text for text in texts_of(row, organisation) if text.language == language), None)
        if found is None and there is not None:
            return Reading(preview_to_nobody(row, organisation, there), why_for(row, None), readers.offered)
    shown = found or readers.first
    own = None if shown or rights.reading(guard.reader()).everything else guard.person_or_none()
    read = Reading(
        *_read(row, shown or own),
        readers.offered,
        unknown=asked if asked and found is None else "",
        own=own,
        # A test copy has a person's values.
        stands_for=own or next(iter(people), None),
    )
    if isinstance(shown, Outsider):
        key = next(key for key, who in readers.outside if who is shown)
        return replace(read, outsider=shown, chosen=key)
    return replace(read, person=shown, chosen=shown.email or "", stands_for=shown) if shown else read


def _in_role(readers: _Readers, role: str) -> Reading:
    """Return how a message reads to the first recipient with this role alone, or without a name if the reader sees none."""
    row, roles = readers.row, [TrainingRole(role)] if role else []
    person = readers.in_roles(roles)
    stands_for = person or next(iter(readers.people), None)
    if person is not None:
        shown = Reading(*_read(row, person), readers.offered, person.email or "", person=person)
    else:
        preview = preview_to_nobody(row, guard.organisation(), roles=roles)
        shown = Reading(preview, why_for(row, None), readers.offered)
    return replace(shown, stands_for=stands_for, role=role)


def _read(row: Occurrence, reader: Person | Outsider | None) -> tuple[Preview, str]:
    """Return how a message reads to somebody, and why it reaches them."""
    organisation = guard.organisation()
    if isinstance(reader, Outsider):
        values = values_outside(row, [reader], row.sends_on)[reader.stakeholder_id]
        return preview_outside(row, reader, values, organisation), why_outside(row, values)
    preview = preview_as(row, reader, organisation) if reader else preview_to_nobody(row, organisation)
    return preview, why_for(row, reader)


def _outside_seen(outsiders: Sequence[Outsider]) -> list[tuple[str, Outsider]]:
    """Return those outside the directory on maps that the reader sees: by address, or by name if that is not for the reader."""
    maps, notes = rights.reading_maps(guard.reader()), rights.reading_notes(guard.reader())
    return [(who.email if who.stands_within(notes) else who.name, who) for who in outsiders if who.stands_within(maps)]
