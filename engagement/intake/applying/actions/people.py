"""Applies a compared run in one transaction with a few statements for all people; only differences are written."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    select,
    union_all,
    update,
)

from engagement.accounts.addresses.actions import follow_directory, keep_posts
from engagement.audit import Actor
from engagement.db import db, insert_new, rows_changed
from engagement.intake.applying.actions.departments import open_again
from engagement.intake.applying.actions.sign_ins import end_sign_ins, rename_sign_ins, reopen_sign_ins
from engagement.intake.applying.queries import of_kind, with_other_address
from engagement.intake.comparing.queries.desired import PLAIN, changed_values, desired, filled, pairs
from engagement.intake.models import KNOWN, ImportChange, ImportRun, StagedMatch, StagedReference
from engagement.intake.rules import ROLE_BITS, ChangeKind, ReferenceKind
from engagement.people.actions import make_department
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Person, PersonRole
from engagement.people.rules import PATH_SEPARATOR, RoleOrigin, person_keys


def make_departments(run: ImportRun, by: Actor) -> None:
    """Make the departments that exist only in the file, upper ones first; reopen closed ones."""
    here = (StagedReference.run_id == run.id, StagedReference.kind == ReferenceKind.DEPARTMENT)
    missing = db.session.scalars(select(StagedReference.value).where(*here, StagedReference.row_id.is_(None))).all()
    for path in sorted(missing, key=lambda path: (path.count(PATH_SEPARATOR), path)):
        department = make_department(path, by=by)
        rows_changed(update(StagedReference).where(*here, StagedReference.value == path).values(row_id=department.id))
    named = select(StagedReference.row_id).where(
        StagedReference.run_id == run.id, StagedReference.kind == ReferenceKind.DEPARTMENT
    )
    open_again(id_ for id_ in db.session.scalars(named) if id_ is not None)


def note_changes(run: ImportRun) -> None:
    """Record what the run does to each person, before anything is written."""
    columns = ["run_id", "person_id", "kind", "changes"]
    new: Select[*tuple[Any, ...]] = select(
        literal(run.id), StagedMatch.person_id, StagedMatch.kind, literal_column("NULL")
    ).where(StagedMatch.run_id == run.id, StagedMatch.kind.in_((ChangeKind.NEW, ChangeKind.LEFT)))
    rows_changed(insert(ImportChange).from_select(columns, new))
    if any(run.count(kind) for kind in KNOWN):
        wanted = desired(run, *KNOWN)
        values = pairs(run, wanted) | {"left_at": (wanted.c.old_left_at, literal_column("NULL"))}
        known = select(literal(run.id), wanted.c.person_id, wanted.c.kind, changed_values(values))
        rows_changed(insert(ImportChange).from_select(columns, known))


def mark_leavers(run: ImportRun, now: datetime, by: Actor) -> None:
    """Mark people missing from a full file as left, and end their sign-ins."""
    leaving = of_kind(run, ChangeKind.LEFT)
    rows_changed(update(Person).where(Person.id.in_(leaving)).values(left_at=now))
    end_sign_ins(leaving, now, by)


def update_known(run: ImportRun, now: datetime, by: Actor) -> None:
    """Write the differences for people already in the directory, including those who return."""
    if not any(run.count(kind) for kind in KNOWN):
        return
    reopen_sign_ins(of_kind(run, ChangeKind.RETURNED), now, by)
    wanted = desired(run, *KNOWN)
    values: dict[str, Any] = {name: wanted.c[name] for name in filled(run) if name != "roles"}
    values |= {"left_at": None, "searched_by": wanted.c.searched_by, "sorted_by": wanted.c.sorted_by}
    rows_changed(update(Person).where(Person.id == wanted.c.person_id).values(values))
    _find_by_both(run)
    rename_sign_ins(of_kind(run, *KNOWN))
    follow_directory(Person.id.in_(with_other_address(run)), by=by)


def _find_by_both(run: ImportRun) -> None:
    """Let those be found by what is by hand and what is from the file who have of name and address one each."""
    mixed = HandValue.field.in_((HandField.NAME, HandField.EMAIL))
    theirs = select(HandValue.person_id).where(mixed, HandValue.person_id.in_(of_kind(run, *KNOWN)))
    db.session.expire_all()
    for person in db.session.scalars(select(Person).where(Person.id.in_(theirs))):
        keys = person_keys(person.name, person.first_name, person.last_name, person.email, person.employee_id)
        person.searched_by, person.sorted_by = keys["searched_by"], keys["sorted_by"]
    db.session.flush()


def free_addresses(run: ImportRun) -> None:
    """Clear the addresses of all who get another one: the same file may give one to somebody else."""
    if any(run.count(kind) for kind in KNOWN):
        changing = of_kind(run, *KNOWN).where(ImportChange.changes["email"][1].as_string().is_not(None))
        keep_posts(Person.id.in_(changing))
        rows_changed(update(Person).where(Person.id.in_(changing)).values(email=None))


def add_new(run: ImportRun, now: datetime) -> None:
    """Add new people, with the ids that the comparison gave them."""
    if not run.count(ChangeKind.NEW):
        return
    wanted = desired(run, ChangeKind.NEW)
    names = [*PLAIN, "department_id", "manager_id", "searched_by", "sorted_by"]
    rows = select(wanted.c.person_id, literal(now, Person.joined_at.type), *(wanted.c[name] for name in names))
    rows_changed(insert(Person).from_select(["id", "joined_at", *names], rows))


def replace_roles(run: ImportRun, now: datetime) -> None:
    """Give people the training roles that the file states; roles given by hand, and by rules, are kept.

    A role from a rule that the file also states becomes one from the file, so that it outlives the rule.
    """
    if "roles" not in filled(run):
        return
    stated = ImportChange.changes["roles"][1].as_integer()
    if any(run.count(kind) for kind in KNOWN):
        known = select(ImportChange.person_id, stated.label("roles")).where(
            ImportChange.run_id == run.id, ImportChange.kind.in_(KNOWN), stated.is_not(None)
        )
        of_known, bits = known.subquery(), _bits()
        theirs = (of_known.c.person_id == PersonRole.person_id, bits.c.role == PersonRole.role)
        is_stated = of_known.c.roles.bitwise_and(bits.c.bit) != 0
        lost = exists().where(*theirs, ~is_stated)
        rows_changed(delete(PersonRole).where(PersonRole.origin == RoleOrigin.FILE, lost))
        by_rule = (PersonRole.origin == RoleOrigin.RULE, exists().where(*theirs, is_stated))
        rows_changed(update(PersonRole).where(*by_rule).values(origin=RoleOrigin.FILE))
        _give(known.subquery(), now)
    if run.count(ChangeKind.NEW):
        _give(desired(run, ChangeKind.NEW), now)


def _give(people: Subquery, now: datetime) -> None:
    """Give each of `people` the roles of their mask that they don't have yet."""
    bits = _bits()
    origin: ColumnElement[str] = literal_column(f"'{RoleOrigin.FILE.value}'")
    rows = select(people.c.person_id, bits.c.role, origin, literal(now, PersonRole.given_at.type))
    # Without WHERE, SQLite would parse ON CONFLICT as part of the join.
    rows = rows.join(bits, people.c.roles.bitwise_and(bits.c.bit) != 0).where(people.c.roles != 0)
    giving = insert_new(PersonRole).from_select(["person_id", "role", "origin", "given_at"], rows)
    rows_changed(giving.on_conflict_do_nothing())


def _bits() -> Subquery:
    """Return the training roles with their bits in a mask."""
    return union_all(
        *(
            select(literal_column(f"'{role.value}'").label("role"), literal_column(str(bit)).label("bit"))
            for role, bit in ROLE_BITS.items()
        )
    ).subquery()
