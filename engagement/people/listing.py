"""The people list for a page: some lines and the exact total, in one statement that is built once."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, true

from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import TrainingRole


class PersonLine(NamedTuple):
    """A person on the list, with the path of their department and their training roles in fixed order."""

    id: int
    name: str
    email: str | None
    job_title: str
    has_left: bool
    department: str | None
    roles: tuple[TrainingRole, ...]


class Listing:
    """A list of people (see `people_listed`), ready to be read page by page any number of times.

    Building the statement takes longer than running it, so callers keep this for a list that they show again.
    """

    def __init__(self, listed: Select[Any]) -> None:
        person, department, held = Person.__table__.c, Department.__table__.c, PersonRole.__table__.c
        # First select the people of the page, so that departments and roles are looked up only for them.
        on_page = listed.with_only_columns(Person.id).limit(bindparam("size")).offset(bindparam("offset"))
        shown = on_page.subquery("shown")
        roles = select(func.aggregate_strings(held.role, ",")).where(held.person_id == person.id).scalar_subquery()
        number = listed.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        # The limit keeps both engines from counting again for each line of the page.
        counted = select(number.scalar_subquery().label("total")).limit(1).subquery("counted")
        self._statement = (
            select(
                person.id,
                person.name,
                person.email,
                person.job_title,
                person.left_at.is_not(None).label("has_left"),
                department.path,
                roles.label("roles"),
                counted.c.total,
            )
            .select_from(counted)
            .outerjoin(shown, true())
            .outerjoin(Person.__table__, person.id == shown.c.id)
            .outerjoin(Department.__table__, department.id == person.department_id)
            .order_by(person.sorted_by, person.id)
        )

    def page(self, size: int, offset: int) -> tuple[list[PersonLine], int]:
        """Return `size` lines after the first `offset`, and the number of people on the whole list."""
        rows = db.session.connection().execute(self._statement, {"size": size, "offset": offset}).all()
        lines = [
            PersonLine(row.id, row.name, row.email, row.job_title, row.has_left, row.path, _roles_in(row.roles))
            for row in rows
            if row.id is not None
        ]
        return lines, rows[0].total


@cache
def _roles_in(joined: str | None) -> tuple[TrainingRole, ...]:
    order = list(TrainingRole)
    return tuple(sorted((TrainingRole(word) for word in (joined or "").split(",") if word), key=order.index))
