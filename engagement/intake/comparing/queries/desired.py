"""Staged rows beside the directory, column by column, with departments and managers resolved."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.reading.rules.fields import Field
from engagement.intake.rules import ROLE_BITS, ChangeKind, ReferenceKind
from engagement.people.by_hand.queries import hand_masks
from engagement.people.by_hand.rules import HAND_BITS, OF_COLUMN, HandField
from engagement.people.models import Person, PersonRole
from engagement.people.rules import RoleOrigin
from engagement.searching import folded

ALL_ROLES = sum(ROLE_BITS.values())
_MANAGER = frozenset({Field.MANAGER_EMAIL, Field.MANAGER_ID})

#: The columns of `Person` that fields of the file fill, except department, manager and roles.
PLAIN: dict[str, frozenset[Field]] = {
    "employee_id": frozenset({Field.EMPLOYEE_ID}),
    "email": frozenset({Field.EMAIL}),
    "first_name": frozenset({Field.FIRST_NAME, Field.LAST_NAME, Field.NAME}),
    "last_name": frozenset({Field.FIRST_NAME, Field.LAST_NAME, Field.NAME}),
    "name": frozenset({Field.FIRST_NAME, Field.LAST_NAME, Field.NAME}),
    "job_title": frozenset({Field.JOB_TITLE}),
    "location": frozenset({Field.LOCATION}),
    "country": frozenset({Field.COUNTRY}),
    "timezone": frozenset({Field.TIMEZONE}),
    "language": frozenset({Field.LANGUAGE}),
    "start_on": frozenset({Field.START_DATE}),
    "end_on": frozenset({Field.END_DATE}),
}


#: For each way to name a manager: the naming column, and the named one in the file and in the directory.
MANAGER_COLUMNS: dict[ReferenceKind, tuple[Any, Any, Any]] = {
    ReferenceKind.MANAGER_EMAIL: (StagedPerson.manager_email, StagedPerson.email, Person.email),
    ReferenceKind.MANAGER_ID: (StagedPerson.manager_employee_id, StagedPerson.employee_id, Person.employee_id),
}


def has_managers(run: ImportRun) -> bool:
    """Return whether the file says who reports to whom."""
    return not _MANAGER.isdisjoint(run.columns)


def pairs(run: ImportRun, wanted: Subquery) -> dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]]:
    """Return (old, new) for each column of `Person` that this file fills, and for "roles"."""
    return {name: (wanted.c[f"old_{name}"], wanted.c[name]) for name in filled(run)}


def filled(run: ImportRun) -> list[str]:
    """Return the columns of `Person` that this file fills, "roles" last if it has roles."""
    fields = {Field(name) for name in run.columns}
    names = [name for name, of in PLAIN.items() if not of.isdisjoint(fields)]
    if Field.DEPARTMENT in fields:
        names.append("department_id")
    if has_managers(run):
        names.append("manager_id")
    return [*names, "roles"] if Field.TRAINING_ROLE in fields else names


def desired(run: ImportRun, *kinds: ChangeKind) -> Subquery:
    """Return one row for each matched person of these kinds: new column values, and old ones under `old_…`.

    `roles` are those from files; roles given by hand are left out on both sides. Roles from rules count as new if the
    file states them, because a role from the file lasts when the rule ends.
    """
    return _desired(run.id, kinds, db.engine.dialect.name)


@lru_cache(maxsize=64)
def _desired(run_id: int, kinds: tuple[ChangeKind, ...], dialect: str) -> Subquery:
    """Return `desired`; an import asks for the same rows six times, and to put the statement together takes longer than to run it
    on a small file."""
    rows = ResolvedRows(run_id, dialect)
    old_roles, by_hand = aliased(_masks(RoleOrigin.FILE)), aliased(_masks(RoleOrigin.HAND))
    new = rows.values | {
        "employee_id": func.coalesce(StagedPerson.employee_id, Person.employee_id),
        "roles": StagedPerson.roles.bitwise_and(ALL_ROLES - func.coalesce(by_hand.c.mask, 0)),
        "searched_by": _searched_by(),
        "sorted_by": StagedPerson.sorted_by,
    }
    old = {name: getattr(Person, name) for name in [*PLAIN, "department_id", "manager_id", "left_at"]}
    old["roles"] = func.coalesce(old_roles.c.mask, 0)
    hand = aliased(hand_masks())
    by_hand_fields = func.coalesce(hand.c.mask, 0)
    for name, field in OF_COLUMN.items():
        if name in new:
            new[name] = case((is_kept(by_hand_fields, field), getattr(Person, name)), else_=new[name])
    found_by = is_kept(by_hand_fields, HandField.NAME) | is_kept(by_hand_fields, HandField.EMAIL)
    for name in ("searched_by", "sorted_by"):
        new[name] = case((found_by, getattr(Person, name)), else_=new[name])
    query = rows.of_kinds(*kinds, is_placed_by_hand=is_kept(by_hand_fields, HandField.DEPARTMENT)).add_columns(
        by_hand_fields.label("by_hand"),
        *(value.label(name) for name, value in new.items()),
        *(value.label(f"old_{name}") for name, value in old.items()),
    )
    query = query.outerjoin(Person, Person.id == StagedMatch.person_id)
    query = query.outerjoin(hand, hand.c.person_id == StagedMatch.person_id)
    for masks in (old_roles, by_hand):
        query = query.outerjoin(masks, masks.c.person_id == StagedMatch.person_id)
    return query.subquery()


def is_kept(mask: ColumnElement[int], field: HandField) -> ColumnElement[bool]:
    """Return the condition that a field was said by hand, where `mask` is what was said so."""
    return mask.bitwise_and(HAND_BITS[field]) != 0


class ResolvedRows:
    """The staged rows of a run with their references; `values` has the file's value for each column of `Person`."""

    def __init__(self, run_id: int, dialect: str) -> None:
        self._run_id, self._dialect = run_id, dialect
        self._department, self._by_email, self._by_number = (aliased(StagedReference) for _ in range(3))
        manager = func.coalesce(self._by_number.row_id, self._by_email.row_id)
        self.values: dict[str, ColumnElement[Any]] = {name: getattr(StagedPerson, name) for name in PLAIN} | {
            "department_id": self._department.row_id,
            "manager_id": func.nullif(manager, StagedMatch.person_id),
        }

    def of_kinds(
        self, *kinds: ChangeKind, is_placed_by_hand: ColumnElement[bool] | None = None
    ) -> Select[*tuple[Any, ...]]:
        """Return a SELECT of the matched rows of these kinds: person, kind, line, and whether the department is new."""
        query: Select[*tuple[Any, ...]] = (
            select(StagedMatch.person_id, StagedMatch.kind, StagedMatch.line)
            .add_columns(
                StagedPerson.department,
                and_(
                    StagedPerson.department != "",
                    self._department.row_id.is_(None),
                    true() if is_placed_by_hand is None else ~is_placed_by_hand,
                ).label("to_new_department"),
            )
            .select_from(StagedMatch)
            .join(StagedPerson, and_(StagedPerson.run_id == self._run_id, StagedPerson.line == StagedMatch.line))
            .where(_of_run(self._run_id, self._dialect), StagedMatch.kind.in_(kinds))
        )
        for reference, kind, value in (
            (self._department, ReferenceKind.DEPARTMENT, StagedPerson.department),
            (self._by_email, ReferenceKind.MANAGER_EMAIL, StagedPerson.manager_email),
            (self._by_number, ReferenceKind.MANAGER_ID, StagedPerson.manager_employee_id),
        ):
            named = and_(reference.run_id == self._run_id, reference.kind == kind, reference.value == value)
            query = query.outerjoin(reference, named)
        return query


