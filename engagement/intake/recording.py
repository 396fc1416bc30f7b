"""Entries of the audit for everybody whom a run touches, written by the database itself from what the run changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, String, case, cast, func, insert, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.intake.models import KNOWN, ImportChange, ImportRun
from engagement.intake.rules import ROLE_BITS, ChangeKind
from engagement.people.models import Department, Person
from engagement.verbs import Verb

#: What the audit says of each kind of change.
VERBS = {
    ChangeKind.NEW: Verb.ADDED_PERSON,
    ChangeKind.CHANGED: Verb.CHANGED_PERSON,
    ChangeKind.MOVED: Verb.MOVED_PERSON,
    ChangeKind.RETURNED: Verb.TOOK_BACK_PERSON,
    ChangeKind.LEFT: Verb.MARKED_AS_LEFT,
}
#: What undoing does to each of them.
UNDOING_VERBS = {
    ChangeKind.NEW: Verb.MARKED_AS_LEFT,
    ChangeKind.CHANGED: Verb.CHANGED_PERSON_BACK,
    ChangeKind.MOVED: Verb.MOVED_PERSON_BACK,
    ChangeKind.RETURNED: Verb.MARKED_AS_LEFT,
    ChangeKind.LEFT: Verb.TOOK_BACK_PERSON,
}
_COLUMNS = ["at", "actor_id", "actor_name", "verb", "subject_kind", "subject_id", "subject_name", "person_id"]


def record_of_people(run: ImportRun, verbs: dict[ChangeKind, Verb], now: datetime, by: Actor) -> None:
    """Add one entry for each person whom the run touched, with old and new values for those who were known."""
    for kinds, changes in (
        ((ChangeKind.NEW, ChangeKind.LEFT), literal_column("'{}'")),
        (KNOWN, None),
    ):
        if not any(run.count(kind) for kind in kinds):
            continue
        verb = case(*((ImportChange.kind == kind, verbs[kind].value) for kind in kinds))
        rows = (
            _entries(verb, "person", Person.id, Person.name, now, by, Person.id)
            .add_columns(Person.department_id, changes if changes is not None else literal_column("NULL"))
            .select_from(ImportChange)
            .join(Person, Person.id == ImportChange.person_id)
            .where(ImportChange.run_id == run.id, ImportChange.kind.in_(kinds))
        )
        if changes is None:
            rows = _with_changes(rows)
        rows_changed(insert(AuditEntry).from_select([*_COLUMNS, "department_id", "changes"], rows))


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


def _with_changes(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The entries with their changes in words: departments by path, managers by name, roles listed."""
    places, people = (aliased(Department), aliased(Department)), (aliased(Person), aliased(Person))
    for turn, (place, boss) in enumerate(zip(places, people, strict=True)):
        rows = rows.outerjoin(place, place.id == ImportChange.changes["department_id"][turn].as_integer())
        rows = rows.outerjoin(boss, boss.id == ImportChange.changes["manager_id"][turn].as_integer())
    roles = [_roles_in_words(ImportChange.changes["roles"][turn].as_integer()) for turn in (0, 1)]
    words: dict[str, tuple[str, Any, Any]] = {
        "department": ("department_id", places[0].path, places[1].path),
        "manager": ("manager_id", people[0].name, people[1].name),
        "training roles": ("roles", roles[0], roles[1]),
    }
    *columns, _ = rows.selected_columns
    return rows.with_only_columns(*columns, _in_words(words), maintain_column_froms=True)


def _roles_in_words(mask: Any) -> ColumnElement[str]:
    texts = [
        (number, ", ".join(role.value for role, bit in ROLE_BITS.items() if number & bit))
        for number in range(1 << len(ROLE_BITS))
    ]
    return case(*((mask == number, literal_column(f"'{words}'")) for number, words in texts))


def _in_words(words: dict[str, tuple[str, Any, Any]]) -> ColumnElement[Any]:
    """`ImportChange.changes` without ids and masks, and with these texts in their place."""
    raw = ["left_at", *(key for key, _, _ in words.values())]
    parts: list[ColumnElement[Any]] = []
    if db.engine.dialect.name == "postgresql":
        changes = cast(ImportChange.changes, JSONB)
        for name, (key, old, new) in words.items():
            there = changes.op("->")(literal_column(f"'{key}'")).is_not(None)
            parts += [literal_column(f"'{name}'"), case((there, func.jsonb_build_array(old, new)))]
        rest: ColumnElement[Any] = changes
        for key in raw:
            rest = rest.op("-", return_type=JSONB())(literal_column(f"'{key}'"))
        return cast(rest.op("||", return_type=JSONB())(func.jsonb_strip_nulls(func.jsonb_build_object(*parts))), JSON)
    for name, (key, old, new) in words.items():
        there = func.json_type(ImportChange.changes, literal_column(f"'$.{key}'")).is_not(None)
        parts += [literal_column(f"'{name}'"), func.json(case((there, func.json_array(old, new))))]
    rest = func.json_remove(ImportChange.changes, *(literal_column(f"'$.{key}'") for key in raw))
    return func.json_patch(rest, func.json_object(*parts))
