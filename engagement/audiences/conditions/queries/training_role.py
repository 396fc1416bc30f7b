"""The training roles that somebody has."""

from sqlalchemy import ColumnElement, exists, select

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Options
from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole


class RolesField(Field):
    """A field about training roles; its fact about a person are the roles that they have."""

    rests_on_roles = True

    def facts(self, person: Person, ground: Ground) -> frozenset[str]:
        held = db.session.scalars(select(PersonRole.role).where(PersonRole.person_id == person.id))
        return frozenset(role.value for role in held)

    def tells(self, facts: frozenset[str]) -> str:
        held = [role.word for role in TrainingRole if role in facts]
        return f"Has the training role {', '.join(held)}." if held else "Has no training role."


class TrainingRoleField(RolesField):
    name, question = "training_role", "Training role"
    phrases = ("have the training role {}", "don’t have the training role {}")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        roles = [TrainingRole(value) for value in condition["values"]]
        return exists().where(PersonRole.person_id == Person.id, PersonRole.role.in_(roles))

    def holds(self, condition: Condition, facts: frozenset[str], ground: Ground) -> bool:
        return not facts.isdisjoint(condition["values"])

    def options(self, besides: int | None = None) -> Options:
        return [(role.value, role.word) for role in TrainingRole]
