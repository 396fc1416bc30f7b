"""Undoes an applied run: everybody it changed is as before, provided nothing newer changed them."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from engagement.accounts.addresses.actions import follow_directory, keep_posts
from engagement.accounts.addresses.queries import held
from engagement.accounts.models import Account
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.intake.applying.actions.departments import open_again
from engagement.intake.applying.actions.sign_ins import (
    end_sign_ins,
    rename_sign_ins,
    reopen_sign_ins,
    untie_sign_ins,
)
from engagement.intake.applying.queries import added_by, left_by, of_kind, tied_since, with_other_address
from engagement.intake.models import KNOWN, ImportChange, ImportRun
from engagement.intake.reading.rules.problems import shown
from engagement.intake.rules import ROLE_BITS, ChangeKind, RunStatus
from engagement.people.models import Person, PersonRole
from engagement.people.queries import department_successors
from engagement.people.rules import RoleOrigin, person_keys
from engagement.verbs import Verb

BATCH = 1_000
_DAYS = ("start_on", "end_on")


def refuse_if_newer(run: ImportRun) -> None:
    """Raise RuleBroken, with the number, when people whom the run changed were changed since.

    Newer imports that were undone don't count, because in the end they changed nothing.
    """
    entry = and_(
        AuditEntry.person_id == ImportChange.person_id,
        AuditEntry.subject_kind == Person.__tablename__,
        AuditEntry.id > (run.last_audit_id or 0),
        *(~_came_to_nothing(*undone) for undone in _undone_since(run)),
    )
    newer = select(func.count()).select_from(ImportChange).where(ImportChange.run_id == run.id, exists().where(entry))
    if number := db.session.scalar(newer):
        who = "One person" if number == 1 else f"{number:,} people"
        them = "this person right by hand" if number == 1 else "them right one by one"
        latest = _latest_on_top_of(run)
        first = f"Undo the newer import {shown(latest.filename)} first, or put" if latest else "Put"
        raise RuleBroken(f"{who} of this import changed again since. {first} {them}.")


def _undone_since(run: ImportRun) -> list[tuple[int, int, int]]:
    """Return newer imports that were undone, each with its first audit entry and the last one of its undoing."""
    begun = and_(
        AuditEntry.subject_kind == ImportRun.__tablename__,
        AuditEntry.subject_id == cast(ImportRun.id, String),
        AuditEntry.verb == Verb.IMPORTED_PEOPLE,
    )
    rows = select(ImportRun.id, AuditEntry.id, ImportRun.last_audit_id).join(AuditEntry, begun)
    rows = rows.where(ImportRun.status == RunStatus.UNDONE, AuditEntry.id > (run.last_audit_id or 0))
    return [(run_id, first, last or first) for run_id, first, last in db.session.execute(rows)]


def _came_to_nothing(run_id: int, first: int, last: int) -> ColumnElement[bool]:
    """Return the condition for audit entries about people of an undone import, from its start to its undoing.

    No other lasting changes can be among them, or the import could not have been undone.
    """
    touched = select(ImportChange.person_id).where(ImportChange.run_id == run_id)
    return and_(AuditEntry.id.between(first, last), AuditEntry.person_id.in_(touched))


def _latest_on_top_of(run: ImportRun) -> ImportRun | None:
    """Return the latest applied import after this one that changed some of the same people."""
    mine = select(ImportChange.person_id).where(ImportChange.run_id == run.id)
    theirs = exists().where(ImportChange.run_id == ImportRun.id, ImportChange.person_id.in_(mine))
    later = (ImportRun.status == RunStatus.APPLIED, ImportRun.last_audit_id > (run.last_audit_id or 0), theirs)
    return db.session.scalar(select(ImportRun).where(*later).order_by(ImportRun.last_audit_id.desc()).limit(1))


def restore_people(run: ImportRun, now: datetime, by: Actor) -> None:
    """Restore every value: new and returned people count as left, leavers are back.

    People from a department that was merged since go to its successor; a department that was closed is reopened. A sign-in
    that was there before a new person goes on without one.
    """
    returned = of_kind(run, ChangeKind.LEFT)
    reopen_sign_ins(returned, now, by)
    untie_sign_ins(tied_since(run), now, by)
    end_sign_ins(added_by(run), now, by)
    rows_changed(update(Person).where(Person.id.in_(of_kind(run, ChangeKind.NEW))).values(left_at=now))
    changing = of_kind(run, *KNOWN).where(ImportChange.changes["email"][1].as_string().is_not(None))
    keep_posts(Person.id.in_(changing))
    rows_changed(update(Person).where(Person.id.in_(changing)).values(email=None))
    _refuse_taken_addresses(run)
    merged = department_successors()
    changes = iter(_known_changes(run))
    while some := list(islice(changes, BATCH)):
        _restore(some, merged, now)
    open_again(merged.get(id_, id_) for id_ in left_by(run))
    rows_changed(update(Person).where(Person.id.in_(returned)).values(left_at=None))
    _date_ended_sign_ins(run, now)
    rename_sign_ins(of_kind(run, *KNOWN))
    back_or_changed = or_(Person.id.in_(returned), Person.id.in_(with_other_address(run)))
    follow_directory(back_or_changed, by=by)


def _date_ended_sign_ins(run: ImportRun, now: datetime) -> None:
    """Date the sign-ins ended just now like their people's leaving, so that a return reopens them."""
    gone = of_kind(run, ChangeKind.RETURNED)
    left_at = select(Person.left_at).where(Person.id == Account.person_id).scalar_subquery()
    rows_changed(
        update(Account).where(Account.person_id.in_(gone), Account.deactivated_at == now).values(deactivated_at=left_at)
    )


