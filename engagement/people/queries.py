"""Reads of the directory: the tree, people, and people without a training role."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from engagement import letters
from engagement.addresses import kept_form
from engagement.db import among, count_of, db
from engagement.letters import clean_number, same_key, search_words
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.searching import folded

EVERYBODY = true()
_PLACE = Department.__table__.c


@dataclass(frozen=True)
class DepartmentLine:
    """A department in the tree: its depth (0 at the top), head, and people in it and below."""

    department: Department
    depth: int
    manager: Person | None
    own_headcount: int
    headcount: int


class DepartmentName(NamedTuple):
    """A department in a list to choose from."""

    id: int
    path: str
    lineage: str
    is_closed: bool


def department_by_path(path: str) -> Department | None:
    """Return the department with this path of names, joined by "/": spelt exactly so, else a similar spelling."""
    exactly = db.session.scalar(select(Department).where(Department.path == path))
    if exactly is not None:
        return exactly
    close = select(Department).where(folded(Department.path) == letters.folded(path)).order_by(Department.id)
    alike = [row for row in db.session.scalars(close) if same_key(row.path) == same_key(path)]
    return next((row for row in alike if row.closed_at is None), next(iter(alike), None))


def departments(include_closed: bool = False) -> list[Department]:
    """Return all departments, each after the one above it."""
    open_only = true() if include_closed else Department.closed_at.is_(None)
    return list(db.session.scalars(select(Department).where(open_only).order_by(Department.sorted_by, Department.id)))


def department_names(also: int = 0) -> Sequence[DepartmentName]:
    """Return the open departments to choose from, by path, and the one with the id `also` even if closed."""
    return [DepartmentName(*row) for row in db.session.connection().execute(_DEPARTMENT_NAMES, {"also": also}).all()]


_DEPARTMENT_NAMES = (
    select(_PLACE.id, _PLACE.path, _PLACE.lineage, _PLACE.closed_at.is_not(None))
    .where(or_(_PLACE.closed_at.is_(None), _PLACE.id == bindparam("also", type_=Integer)))
    .order_by(_PLACE.sorted_by, _PLACE.id)
)


def below(department: Department) -> ColumnElement[bool]:
    """Return the condition on `Department` for this one and everything below it."""
    return Department.lineage.startswith(department.lineage, autoescape=True)


def department_tree() -> list[DepartmentLine]:
    """Return the open departments as a tree in reading order, with heads and headcounts, in two queries."""
    rows = db.session.scalars(
        select(Department).where(Department.closed_at.is_(None)).options(selectinload(Department.manager))
    ).all()
    counted = db.session.execute(
        select(Person.department_id, func.count()).where(Person.left_at.is_(None)).group_by(Person.department_id)
    )
    heads = dict(counted.all())
    total: dict[int, int] = defaultdict(int)
    for row in rows:
        for ancestor in row.lineage.strip("/").split("/"):
            total[int(ancestor)] += heads.get(row.id, 0)
    ordered = sorted(rows, key=lambda row: (row.sorted_by, row.id))
    return [
        DepartmentLine(row, row.lineage.strip("/").count("/"), row.manager, heads.get(row.id, 0), total[row.id])
        for row in ordered
    ]


def active() -> ColumnElement[bool]:
    """Return the condition on `Person` that they have not left."""
    return Person.left_at.is_(None)


def people_listed(
    visible: ColumnElement[bool],
    *,
    words: str = "",
    lineage: str = "",
    role: TrainingRole | None = None,
    without_role: bool = False,
    include_left: bool = False,
) -> Select[Person]:
    """Return a SELECT of `visible` people in the order of names, narrowed by the filters.

    Every one of `words` has to occur in name, address or employee number, in any spelling; `lineage` is a department's.
    """
    # Erased people have left too; a single condition can be counted from an index alone.
    query = select(Person).where(visible, Person.erased_at.is_(None) if include_left else active())
    for word in search_words(words):
        query = query.where(Person.searched_by.contains(word, autoescape=True))
    if lineage:
        inside = select(Department.id).where(Department.lineage.startswith(lineage, autoescape=True))
        query = query.where(Person.department_id.in_(inside))
    if role is not None:
        query = query.where(Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == role)))
    if without_role:
        query = query.where(Person.id.not_in(select(PersonRole.person_id)))
    return query.order_by(Person.sorted_by, Person.id)


def headcount() -> int:
    """Return how many people are in the directory and have not left."""
    return count_of(select(Person.id).where(active()))


class DepartmentPlace(NamedTuple):
    """What numbers by department are shown under, and where it stands in the tree."""

    name: str
    path: str
    lineage: str


#: Departments by id.
Places: TypeAlias = Mapping[int | None, DepartmentPlace]


def places_of(department_ids: Iterable[int | None]) -> Places:
    """Return the names and places of these departments, in one query; None, for people without one, has no entry."""
    known = {key for key in department_ids if key is not None}
    return {key: DepartmentPlace(*place) for key, *place in db.session.execute(_places(), {"departments": list(known)})}


# Making the statement anew costs more than running it.
@cache
def _places() -> Select[int, str, str, str]:
    columns = (Department.id, Department.name, Department.path, Department.lineage)
    return select(*columns).where(Department.id.in_(bindparam("departments", expanding=True)))


def roles_of(people: Sequence[int]) -> dict[int, list[TrainingRole]]:
    """Return the training roles of these people, in the fixed order of roles, in one query."""
    found: dict[int, list[TrainingRole]] = defaultdict(list)
    for person_id, role in db.session.execute(
        select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(people))
    ):
        found[person_id].append(role)
    order = list(TrainingRole)
    return {person_id: sorted(roles, key=order.index) for person_id, roles in found.items()}


def team_of(person_id: int, visible: ColumnElement[bool] = EVERYBODY) -> list[Person]:
    """Return a person's present direct reports, by name; only `visible` ones."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.manager_id == person_id, active(), visible)
            .order_by(Person.sorted_by, Person.id)
        )
    )


