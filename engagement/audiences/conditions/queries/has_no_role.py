"""Having no training role at all."""

from sqlalchemy import ColumnElement, exists

from engagement.audiences.conditions.queries.field import Condition, Ground
from engagement.audiences.conditions.queries.training_role import RolesField
from engagement.people.models import Person, PersonRole


class HasNoRoleField(RolesField):
    name, question = "has_no_role", "Has no training role"
    phrases = ("have no training role", "have a training role")
    takes_values = False

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return ~exists().where(PersonRole.person_id == Person.id)

    def holds(self, condition: Condition, facts: frozenset[str], ground: Ground) -> bool:
        return not facts
