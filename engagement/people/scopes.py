"""Which departments are within reach, and who works in them."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.reach import Reach, allow, allow_anything, found, row_of_all


def departments_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Department` that it, or one above it, is within reach."""
    return reach.condition(lineage=Department.lineage)


def reaches_department(reach: Reach, department: Department) -> bool:
    return reach.covers(lineage=department.lineage)


def department_for(reach: Reach, department_id: int) -> Department:
    """Return a department within reach, even a closed one; raises NotFound or BeyondReach."""
    allow_anything(reach)
    asked = select(Department).where(Department.id == department_id).options(joinedload(Department.manager))
    department = found(db.session.scalar(asked))
    allow(reaches_department(reach, department), reach)
    return department


def works_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Person` that they work in, or below, a department within reach."""
    if reach.everything:
        return true()
    if not reach.departments:
        return false()
    return Person.department_id.in_(select(Department.id).where(departments_within(reach)))


def person_to_keep(reach: Reach, person_id: int) -> Person:
    """Return anybody in the directory if `reach` is everything; raises BeyondReach or NotFound."""
    return row_of_all(reach, Person, person_id)
