"""Everybody in the directory."""

from sqlalchemy import ColumnElement, true

from engagement.audiences.conditions.queries.field import Condition, Field, Ground
from engagement.people.models import Person


class EverybodyField(Field):
    name, question = "everybody", "Everybody in the directory"
    phrases = ("are in the directory", "are not in the directory")
    takes_values = False

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return true()

    def holds(self, condition: Condition, facts: Person, ground: Ground) -> bool:
        return True

    def tells(self, facts: Person) -> str:
        return "Has left." if facts.has_left else "Is in the directory."
