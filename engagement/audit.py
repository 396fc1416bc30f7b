"""The append-only record of changes: who, what, when, from which value; written in the transaction of the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Index,
    Select,
    String,
    Table,
    cast,
    event,
    func,
    insert,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from engagement import clock
from engagement.db import Base, Key, UtcDateTime, db, rows_changed, short
from engagement.letters import search_words
from engagement.searching import holds_words
from engagement.verbs import Verb


@dataclass(frozen=True)
class Actor:
    """Who makes a change: an account, or the service itself if `account_id` is None."""

    account_id: int | None
    name: str
    person_id: int | None = None


CLOCK = Actor(None, "The clock")
COMMAND_LINE = Actor(None, "Command line")
DIRECTORY = Actor(None, "HR file")


class AuditEntry(Base):
    """One change. Rows are only added: the database refuses to delete them or to alter when, who and what.

    `subject_kind` and `subject_id` identify the changed thing, `person_id` the person whom it concerns (so that erasing
    the person finds the entry). `programme_id`, `wave_id` and `department_id` are the scope in which it may be read.
    `changes` maps a field to [old, new].
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_person", "person_id"),
        # Most entries come from the scheduler and from files, and nobody searches by their name.
        Index(
            "ix_audit_entry_actor",
            "actor_id",
            sqlite_where=text("actor_id IS NOT NULL"),
            postgresql_where=text("actor_id IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(short())
    verb: Mapped[str] = mapped_column(short(60), index=True)
    subject_kind: Mapped[str] = mapped_column(short(60))
    subject_id: Mapped[str | None] = mapped_column(short(60))
    subject_name: Mapped[str] = mapped_column(short(300))
    person_id: Mapped[int | None]
    programme_id: Mapped[int | None]
    wave_id: Mapped[int | None]
    department_id: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def is_by_day(self) -> bool:
        """Whether only its day is known, not the time."""
        return self.verb == Verb.SIGNED_IN_THAT_DAY


#: The person and the places that an entry can belong to.
SCOPE = ("person_id", "programme_id", "wave_id", "department_id")


@dataclass(frozen=True)
class Subject:
    """What an entry is about: a row, or a kind of thing without a row, with its present name and its places."""

    kind: str
    name: str
    id: int | None = None
    person_id: int | None = None
    programme_id: int | None = None
    wave_id: int | None = None
    department_id: int | None = None


def about(row: Any, *others: Any, **different: Any) -> Subject:
    """Return the subject of an entry about a row: its name by `Base.audit_name`, and its places.

    Fields that the row lacks (the person, the programme) are taken from `others`, the first one first; None among them
    is skipped. `different` overrides fields of `Subject`, for example with a former name.
    """
    if row.id is None:
        db.session.flush()
    scope: dict[str, Any] = {}
    for one in (row, *others):
        scope = _scope_of(one) | scope
    return replace(Subject(row.__tablename__, attrgetter(row.audit_name)(row), row.id, **scope), **different)


def _scope_of(row: Any) -> dict[str, Any]:
    """Return the ids of a row's places and person, including the row itself if it is one, and those of its parent."""
    if row is None:
        return {}
    found = {field: getattr(row, field) for field in SCOPE if getattr(row, field, None) is not None}
    own = f"{row.__tablename__}_id"
    if own in SCOPE:
        found[own] = row.id
    return (_scope_of(getattr(row, row.audit_within)) if row.audit_within else {}) | found


def record(verb: Verb, of: Any, /, *, by: Actor, **changes: tuple[Any, Any]) -> None:
    """Add one entry to the present transaction: about a row, or about a `Subject` (see `about`).

    `changes` are the fields with (old, new). A row without an id is flushed.
    """
    db.session.add(AuditEntry(**_entry(verb, of if isinstance(of, Subject) else about(of), changes, by)))


def _entry(verb: Verb, subject: Subject, changes: Mapping[str, tuple[Any, Any]], by: Actor) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "actor_id": by.account_id,
        "actor_name": by.name[:200],
        "verb": verb.value,
        "subject_kind": subject.kind,
        "subject_id": None if subject.id is None else str(subject.id),
        "subject_name": subject.name[:300],
        "changes": _plain_changes(changes),
        **{field: getattr(subject, field) for field in SCOPE},
    }


def record_many(done: Iterable[tuple[Verb, Subject, Mapping[str, tuple[Any, Any]]]], *, by: Actor) -> None:
    """Add an entry for each of these, with its own changes, in one statement."""
    if entries := [_entry(verb, subject, changes, by) for verb, subject, changes in done]:
        db.session.execute(insert(AuditEntry), entries)


def record_each(
    verb: Verb,
    model: Any,
    rows: Select[*tuple[Any, ...]],
    *,
    by: Actor,
    at: datetime | None = None,
    different: Mapping[str, Any] | None = None,
    **changes: tuple[Any, Any],
) -> int:
    """Add one entry for each row of a SELECT of a model, in one statement; return how many. They are dated `at` or now.

    Names and places come from the model's own columns; `different` gives columns for those that it lacks. All entries
    have the same changes.
    """
    columns: dict[str, Any] = {"name": getattr(model, model.audit_name, None)}
    columns |= {field: getattr(model, field, null()) for field in SCOPE}
    columns |= {f"{model.__tablename__}_id": model.id} | dict(different or {})
    entries = rows.with_only_columns(
        literal(at or clock.now(), AuditEntry.at.type),
        literal(by.account_id, AuditEntry.actor_id.type),
        literal(by.name[:200]),
        literal(verb.value),
        literal(model.__tablename__),
        cast(model.id, String),
        func.substr(columns["name"], 1, 300),
        *(columns[field] for field in SCOPE),
        literal(_plain_changes(changes), AuditEntry.changes.type),
        maintain_column_froms=True,
    )
    said = ("at", "actor_id", "actor_name", "verb", "subject_kind", "subject_id", "subject_name", *SCOPE, "changes")
    return rows_changed(insert(AuditEntry).from_select(said, entries))


def changes_between(row: Any, new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the fields of `new` that differ from the values of `row`, each with (old, new)."""
    return {field: (getattr(row, field), value) for field, value in new.items() if getattr(row, field) != value}


def _plain_changes(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {field: [_plain(old), _plain(new)] for field, (old, new) in changes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(str(v) for v in value)
    return value


def entries(
    *, words: str = "", verb: str = "", kind: str = "", since: date | None = None, until: date | None = None
) -> Select[AuditEntry]:
    """Return a SELECT of entries, newest first; `words` occur in the names or in a value, days are in UTC."""
    query = select(AuditEntry)
    values = cast(AuditEntry.changes, String)
    query = query.where(holds_words(search_words(words), AuditEntry.subject_name, AuditEntry.actor_name, values))
    if verb:
        query = query.where(AuditEntry.verb == verb)
    if kind:
        query = query.where(AuditEntry.subject_kind == kind)
    if since:
        query = query.where(AuditEntry.at >= datetime.combine(since, time.min, UTC))
    if until:
        query = query.where(AuditEntry.at < datetime.combine(until + timedelta(days=1), time.min, UTC))
    return query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


def verbs(visible: ColumnElement[bool]) -> list[str]:
    """Return every verb of the `visible` entries, in alphabetical order."""
    return list(db.session.scalars(select(AuditEntry.verb).where(visible).distinct().order_by(AuditEntry.verb)))


_FIXED = "at, actor_id, verb, subject_kind, subject_id"
_REFUSAL = "entries of the audit are only added"
#: Triggers keep the audit log append-only: nothing is deleted, and when, who and what never change.
_SQLITE_GUARDS = (
    f"CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER audit_entry_fixed BEFORE UPDATE OF {_FIXED} ON audit_entry "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
)
_POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
    f"CREATE TRIGGER audit_entry_fixed BEFORE UPDATE OF {_FIXED} ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
)


def guards(dialect: str) -> tuple[str, ...]:
    """Return the statements that make the audit log append-only in this engine; the migration executes them."""
    return _SQLITE_GUARDS if dialect == "sqlite" else _POSTGRESQL_GUARDS


@event.listens_for(AuditEntry.__table__, "after_create")
def _guard_new_table(_table: Table, connection: Connection, **_: object) -> None:
    for statement in guards(connection.dialect.name):
        connection.exec_driver_sql(statement)
