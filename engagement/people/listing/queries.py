"""The people list: for a page, some lines and the exact total in one statement that is built once; and as a file."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, true
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole

BY_NAME = (Person.sorted_by, Person.id)


class PersonLine(NamedTuple):
    """A person on the list, with the path of their department and their training roles in fixed order."""

    id: int
    name: str
    email: str | None
    job_title: str
    has_left: bool
    department: str | None
    roles: tuple[TrainingRole, ...]


class DirectoryRow(NamedTuple):
    """A person as a row of a file with the columns of the HR file, so that importing it again changes nobody.

    `role_by_rule` is only for the reader: if it were imported, such a role would outlive its rule.
    """

    employee_id: str | None
    email: str | None
    first_name: str
    last_name: str
    name: str
    job_title: str
    department: str | None
    manager_email: str | None
    manager_id: str | None
    location: str
    country: str
    timezone: str | None
    language: str | None
    start_date: date | None
    end_date: date | None
    left_on: date | None
    training_role: str
    role_by_rule: str


class Listing:
    """A list of people (see `people_listed`) in its order, ready to be read page by page any number of times.

    Building the statement takes longer than running it, so callers keep this for a list that they show again.
    """

    def __init__(self, listed: Select[Any], in_order: Sequence[Any] = BY_NAME) -> None:
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
            .order_by(*in_order)
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


def directory_rows(people: Select[Person]) -> list[DirectoryRow]:
    """Return the people of a list (see `people_listed`) as rows of a file, in order, in two queries."""
    manager = aliased(Person)
    ids = people.with_only_columns(Person.id).order_by(None)
    stated: dict[int, list[str]] = defaultdict(list)
    by_rule: dict[int, list[str]] = defaultdict(list)
    held = select(PersonRole).where(PersonRole.person_id.in_(ids)).order_by(PersonRole.role)
    for holder, role, origin in db.session.execute(
        held.with_only_columns(PersonRole.person_id, PersonRole.role, PersonRole.origin)
    ):
        (by_rule if origin is RoleOrigin.RULE else stated)[holder].append(role.value)
    rows = (
        people.outerjoin(Department, Department.id == Person.department_id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .with_only_columns(
            Person.id,
            Person.employee_id,
            Person.email,
            Person.first_name,
            Person.last_name,
            Person.name,
            Person.job_title,
            Department.path,
            manager.email,
            manager.employee_id,
            Person.location,
            Person.country,
            Person.timezone,
            Person.language,
            Person.start_on,
            Person.end_on,
            Person.left_at,
        )
    )
    found = []
    for row in db.session.execute(rows):
        person_id, *columns, left_at = row
        roles = (";".join(given.get(person_id, [])) for given in (stated, by_rule))
        found.append(DirectoryRow._make([*columns, left_at.date() if left_at else None, *roles]))
    return found
