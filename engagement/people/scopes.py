"""Whose departments are whose, and who works in them."""

from sqlalchemy import ColumnElement, false, select, true

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.reach import Reach, allow, found


def departments_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Department` for those within reach, each with everything below it."""
    return reach.condition(lineage=Department.lineage)


def reaches_department(reach: Reach, department: Department) -> bool:
    """Return whether a department is within reach."""
    return reach.covers(lineage=department.lineage)


def department_for(reach: Reach, department_id: int) -> Department:
    """Return a department within reach, also a closed one; raises NotFound or BeyondReach."""
    department = found(db.session.get(Department, department_id))
    allow(reaches_department(reach, department))
    return department


def works_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Person` for those who work in a department within reach, or below one."""
    if reach.everything:
        return true()
    if not reach.departments:
        return false()
    return Person.department_id.in_(select(Department.id).where(departments_within(reach)))
