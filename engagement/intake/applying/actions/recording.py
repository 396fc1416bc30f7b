"""Entries of the audit for everybody whom a run touches, made from what the run changed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, insert, literal, literal_column, select

from engagement.accounts.models import Account
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.intake.models import KNOWN, ImportChange, ImportRun
from engagement.intake.rules import ROLE_BITS, ChangeKind
from engagement.people.models import Department, Person

#: What the audit says of a run as a whole, before what it says of each person.
IMPORTED = "imported people"
#: What the audit says of each kind of change.
VERBS = {
    ChangeKind.NEW: "added person",
    ChangeKind.CHANGED: "changed person",
    ChangeKind.MOVED: "moved person",
    ChangeKind.RETURNED: "took back",
    ChangeKind.LEFT: "marked as left",
}
#: What undoing does to each of them.
UNDOING_VERBS = {
    ChangeKind.NEW: "marked as left",
    ChangeKind.CHANGED: "changed person back",
    ChangeKind.MOVED: "moved person back",
    ChangeKind.RETURNED: "marked as left",
    ChangeKind.LEFT: "took back",
}
_COLUMNS = ["at", "actor_id", "actor_name", "verb", "subject_kind", "subject_id", "subject_name", "person_id"]


def record_of_people(run: ImportRun, verbs: dict[ChangeKind, str], now: datetime, by: Actor) -> None:
    """Add one entry for each person whom the run touched, with old and new values for those who were known."""
    kinds = (ChangeKind.NEW, ChangeKind.LEFT)
    verb = case(*((ImportChange.kind == kind, verbs[kind]) for kind in kinds))
    rows = (
        _entries(verb, "person", Person.id, Person.name, now, by, Person.id)
        .add_columns(Person.department_id, literal_column("'{}'"))
        .select_from(ImportChange)
        .join(Person, Person.id == ImportChange.person_id)
        .where(ImportChange.run_id == run.id, ImportChange.kind.in_(kinds))
    )
    rows_changed(insert(AuditEntry).from_select([*_COLUMNS, "department_id", "changes"], rows))
    known = (
        select(ImportChange.kind, ImportChange.changes, Person.id, Person.name, Person.department_id)
        .join(Person, Person.id == ImportChange.person_id)
        .where(ImportChange.run_id == run.id, ImportChange.kind.in_(KNOWN))
        .order_by(Person.id)
    )
    for some in db.session.execute(known).partitions(1_000):
        in_words = _Words([changes or {} for _, changes, *_ in some])
        entries = [
            {
                "at": now,
                "actor_id": by.account_id,
                "actor_name": by.name[:200],
                "verb": verbs[kind],
                "subject_kind": "person",
                "subject_id": str(person_id),
                "subject_name": name[:300],
                "person_id": person_id,
                "department_id": department_id,
                "changes": in_words.of(changes or {}),
            }
            for kind, changes, person_id, name, department_id in some
        ]
        db.session.execute(insert(AuditEntry), entries)


class _Words:
    """Changes as the audit has them: departments by path, managers by name, roles listed."""

    def __init__(self, changes: list[dict[str, list[Any]]]) -> None:
        places = {id_ for changed in changes for id_ in changed.get("department_id", [])}
        people = {id_ for changed in changes for id_ in changed.get("manager_id", [])}
        paths = dict(db.session.execute(select(Department.id, Department.path).where(Department.id.in_(places))).all())
        names = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all())
        self._words: dict[str, tuple[str, Callable[[Any], str | None]]] = {
            "department_id": ("department", paths.get),
            "manager_id": ("manager", names.get),
            "roles": ("training roles", _listed),
        }

    def of(self, changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Return these changes without ids and masks."""
        words = {}
        for key, both in changes.items():
            if key != "left_at":
                name, in_words = self._words.get(key, (key, None))
                words[name] = [in_words(value) for value in both] if in_words else both
        return words


def _listed(mask: int) -> str:
    return ", ".join(role.value for role, bit in ROLE_BITS.items() if mask & bit)


def record_of_sign_ins(verb: str, which: Iterable[ColumnElement[bool]], now: datetime, by: Actor) -> None:
    """Add one entry for each account of these."""
    rows = _entries(literal(verb), "account", Account.id, Account.email, now, by, Account.person_id)
    rows = rows.add_columns(literal_column("'{}'")).where(*which)
    rows_changed(insert(AuditEntry).from_select([*_COLUMNS, "changes"], rows))


def _entries(
    verb: ColumnElement[str], kind: str, key: Any, name: Any, now: datetime, by: Actor, person: Any
) -> Select[*tuple[Any, ...]]:
    return select(
        literal(now, AuditEntry.at.type),
        literal(by.account_id, AuditEntry.actor_id.type),
        literal(by.name[:200]),
        verb,
        literal(kind),
        cast(key, String),
        func.substr(name, 1, 300),
        person,
    )
