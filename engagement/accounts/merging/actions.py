"""Merges departments, so that no role is left on a closed one."""

from sqlalchemy import exists, select

from engagement import audit, clock
from engagement.accounts.merging.queries import roles_of_department
from engagement.accounts.models import Grant
from engagement.audit import Actor
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import Department
from engagement.verbs import Verb


def merge_department(department: Department, into: Department, *, by: Actor) -> list[Grant]:
    """Move a department's people to another one and close it; return the roles that moved along.

    Raises RuleBroken as merging in the directory does. Roles may reach more people afterwards: see `grown_by_merging`.
    """
    people.merge_department(department, into, by=by)
    moving = roles_of_department(department)
    for grant in moving:
        grant.withdrawn_at = clock.now()
        same = (Grant.account_id == grant.account_id, Grant.role == grant.role, Grant.department_id == into.id)
        if not db.session.scalar(select(exists().where(*same, Grant.withdrawn_at.is_(None)))):
            there = {"account_id": grant.account_id, "role": grant.role, "department_id": into.id}
            db.session.add(Grant(**there, granted_at=clock.now(), granted_by=by.name))
        places = {f"{grant.role.word.lower()} in": (department.path, into.path)}
        audit.record(Verb.MOVED_ROLE, audit.about(grant.account, into), by=by, **places)
    db.session.flush()
    return moving
