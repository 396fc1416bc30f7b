"""The people list as a page needs it: some lines and the exact number of all, in one statement that is built once."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, true

from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import TrainingRole

BY_NAME = (Person.sorted_by, Person.id)


class PersonLine(NamedTuple):
    """A person on the list, with the path of their department and the training roles in their fixed order."""

    id: int
    name: str
    email: str | None
    job_title: str
    has_left: bool
    department: str | None
    roles: tuple[TrainingRole, ...]


class Listing:
    """A list of people (see `people_listed`) in its order, made ready to be read page by page, as often as it is asked for.

    Building the statement takes longer than running it, so whoever shows the same list again keeps this.
    """

    def __init__(self, listed: Select[Any], in_order: Sequence[Any] = BY_NAME) -> None:
        person, department, held = Person.__table__.c, Department.__table__.c, PersonRole.__table__.c
        # First who is on the page, so that departments and roles are looked up for nobody else.
        on_page = listed.with_only_columns(Person.id).limit(bindparam("size")).offset(bindparam("offset"))
        shown = on_page.subquery("shown")
        roles = select(func.aggregate_strings(held.role, ",")).where(held.person_id == person.id).scalar_subquery()
        number = listed.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        # The limit keeps both engines from counting anew for each line of the page.
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
            .order_by(*in_order)
        )

    def page(self, size: int, offset: int) -> tuple[list[PersonLine], int]:
        """Return so many lines after the first `offset`, and how many people are on the whole list."""
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
