"""Matches staged rows with people, finds who is missing, and resolves the departments and managers named."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from engagement.db import db, note_growth, rows_changed
from engagement.intake.comparing.actions.conflicts import question_numbers, settle_addresses
from engagement.intake.comparing.queries.desired import MANAGER_COLUMNS
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.reading.rules.fields import ManagerKey, ManagerRef
from engagement.intake.reading.rules.problems import Problem
from engagement.intake.rules import ChangeKind, ReferenceKind
from engagement.letters import same_key
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Department, Person
from engagement.people.rules import present_path, spelt_as
from engagement.searching import folded

_MATCH = ["run_id", "person_id", "line", "kind"]
_REFERENCE = ["run_id", "kind", "value", "row_id"]


def match_people(run: ImportRun, unplaced: int) -> list[Problem]:
    """Fill `StagedMatch`: known people, those missing from a full file, and new ones with their future ids.

    A row with an employee number is about the person with that number, else the person with the address and no number.
    A row without one is about the person with the address, else the last one to have had it, if the name is the same.
    When `unplaced` rows may be about anybody, nobody counts as missing. Returns a problem for each number that may
    belong to somebody else, and for each address that somebody outside the file keeps; rows with errors are rejected.
    """
    rows_changed(delete(StagedMatch).where(StagedMatch.run_id == run.id))
    for kind in (ChangeKind.UNCHANGED, ChangeKind.REJECTED) if _has_rejected(run) else (ChangeKind.UNCHANGED,):
        by_number = and_(Person.employee_id == StagedPerson.employee_id, Person.erased_at.is_(None))
        by_address = and_(
            Person.email == StagedPerson.email,
            Person.left_at.is_(None),
            or_(Person.employee_id.is_(None), StagedPerson.employee_id.is_(None)),
        )
        _match(run, kind, by_number)
        note_growth(StagedMatch, run.count("rows"))
        _match(run, kind, by_address)
        _match(run, kind, and_(_had_address(), Person.left_at.is_(None)))
        _match_left(run, kind)
    if run.is_full and not unplaced:
        _match_missing(run)
    _number_new(run)
    note_growth(StagedMatch, run.count("rows"))
    return [*question_numbers(run), *settle_addresses(run)]


def _had_address() -> ColumnElement[bool]:
    """Whoever has another address by hand now than the files have, which go on using the former one."""
    return exists().where(
        HandValue.person_id == Person.id, HandValue.field == HandField.EMAIL, HandValue.former == StagedPerson.email
    )


def _has_rejected(run: ImportRun) -> bool:
    return bool(db.session.scalar(select(exists().where(StagedPerson.run_id == run.id, StagedPerson.is_rejected))))


def _free(run: ImportRun, kind: ChangeKind) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for rows and people that are not matched yet."""
    taken, done = aliased(StagedMatch), aliased(StagedMatch)
    return (
        StagedPerson.run_id == run.id,
        StagedPerson.is_rejected.is_(kind is ChangeKind.REJECTED),
        ~exists().where(taken.run_id == run.id, taken.person_id == Person.id),
        ~exists().where(done.run_id == run.id, done.line == StagedPerson.line),
    )


def _match(run: ImportRun, kind: ChangeKind, same: ColumnElement[bool]) -> None:
    found = select(literal(run.id), Person.id, func.min(StagedPerson.line), _word(kind)).select_from(StagedPerson)
    found = found.join(Person, same).where(*_free(run, kind)).group_by(Person.id)
    rows_changed(insert(StagedMatch).from_select(_MATCH, found))


def _match_left(run: ImportRun, kind: ChangeKind) -> None:
    """Match rows without a known number to people who left: the last holder of the address, if the name is the same.

    Addresses are reused in time, and nobody may get the sign-in and history of the former holder.
    """
    name = folded(Person.name)
    last = (
        select(Person.email, name.label("name"), func.max(Person.id).label("id"))
        .where(Person.left_at.is_not(None), Person.erased_at.is_(None), Person.email.is_not(None))
        .group_by(Person.email, name)
        .subquery()
    )
    found = (
        select(literal(run.id), Person.id, func.min(StagedPerson.line), _word(kind))
        .select_from(StagedPerson)
        .join(last, and_(last.c.email == StagedPerson.email, last.c.name == folded(StagedPerson.name)))
        .join(Person, Person.id == last.c.id)
        .where(or_(Person.employee_id.is_(None), StagedPerson.employee_id.is_(None)), *_free(run, kind))
        .group_by(Person.id)
    )
    rows_changed(insert(StagedMatch).from_select(_MATCH, found))


def _match_missing(run: ImportRun) -> None:
    listed = and_(StagedMatch.run_id == run.id, StagedMatch.person_id == Person.id)
    missing: Select[*tuple[Any, ...]] = (
        select(literal(run.id), Person.id, literal_column("NULL"), _word(ChangeKind.LEFT))
        .select_from(Person)
        .outerjoin(StagedMatch, listed)
        .where(Person.left_at.is_(None), StagedMatch.person_id.is_(None), ~is_here_by_hand())
    )
    rows_changed(insert(StagedMatch).from_select(_MATCH, missing))


def is_here_by_hand() -> ColumnElement[bool]:
    """Return the condition on `Person` for those whom somebody added by hand: a file may leave them out."""
    return exists().where(HandValue.person_id == Person.id, HandValue.field == HandField.HERE)


