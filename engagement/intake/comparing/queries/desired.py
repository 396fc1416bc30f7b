"""Staged rows held against the directory by the database: what each would change, field by field, and how many."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from engagement.db import db, rows_changed
from engagement.intake.conflicts import reject_matched
from engagement.intake.matching import match_people, resolve_references
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson
from engagement.intake.reporting_lines import circles_with_directory
from engagement.intake.resolved_rows import PLAIN, ResolvedRows
from engagement.intake.rules import ROLE_BITS, ChangeKind, Field, Problem, lines_at_fault
from engagement.people.models import Person, PersonRole
from engagement.people.queries import headcount
from engagement.people.rules import RoleOrigin

ALL_ROLES = sum(ROLE_BITS.values())
_MANAGER = frozenset({Field.MANAGER_EMAIL, Field.MANAGER_ID})


def has_managers(run: ImportRun) -> bool:
    """Return whether the file says who reports to whom."""
    return not _MANAGER.isdisjoint(run.columns)


def compare(run: ImportRun, unplaced: int) -> list[Problem]:
    """Hold the staged rows of a run against the directory as it is now; fills counts and new departments.

    `unplaced` rows may be about anybody. Returns what is wrong with rows only in sight of the directory.
    """
    problems = match_people(run, unplaced)
    run.new_departments = resolve_references(run)
    while has_managers(run) and (circles := circles_with_directory(run)):
        problems += [*circles, *reject_matched(run, lines_at_fault(circles))]
        run.new_departments = resolve_references(run)
    _mark_changed(run)
    tally = select(StagedMatch.kind, func.count()).where(StagedMatch.run_id == run.id).group_by(StagedMatch.kind)
    found = {kind.value: number for kind, number in db.session.execute(tally)}
    found.pop(ChangeKind.REJECTED.value, None)
    active = headcount()
    run.counts = (
        run.counts
        | {kind.value: 0 for kind in ChangeKind if kind is not ChangeKind.REJECTED}
        | found
        | {"active": active}
    )
    return problems


def _mark_changed(run: ImportRun) -> None:
    wanted = desired(run, ChangeKind.UNCHANGED)
    left = wanted.c.old_left_at.is_not(None)
    moved = wanted.c.old_department_id.is_distinct_from(wanted.c.department_id) | wanted.c.to_new_department
    kind = case(
        (left, literal_column("'returned'")), (moved, literal_column("'moved'")), else_=literal_column("'changed'")
    )
    differs = or_(
        left, wanted.c.to_new_department, *(old.is_distinct_from(new) for old, new in pairs(run, wanted).values())
    )
    found = select(wanted.c.person_id, kind.label("kind")).where(differs).subquery()
    rows_changed(
        update(StagedMatch)
        .where(StagedMatch.run_id == run.id, StagedMatch.person_id == found.c.person_id)
        .values(kind=found.c.kind)
    )


def pairs(run: ImportRun, wanted: Subquery) -> dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]]:
    """Return for each column of `Person` that this file fills (and "roles") what it is and what it would be."""
    return {name: (wanted.c[f"old_{name}"], wanted.c[name]) for name in filled(run)}


def filled(run: ImportRun) -> list[str]:
    """Return the columns of `Person` that this file fills, "roles" last where it has roles."""
    fields = {Field(name) for name in run.columns}
    names = [name for name, of in PLAIN.items() if not of.isdisjoint(fields)]
    if Field.DEPARTMENT in fields:
        names.append("department_id")
    if has_managers(run):
        names.append("manager_id")
    return [*names, "roles"] if Field.TRAINING_ROLE in fields else names


def desired(run: ImportRun, *kinds: ChangeKind) -> Subquery:
    """Return one row a matched person of these kinds: every column as it would be, and as it is under `old_…`.

    `roles` of an old person are those that come from files; roles given by hand are left out on both sides. What a rule gives
    counts as not stated yet, because the file's statement holds on when the rule ends.
    """
    rows = ResolvedRows(run)
    old_roles, by_hand = aliased(_masks(RoleOrigin.FILE)), aliased(_masks(RoleOrigin.HAND))
    new = rows.values | {
        "employee_id": func.coalesce(StagedPerson.employee_id, Person.employee_id),
        "roles": StagedPerson.roles.bitwise_and(ALL_ROLES - func.coalesce(by_hand.c.mask, 0)),
        "searched_by": _searched_by(),
    }
    old = {name: getattr(Person, name) for name in [*PLAIN, "department_id", "manager_id", "left_at"]}
    old["roles"] = func.coalesce(old_roles.c.mask, 0)
    query = rows.of_kinds(*kinds).add_columns(
        *(value.label(name) for name, value in new.items()),
        *(value.label(f"old_{name}") for name, value in old.items()),
    )
    query = query.outerjoin(Person, Person.id == StagedMatch.person_id)
    for masks in (old_roles, by_hand):
        query = query.outerjoin(masks, masks.c.person_id == StagedMatch.person_id)
    return query.subquery()


def newcomers(run: ImportRun) -> Subquery:
    """Return one row a person whom the directory does not know: id, line and every column as the file has it.

    It says what `desired` says of them, without looking for what they were.
    """
    rows = ResolvedRows(run)
    new = rows.values | {"roles": StagedPerson.roles, "searched_by": StagedPerson.searched_by}
    return rows.of_kinds(ChangeKind.NEW).add_columns(*(value.label(name) for name, value in new.items())).subquery()


def _masks(origin: RoleOrigin) -> Subquery:
    """The training roles that each person came to in this way, as masks."""
    bit = case(*((PersonRole.role == role, bit) for role, bit in ROLE_BITS.items()), else_=0)
    mask = cast(func.sum(bit), Integer).label("mask")
    return (
        select(PersonRole.person_id, mask).where(PersonRole.origin == origin).group_by(PersonRole.person_id).subquery()
    )


def _searched_by() -> ColumnElement[str]:
    """The text for searching, with the employee number that a row without one leaves in place."""
    kept = and_(StagedPerson.employee_id.is_(None), Person.employee_id.is_not(None))
    return case((kept, StagedPerson.searched_by + " " + func.lower(Person.employee_id)), else_=StagedPerson.searched_by)


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