def person_by_reference(
    reference: str, among: ColumnElement[bool] = EVERYBODY, numbered: ColumnElement[bool] = EVERYBODY
) -> Person | None:
    """Return the person with an address or employee number; None for nobody or a leaver.

    Only people who meet `among` are found, by number only those who also meet `numbered`.
    """
    by_number = and_(Person.employee_id == clean_number(reference).strip(), numbered)
    return db.session.scalar(
        select(Person)
        .where(or_(Person.email == kept_form(reference), by_number), among, active())
        .order_by(Person.id)
        .limit(1)
    )


def people_suggested(words: str, limit: int = 8, visible: ColumnElement[bool] = EVERYBODY) -> list[Person]:
    """Return a few `visible` people whose name, address or number contains the words, to choose one."""
    if not words.strip():
        return []
    return list(db.session.scalars(people_listed(visible, words=words).limit(limit)))


def person_page(person_id: int, visible: ColumnElement[bool]) -> Person | None:
    """Return a person with department and manager loaded; None if erased or not `visible`."""
    return db.session.scalar(
        select(Person)
        .where(Person.id == person_id, visible, Person.erased_at.is_(None))
        .options(joinedload(Person.department), joinedload(Person.manager))
    )


def roles_with_origin(person_id: int) -> list[PersonRole]:
    """Return a person's training roles in the fixed order, each with how they got it."""
    order = list(TrainingRole)
    rows = db.session.scalars(select(PersonRole).where(PersonRole.person_id == person_id))
    return sorted(rows, key=lambda row: order.index(row.role))


def department_page(department_id: int) -> Department | None:
    """Return a department, even a closed one, with its head."""
    return db.session.scalar(
        select(Department).where(Department.id == department_id).options(joinedload(Department.manager))
    )


def standing_department(department: Department) -> Department:
    """Return the department itself, or its present successor if it was merged or renamed."""
    while department.closed_at is not None and department.merged_into_id is not None:
        department = db.session.get_one(Department, department.merged_into_id)
    return department


def department_successors() -> dict[int, int]:
    """Return the present successor of each merged or renamed department, across several mergers."""
    closed = (Department.closed_at.is_not(None), Department.merged_into_id.is_not(None))
    rows = db.session.execute(select(Department.id, Department.merged_into_id).where(*closed))
    merged = {old: new for old, new in rows if new is not None}
    return {old: _last(old, merged) for old in merged}


def _last(department_id: int, merged: Mapping[int, int]) -> int:
    seen: set[int] = set()
    while department_id in merged and department_id not in seen:
        seen.add(department_id)
        department_id = merged[department_id]
    return department_id


def ids_by_reference(references: Sequence[str]) -> dict[str, int]:
    """Return the person's id for each known address or employee number, in one query."""
    meant = {text: (kept_form(text), clean_number(text).strip()) for text in references}
    rows = db.session.execute(
        select(Person.id, Person.email, Person.employee_id).where(
            or_(
                among(Person.email, {address for address, _ in meant.values()}),
                among(Person.employee_id, {number for _, number in meant.values()}),
            ),
            active(),
        )
    ).all()
    by_number = {number: person_id for person_id, _, number in rows if number}
    by_address = {address: person_id for person_id, address, _ in rows if address}
    found = {text: by_address.get(address) or by_number.get(number) for text, (address, number) in meant.items()}
    return {text: person_id for text, person_id in found.items() if person_id is not None}


def references_of(people: Sequence[int]) -> dict[int, str]:
    """Return the address of each of these people, or their employee number if they have none, in one query."""
    rows = db.session.execute(select(Person.id, Person.email, Person.employee_id).where(Person.id.in_(people)))
    return {person_id: address or number or str(person_id) for person_id, address, number in rows}
