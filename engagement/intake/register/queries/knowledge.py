"""What the service knows that rows of a register file can mean: entries, people, departments and posts, read at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, select

from engagement.addresses import kept_form
from engagement.db import db
from engagement.intake.register.queries.cells import Cells, Reaches
from engagement.intake.register.rules import FileRow, RegisterField
from engagement.letters import clean_number, folded, same_key
from engagement.people.models import Department, Person
from engagement.people.queries import active, departments
from engagement.stakeholders.entries.queries import EntryHeld, entries_held
from engagement.stakeholders.entries.rules import Subject
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import places_within, stakeholders_within, stakeholders_within_alone
from engagement.stakeholders.standings.queries.posts import holders_of_posts
from engagement.waves.scopes import people_within

F = RegisterField
AT_ONCE = 5_000


class Knowledge:
    """Everything that comparing these rows needs, in a number of statements that doesn't grow with them."""

    def __init__(self, rows: Sequence[FileRow], reaches: Reaches, on: date) -> None:
        self.cells = Cells(reaches)
        self.maps = self.cells.maps
        self.held = {
            held.stakeholder.id: held
            for held in entries_held(_standing_alone(reaches), places_within(reaches.maps), on)
        }
        self._leads_to = dict(
            db.session.execute(
                select(Stakeholder.id, Stakeholder.merged_into_id).where(Stakeholder.merged_into_id.is_not(None))
            ).all()
        )
        self._by_subject: dict[object, list[EntryHeld]] = defaultdict(list)
        for held in self.held.values():
            self._by_subject[key_of(held.entry.subject)].append(held)
        self._departments = {same_key(row.path): row for row in departments()}
        self._by_address, self._by_number = _people(rows, reaches)
        self._holders = holders_of_posts(on)
        alone = select(Stakeholder.id).where(stakeholders_within_alone(reaches.planning))
        self._to_change = set(db.session.scalars(alone))

    def person(self, address: str, number: str) -> Person | None:
        """Return the person with this address, or with this number if there is no such address."""
        found = self._by_address.get(kept_form(address)) if address else None
        return found or (self._by_number.get(clean_number(number).strip()) if number else None)

    def numbered(self, number: int) -> EntryHeld | None:
        """Return the entry with a number, or the one that it was merged into."""
        return self.held.get(self._leads_to.get(number) or number)

    def department(self, path: str) -> Department | None:
        """Return the open department with this path, in any spelling."""
        return self._departments.get(same_key(path))

    def entries_of(self, subject: Subject) -> list[EntryHeld]:
        """Return what stands on maps within reach for this person, department or name."""
        return self._by_subject[key_of(subject)]

    def may_change(self, held: EntryHeld) -> bool:
        """Return whether the reader keeps all maps on which somebody stands."""
        return held.stakeholder.id in self._to_change

    def is_labelled(self, subject: Subject, represents: str, besides: EntryHeld | None) -> bool:
        """Return whether levels and impact are kept of somebody who speaks for `represents`."""
        if subject.kind is not StakeholderKind.PERSON:
            return True
        others = (held for held in self.entries_of(subject) if held is not besides)
        speaks = bool(represents) or any(held.entry.represents for held in others)
        return speaks or subject.person_id in self._holders


def _standing_alone(reaches: Reaches) -> ColumnElement[bool]:
    return and_(stakeholders_within(reaches.maps), Stakeholder.merged_into_id.is_(None))


def key_of(subject: Subject) -> object:
    """Return what is equal for the same person, department or name, in any spelling."""
    return (subject.kind, subject.person_id or subject.department_id or folded(subject.name))


def _people(rows: Sequence[FileRow], reaches: Reaches) -> tuple[dict[str, Person], dict[str, Person]]:
    """Return the people whom the rows may name, by address, and by those numbers that the reader may use."""
    texts = [
        text
        for row in rows
        for field in (F.ADDRESS, F.EMPLOYEE_NUMBER, F.OWNER)
        if (text := row.texts.get(field.value, ""))
    ]
    addresses, numbers = {kept_form(text) for text in texts}, {clean_number(text).strip() for text in texts}
    by_address: dict[str, Person] = {}
    by_number: dict[str, Person] = {}
    for some in _parts(addresses):
        for person in db.session.scalars(select(Person).where(Person.email.in_(some), active())):
            by_address[person.email or ""] = person
    named = people_within(reaches.numbers)
    for some in _parts(numbers):
        for person in db.session.scalars(select(Person).where(Person.employee_id.in_(some), active(), named)):
            by_number[person.employee_id or ""] = person
    return by_address, by_number


def _parts(texts: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(texts)
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))
