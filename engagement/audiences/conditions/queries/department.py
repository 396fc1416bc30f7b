"""The department that somebody works in, with or without those below; a merged one means its successor."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Options, Values
from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import department_successors


def lineage_of(person: Person) -> list[int]:
    """Return the ids of the departments that a person works in, from the top down."""
    return [int(part) for part in person.department.lineage.split("/") if part] if person.department else []


def works_in(ids: Sequence[int], *, exactly: bool = False) -> ColumnElement[bool]:
    """Return the condition on `Person` that they work in one of these departments, or below it."""
    top = aliased(Department)
    below = select(Department.id).join(top, Department.lineage.like(top.lineage + "%")).where(top.id.in_(ids))
    within = select(Department.id).where(Department.id.in_(ids)) if exactly else below
    # People without a department must give false rather than NULL, so that the opposite is true of them.
    return and_(Person.department_id.is_not(None), Person.department_id.in_(within))


def _asked(condition: Condition, ground: Ground) -> list[int]:
    return [ground.once(department_successors).get(key, key) for key in condition["values"]]


class DepartmentField(Field):
    name, question = "department", "Department"
    phrases = ("work in {} or below", "don’t work in {} or below")
    takes_ids = True
    switches = {"exactly": "Without the departments below"}

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return works_in(_asked(condition, ground), exactly=condition.get("exactly", False))

    def holds(self, condition: Condition, facts: Person, ground: Ground) -> bool:
        lineage = lineage_of(facts)
        places = lineage[-1:] if condition.get("exactly") else lineage
        return not set(places).isdisjoint(_asked(condition, ground))

    def tells(self, facts: Person) -> str:
        return f"Works in {facts.department.path}." if facts.department else "Has no department."

    def pair(self, condition: Condition) -> tuple[str, str]:
        return ("work in {} itself", "don’t work in {} itself") if condition.get("exactly") else self.phrases

    def named(self, values: Values) -> Labels:
        rows = db.session.scalars(select(Department).where(Department.id.in_(values)))
        return {row.id: f"{row.path} (closed)" if row.closed_at else row.path for row in rows}

    def options(self, besides: int | None = None) -> Options:
        here = select(Department.id, Department.path).where(Department.closed_at.is_(None))
        return [(key, path) for key, path in db.session.execute(here.order_by(Department.sorted_by, Department.id))]