def _number_new(run: ImportRun) -> None:
    done = aliased(StagedMatch)
    rows = select(StagedPerson.line).where(
        StagedPerson.run_id == run.id,
        StagedPerson.is_rejected.is_(False),
        ~exists().where(done.run_id == run.id, done.line == StagedPerson.line),
    )
    lines = rows.order_by(StagedPerson.line).subquery()
    number: ColumnElement[int]
    if db.engine.dialect.name == "postgresql":
        number = func.nextval(literal_column("'person_id_seq'"))
    else:
        number = func.coalesce(select(func.max(Person.id)).scalar_subquery(), 0) + func.row_number().over(
            order_by=lines.c.line
        )
    new = select(literal(run.id), number, lines.c.line, _word(ChangeKind.NEW))
    rows_changed(insert(StagedMatch).from_select(_MATCH, new))


def _word(kind: ChangeKind) -> ColumnElement[str]:
    return literal_column(f"'{kind.value}'")


def resolve_references(run: ImportRun) -> list[str]:
    """Fill `StagedReference`; return the paths of departments that do not exist yet."""
    rows_changed(delete(StagedReference).where(StagedReference.run_id == run.id))
    for kind in MANAGER_COLUMNS:
        _resolve_managers(run, kind)
    departments = _resolve_departments(run)
    note_growth(StagedReference, run.count("rows"))
    return departments


def _resolve_managers(run: ImportRun, kind: ReferenceKind) -> None:
    """Resolve each manager named by a row: first among the file's people, then in the directory."""
    named, in_file, in_directory = MANAGER_COLUMNS[kind]
    word: ColumnElement[str] = literal_column(f"'{kind.value}'")
    usable = (StagedPerson.run_id == run.id, StagedPerson.is_rejected.is_(False))
    wanted = select(named).where(*usable, named.is_not(None))
    there: Select[*tuple[Any, ...]] = (
        select(literal(run.id), word, in_file, StagedMatch.person_id)
        .join(StagedMatch, and_(StagedMatch.run_id == run.id, StagedMatch.line == StagedPerson.line))
        .where(*usable, in_file.in_(wanted))
    )
    rows_changed(insert(StagedReference).from_select(_REFERENCE, there))
    others = wanted.distinct().subquery()
    value = others.c[0]
    found = exists().where(
        StagedReference.run_id == run.id, StagedReference.kind == kind, StagedReference.value == value
    )
    elsewhere: Select[*tuple[Any, ...]] = (
        select(literal(run.id), word, value, Person.id)
        .select_from(others)
        .outerjoin(Person, and_(in_directory == value, Person.left_at.is_(None)))
        .where(~found)
    )
    rows_changed(insert(StagedReference).from_select(_REFERENCE, elsewhere))
    _resolve_to_leavers(run, kind, in_directory)


def _resolve_to_leavers(run: ImportRun, kind: ReferenceKind, in_directory: Any) -> None:
    """Resolve managers who left but still have reports: they stay managers until a file names another."""
    member = aliased(Person)
    has_team = exists().where(member.manager_id == Person.id, member.left_at.is_(None))
    left = select(func.max(Person.id)).where(
        in_directory == StagedReference.value, Person.left_at.is_not(None), has_team
    )
    missing = (StagedReference.run_id == run.id, StagedReference.kind == kind, StagedReference.row_id.is_(None))
    rows_changed(update(StagedReference).where(*missing).values(row_id=left.scalar_subquery()))


def unknown_managers(run: ImportRun) -> set[ManagerRef]:
    """Return the managers named by rows who are neither in the file nor in the directory."""
    missing = select(StagedReference.kind, StagedReference.value).where(
        StagedReference.run_id == run.id,
        StagedReference.kind.in_(MANAGER_COLUMNS),
        StagedReference.row_id.is_(None),
    )
    keys = {ReferenceKind.MANAGER_EMAIL: ManagerKey.EMAIL, ReferenceKind.MANAGER_ID: ManagerKey.EMPLOYEE_ID}
    return {ManagerRef(keys[kind], value) for kind, value in db.session.execute(missing)}


def _resolve_departments(run: ImportRun) -> list[str]:
    named = select(StagedPerson.department).where(
        StagedPerson.run_id == run.id, StagedPerson.is_rejected.is_(False), StagedPerson.department != ""
    )
    wanted = set(db.session.scalars(named.distinct()))
    if not wanted:
        return []
    rows = db.session.execute(select(Department.path, Department.id, Department.merged_into_id)).all()
    paths = {id_: path for path, id_, _ in rows}
    successors = {path: paths[successor] for path, _, successor in rows if successor is not None}
    ids = {path: id_ for id_, path in paths.items()}
    # An exact path wins; of paths that differ only in a reader's eyes, the oldest.
    known: dict[str, str] = {}
    for _, path in sorted(paths.items()):
        known.setdefault(same_key(path), path)
    values: list[dict[str, Any]] = [
        {
            "run_id": run.id,
            "kind": ReferenceKind.DEPARTMENT,
            "value": path,
            "row_id": ids.get(present_path(path if path in ids else spelt_as(path, known), successors)),
        }
        for path in sorted(wanted)
    ]
    db.session.execute(insert(StagedReference), values)
    new = {same_key(value["value"]): value["value"] for value in reversed(values) if value["row_id"] is None}
    return sorted(new.values())
