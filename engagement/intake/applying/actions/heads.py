"""The head of each department, derived from who reports to whom.

Candidates are managers of people in the department who are not themselves led from inside it: they work elsewhere, have
no manager, or their manager works elsewhere. So team leads within the department don't count. The head is the candidate
with the most direct reports in the department; among equals the one who works in it, then the one longest in the
directory. A department where nobody has a manager keeps its head.
"""

from collections.abc import Iterable

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from engagement.accounts.posts.actions import end_sessions_before_first_right
from engagement.audit import Actor
from engagement.db import db
from engagement.intake.models import ImportChange, ImportRun
from engagement.people.actions import name_department_manager
from engagement.people.models import Department, Person

MOST_NAMED = 500


def settle_heads(run: ImportRun, by: Actor) -> int:
    """Set the heads of all departments whose people the run changed; return how many changed.

    A person who heads something for the first time has to sign in again, as with every first right.
    """
    touched = _touched(run)
    heads = heads_of(touched)
    changed = 0
    rows = db.session.scalars(select(Department).where(Department.closed_at.is_(None)))
    differing = {row.id: row for row in rows if row.id in heads and row.manager_id != heads[row.id]}
    end_sessions_before_first_right(heads[i] for i in differing)
    people = {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_({heads[i] for i in differing})))}
    for department_id, department in sorted(differing.items()):
        name_department_manager(department, people[heads[department_id]], by=by)
        changed += 1
    db.session.flush()
    return changed


def heads_of(departments: Iterable[int]) -> dict[int, int]:
    """Return department → person for the departments in which somebody has a manager."""
    wanted = set(departments)
    boss, above = aliased(Person), aliased(Person)
    inside = boss.department_id.is_not_distinct_from(Person.department_id)
    place = func.row_number().over(
        partition_by=Person.department_id, order_by=(func.count().desc(), inside.desc(), boss.id)
    )
    query = (
        select(Person.department_id, boss.id.label("head_id"), place.label("place"))
        .join(boss, and_(boss.id == Person.manager_id, boss.left_at.is_(None)))
        .outerjoin(above, above.id == boss.manager_id)
        .where(
            Person.left_at.is_(None),
            Person.department_id.is_not(None),
            or_(~inside, above.department_id.is_distinct_from(Person.department_id)),
        )
        .group_by(Person.department_id, boss.id, boss.department_id)
    )
    if len(wanted) <= MOST_NAMED:
        query = query.where(Person.department_id.in_(wanted))
    claims = query.subquery()
    first = db.session.execute(select(claims.c.department_id, claims.c.head_id).where(claims.c.place == 1))
    return {department_id: head_id for department_id, head_id in first if department_id in wanted}


def _touched(run: ImportRun) -> set[int]:
    here = ImportChange.run_id == run.id
    now = select(Person.department_id).join(ImportChange, ImportChange.person_id == Person.id).where(here).distinct()
    before = select(ImportChange.changes["department_id"][0].as_integer()).where(here).distinct()
    return {found for query in (now, before) for found in db.session.scalars(query) if found is not None}
