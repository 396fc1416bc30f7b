"""Fields that ask for the value of a person's column; "" for people without one."""

from typing import ClassVar

from sqlalchemy import ColumnElement, func, select

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Options, Values
from engagement.db import db
from engagement.letters import sort_key
from engagement.people.models import Person


class ColumnField(Field):
    """A column of `Person` with the field's name; `found` and `missing` word what somebody has there."""

    not_given: ClassVar[str]
    found: ClassVar[str]
    missing: ClassVar[str]

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return func.coalesce(getattr(Person, self.name), "").in_(condition["values"])

    def facts(self, person: Person, ground: Ground) -> str:
        return str(getattr(person, self.name) or "")

    def holds(self, condition: Condition, facts: str, ground: Ground) -> bool:
        return facts in condition["values"]

    def tells(self, facts: str) -> str:
        return self.found.format(facts) if facts else self.missing

    def named(self, values: Values) -> Labels:
        return {value: value or self.not_given for value in values}

    def options(self, besides: int | None = None) -> Options:
        held = set(db.session.scalars(select(getattr(Person, self.name)).where(Person.left_at.is_(None)).distinct()))
        words = sorted((value for value in held if value), key=sort_key)
        return [*((word, word) for word in words), ("", self.not_given.capitalize())]
