"""Audit entries for everybody whom a run changes, made from its recorded changes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from engagement import audit
from engagement.audit import Actor, AuditEntry
from engagement.db import db
from engagement.intake.models import KNOWN, ImportChange, ImportRun
from engagement.intake.rules import ROLE_BITS, ChangeKind
from engagement.people.models import Department, Person
from engagement.verbs import Verb

#: The audit verb for each kind of change.
VERBS = {
    ChangeKind.NEW: Verb.ADDED_PERSON,
    ChangeKind.CHANGED: Verb.CHANGED_PERSON,
    ChangeKind.MOVED: Verb.MOVED_PERSON,
    ChangeKind.RETURNED: Verb.TOOK_BACK_PERSON,
    ChangeKind.LEFT: Verb.MARKED_AS_LEFT,
}
#: The audit verb for undoing each kind of change.
UNDOING_VERBS = {
    ChangeKind.NEW: Verb.MARKED_AS_LEFT,
    ChangeKind.CHANGED: Verb.CHANGED_PERSON_BACK,
    ChangeKind.MOVED: Verb.MOVED_PERSON_BACK,
    ChangeKind.RETURNED: Verb.MARKED_AS_LEFT,
    ChangeKind.LEFT: Verb.TOOK_BACK_PERSON,
}


def record_of_people(run: ImportRun, verbs: dict[ChangeKind, Verb], now: datetime, by: Actor) -> None:
    """Add one audit entry for each person whom the run changes; for known people with old and new values."""
    for kind in (ChangeKind.NEW, ChangeKind.LEFT):
        here = (ImportChange.run_id == run.id, ImportChange.kind == kind)
        people = select(Person).select_from(ImportChange).join(Person, Person.id == ImportChange.person_id)
        audit.record_each(verbs[kind], Person, people.where(*here), by=by, at=now)
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
                "verb": verbs[kind].value,
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
    """Changes as the audit log words them: departments by path, managers by name, roles as a list."""

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
        """Return these changes with words in the place of ids and masks."""
        words = {}
        for key, both in changes.items():
            if key != "left_at":
                name, in_words = self._words.get(key, (key, None))
                words[name] = [in_words(value) for value in both] if in_words else both
        return words


def _listed(mask: int) -> str:
    return ", ".join(role.value for role, bit in ROLE_BITS.items() if mask & bit)