def _known_changes(run: ImportRun) -> list[tuple[int, dict[str, list[Any]]]]:
    rows = select(ImportChange.person_id, ImportChange.changes).where(
        ImportChange.run_id == run.id, ImportChange.kind.in_(KNOWN)
    )
    return [(person_id, changes or {}) for person_id, changes in db.session.execute(rows)]


def _restore(some: list[tuple[int, dict[str, list[Any]]]], merged: dict[int, int], now: datetime) -> None:
    sets: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    roles: dict[int, int] = {}
    for person_id, changes in some:
        values = {name: _as_column(name, old) for name, (old, _) in changes.items() if name != "roles"}
        if "roles" in changes:
            roles[person_id] = changes["roles"][0]
        if "department_id" in values:
            values["department_id"] = merged.get(values["department_id"], values["department_id"])
        if values:
            sets[tuple(sorted(values))].append({"id": person_id, **values})
    for rows in sets.values():
        db.session.execute(update(Person), rows)
    _restore_roles(roles, now)
    _search_anew(
        [
            person_id
            for person_id, changes in some
            if not {"name", "first_name", "last_name", "email", "employee_id"}.isdisjoint(changes)
        ]
    )


def _as_column(name: str, old: Any) -> Any:
    if old is None or name not in ("left_at", *_DAYS):
        return old
    instant = datetime.fromisoformat(old)
    if name in _DAYS:
        return instant.date()
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _restore_roles(roles: dict[int, int], now: datetime) -> None:
    from_file = (PersonRole.person_id.in_(roles), PersonRole.origin == RoleOrigin.FILE)
    rows_changed(delete(PersonRole).where(*from_file))
    held = set(db.session.execute(select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(roles))))
    rows = [
        {"person_id": person_id, "role": role, "origin": RoleOrigin.FILE, "given_at": now}
        for person_id, mask in roles.items()
        for role, bit in ROLE_BITS.items()
        if mask & bit and (person_id, role) not in held
    ]
    if rows:
        db.session.execute(insert(PersonRole), rows)


def _search_anew(people: list[int]) -> None:
    named = (Person.name, Person.first_name, Person.last_name, Person.email, Person.employee_id)
    found = db.session.execute(select(Person.id, *named).where(Person.id.in_(people)))
    rows = [{"id": id_, **person_keys(*names)} for id_, *names in found]
    if rows:
        db.session.execute(update(Person), rows)


def _refuse_taken_addresses(run: ImportRun) -> None:
    """Raise RuleBroken when an address to be restored went to somebody else."""
    back = select(Person.email.label("email"), Person.id.label("person_id")).where(
        Person.id.in_(of_kind(run, ChangeKind.LEFT))
    )
    former = select(ImportChange.changes["email"][0].as_string(), ImportChange.person_id).where(
        ImportChange.run_id == run.id, ImportChange.kind.in_((ChangeKind.CHANGED, ChangeKind.MOVED))
    )
    wanted, holders = union_all(back, former).subquery(), held()
    taken = select(func.count()).select_from(Person).join(wanted, wanted.c.email == Person.email)
    signed_in_with = (
        select(func.count())
        .select_from(holders)
        .join(wanted, wanted.c.email == holders.c.email)
        .where(holders.c.person_id.is_distinct_from(wanted.c.person_id))
    )
    number = db.session.scalar(taken.where(Person.left_at.is_(None))) or db.session.scalar(signed_in_with)
    if number:
        raise RuleBroken(f"{number:,} of the addresses that would come back belong to somebody else by now.")