def _of_run(run_id: int, dialect: str) -> ColumnElement[bool]:
    """Return the condition for the matches of one run, on SQLite in a form that no index serves.

    Staging tables mostly hold one run, so joins should use the other columns. Without statistics SQLite would choose
    the index that begins with the run, and then read all rows once for each row.
    """
    return (StagedMatch.run_id + 0 if dialect == "sqlite" else StagedMatch.run_id) == run_id


def _masks(origin: RoleOrigin) -> Subquery:
    """Return each person's training roles of this origin, as masks."""
    bit = case(*((PersonRole.role == role, bit) for role, bit in ROLE_BITS.items()), else_=0)
    mask = cast(func.sum(bit), Integer).label("mask")
    return (
        select(PersonRole.person_id, mask).where(PersonRole.origin == origin).group_by(PersonRole.person_id).subquery()
    )


def _searched_by() -> ColumnElement[str]:
    """Return the search text; a row without an employee number leaves the old number in it."""
    kept = and_(StagedPerson.employee_id.is_(None), Person.employee_id.is_not(None))
    return case((kept, StagedPerson.searched_by + " " + folded(Person.employee_id)), else_=StagedPerson.searched_by)


def changed_values(values: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]]) -> ColumnElement[Any]:
    """Return a JSON object of [old, new] for each pair that differs."""
    parts: list[ColumnElement[Any]] = []
    is_postgresql = db.engine.dialect.name == "postgresql"
    array = func.jsonb_build_array if is_postgresql else func.json_array
    for name, (old, new) in values.items():
        both = case((old.is_distinct_from(new), array(old, new)))
        parts += [literal_column(f"'{name}'"), both if is_postgresql else func.json(both)]
    if is_postgresql:
        return cast(func.jsonb_strip_nulls(func.jsonb_build_object(*parts)), JSON)
    return func.json_patch(literal_column("'{}'"), func.json_object(*parts))
