"""Managing people: somebody who hasn't left reports to them."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from engagement.audiences.conditions.queries.field import Condition, Field, Ground
from engagement.db import db
from engagement.people.models import Person


class ManagerOfPeopleField(Field):
    name, question = "manager_of_people", "Manages people"
    phrases = ("manage people", "don’t manage people")
    takes_values = False

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        report = aliased(Person)
        return exists().where(report.manager_id == Person.id, report.left_at.is_(None))

    def facts(self, person: Person, ground: Ground) -> bool:
        reports = exists().where(Person.manager_id == person.id, Person.left_at.is_(None))
        return bool(db.session.scalar(select(reports)))

    def holds(self, condition: Condition, facts: bool, ground: Ground) -> bool:
        return facts

    def tells(self, facts: bool) -> str:
        return "Somebody reports to them." if facts else "Nobody reports to them."
