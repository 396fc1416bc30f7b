"""The roles that would reach more people if two departments were merged."""

from sqlalchemy import select

from engagement.accounts.models import Grant
from engagement.db import db
from engagement.people.models import Department


def roles_of_department(department: Department) -> list[Grant]:
    """Return the open roles scoped to this department itself."""
    here = (Grant.department_id == department.id, Grant.withdrawn_at.is_(None))
    return list(db.session.scalars(select(Grant).where(*here).order_by(Grant.id)))


def grown_by_merging(department: Department, into: Department) -> list[tuple[Grant, Department]]:
    """Return open roles that would reach more people, each with the department whose people those are.

    They are the roles of the department itself, which move along, and those that cover its people's new place but not
    the old one.
    """
    granted = select(Grant, Department).join(Department, Department.id == Grant.department_id)
    grown = []
    for grant, place in db.session.execute(granted.where(Grant.withdrawn_at.is_(None)).order_by(Grant.id)):
        if place.id == department.id:
            grown.append((grant, into))
        elif into.lineage.startswith(place.lineage) and not department.lineage.startswith(place.lineage):
            grown.append((grant, department))
    return grown
