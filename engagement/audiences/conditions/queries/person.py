"""Being one of these people, typed by address or employee number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Values
from engagement.db import db
from engagement.people.models import Person
from engagement.people.queries import ids_by_reference, references_of


class PersonField(Field):
    name, question = "person", "Person"
    phrases = ("are {}", "are not {}")
    takes_ids = True
    typed = ("Addresses or employee numbers", "One in a line.")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return Person.id.in_(condition["values"])

    def holds(self, condition: Condition, facts: Person, ground: Ground) -> bool:
        return facts.id in condition["values"]

    def tells(self, facts: Person) -> str:
        return f"Is {facts.name}."

    def named(self, values: Values) -> Labels:
        return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(values))).all())

    def read(self, texts: Sequence[str]) -> tuple[list[Any], list[str]]:
        lines = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
        found = ids_by_reference(lines) if lines else {}
        unknown = [line for line in lines if line not in found]
        problems = [f"Nobody here has the address or employee number “{line[:80]}”." for line in unknown]
        return list(dict.fromkeys(found[line] for line in lines if line in found)), problems

    def written(self, values: Values) -> list[str]:
        known = references_of(values)
        return [known.get(value, str(value)) for value in values]
