"""The append-only record of who changed what, when, from which value; written in the transaction of the change itself."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
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
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from engagement import clock
from engagement.db import Base, Key, UtcDateTime, db, rows_changed, short


@dataclass(frozen=True)
class Actor:
    """Who makes a change: an account, or the service itself when `account_id` is None."""

    account_id: int | None
    name: str
    person_id: int | None = None


CLOCK = Actor(None, "The clock")
COMMAND_LINE = Actor(None, "Command line")
DIRECTORY = Actor(None, "HR file")


#: Said of somebody without a role. The instant of such an entry stands for the whole day.
SIGNED_IN_THAT_DAY = "signed in that day"


class AuditEntry(Base):
    """One change. Rows are only added: the database refuses to delete them or to alter when, who and what.

    `subject_kind` and `subject_id` name the changed thing, `person_id` the person whom it concerns (so that erasing the
    person finds the entry), `programme_id`, `wave_id` and `department_id` the scope in which it may be read.
    `changes` maps a field to [old, new].
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_person", "person_id"),
        # Most entries are made by the clock and by files, in whose name nobody is sought.
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
        """Whether only the day of this entry is known, not the time."""
        return self.verb == SIGNED_IN_THAT_DAY


def record(
    verb: str,
    subject: Any,
    *,
    by: Actor,
    name: str | None = None,
    changes: dict[str, tuple[Any, Any]] | None = None,
    person_id: int | None = None,
    programme_id: int | None = None,
    wave_id: int | None = None,
    department_id: int | None = None,
) -> None:
    """Add one entry to the present transaction.

    `verb` is the business verb in the past ("moved go-live"), `subject` a row with an `id` (flushed here where it has none
    yet) or the word for a kind of thing; `name` how the subject was called at this moment.
    """
    is_row = not isinstance(subject, str)
    if is_row and subject.id is None:
        db.session.flush()
    db.session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=by.account_id,
            actor_name=by.name[:200],
            verb=verb,
            subject_kind=subject.__tablename__ if is_row else subject,
            subject_id=str(subject.id) if is_row else None,
            subject_name=(name or getattr(subject, "name", None) or "")[:300],
            person_id=person_id,
            programme_id=programme_id,
            wave_id=wave_id,
            department_id=department_id,
            changes={field: [_plain(old), _plain(new)] for field, (old, new) in (changes or {}).items()},
        )
    )


def record_each(
    verb: str,
    kind: str,
    subjects: Select[*tuple[Any, ...]],
    *,
    by: Actor,
    changes: dict[str, tuple[Any, Any]] | None = None,
    at: datetime | None = None,
) -> int:
    """Add one entry for each row of a SELECT, in one statement; returns how many. They are dated now unless `at` says otherwise.

    `subjects` gives id and name of each thing of this `kind`, then the ids of the person, programme, wave and department
    that its entry carries. `changes` are the same for all.
    """
    subject_id, name, *scope = subjects.selected_columns
    rows = subjects.with_only_columns(
        literal(at or clock.now(), AuditEntry.at.type),
        literal(by.account_id, AuditEntry.actor_id.type),
        literal(by.name[:200]),
        literal(verb),
        literal(kind),
        cast(subject_id, String),
        func.substr(name, 1, 300),
        *scope,
        literal({f: [_plain(old), _plain(new)] for f, (old, new) in (changes or {}).items()}, AuditEntry.changes.type),
        maintain_column_froms=True,
    )
    columns = (
        "at actor_id actor_name verb subject_kind subject_id subject_name person_id programme_id wave_id department_id"
    )
    return rows_changed(insert(AuditEntry).from_select([*columns.split(), "changes"], rows))


def changes_between(row: Any, new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the fields of `new` whose values differ from those of `row`, each with (old, new)."""
    return {field: (getattr(row, field), value) for field, value in new.items() if getattr(row, field) != value}


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
    """Return the SELECT of entries, newest first; `words` occur in the actor's or subject's name or in a value, days are in UTC."""
    query = select(AuditEntry)
    for word in words.lower().split():
        query = query.where(
            func.lower(AuditEntry.subject_name).contains(word, autoescape=True)
            | func.lower(AuditEntry.actor_name).contains(word, autoescape=True)
            | func.lower(cast(AuditEntry.changes, String)).contains(word, autoescape=True)
        )
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
    """Return every verb that occurs in the entries `visible`, in alphabetical order."""
    return list(db.session.scalars(select(AuditEntry.verb).where(visible).distinct().order_by(AuditEntry.verb)))


_FIXED = "at, actor_id, verb, subject_kind, subject_id"
_REFUSAL = "entries of the audit are only added"
#: The database itself keeps the audit append-only: nothing is deleted, and when, who and what never change.
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
    """Return the statements that make the audit append-only in this engine; the migration executes them."""
    return _SQLITE_GUARDS if dialect == "sqlite" else _POSTGRESQL_GUARDS


@event.listens_for(AuditEntry.__table__, "after_create")
def _guard_new_table(_table: Table, connection: Connection, **_: object) -> None:
    for statement in guards(connection.dialect.name):
        connection.exec_driver_sql(statement)
