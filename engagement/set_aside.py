"""Things that a job failed to do and skips until somebody acts: one row for each, with the reason."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType

from sqlalchemy import Connection, Select, Text, UniqueConstraint, bindparam, delete, func, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from engagement import clock
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, db, insert_new, rows_changed, short
from engagement.errors import EngagementError


class SetAside(Base):
    """One thing that a job skips: its table and id, its name at the time, and why.

    `key` is "" for a job about one thing only. `programme_id` and `wave_id` are its places, as in the audit log.
    """

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("line", "kind", "key"), ADDRESSED)

    id: Mapped[Key]
    line: Mapped[str] = mapped_column(short(60))
    kind: Mapped[str] = mapped_column(short(60))
    key: Mapped[str] = mapped_column(short(60))
    name: Mapped[str] = mapped_column(short(300))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    programme_id: Mapped[int | None]
    wave_id: Mapped[int | None]


def set_aside(
    line: str,
    kind: str,
    key: str,
    name: str,
    reason: str,
    *,
    scope: Mapping[str, int | None] = MappingProxyType({}),
    on: Connection | None = None,
) -> None:
    """Skip a thing from now on; one that is set aside already keeps its row. The caller commits.

    `scope` has its places; `on` is a connection to write with, instead of the session's.
    """
    row = insert_new(SetAside).values(
        line=line, kind=kind, key=key, name=name[:300], reason=reason, at=clock.now(), **scope
    )
    (on or db.session).execute(row.on_conflict_do_nothing(index_elements=["line", "kind", "key"]))


def keys_set_aside(line: str, kind: str) -> set[str]:
    """Return the keys of a kind that a job skips."""
    return set(db.session.scalars(select(SetAside.key).where(SetAside.line == line, SetAside.kind == kind)))


def numbers_set_aside() -> dict[str, int]:
    """Return how many things each job skips; jobs that skip none have no entry."""
    return dict(db.session.execute(select(SetAside.line, func.count()).group_by(SetAside.line)).all())


def all_set_aside() -> list[SetAside]:
    """Return everything that is set aside, the newest first."""
    return list(db.session.scalars(select(SetAside).order_by(SetAside.at.desc(), SetAside.id.desc())))


def set_aside_of(kind: str, key: object) -> list[SetAside]:
    """Return why jobs skip a row, for its page; empty for nearly every row."""
    return list(db.session.scalars(_of_row(), {"kind": kind, "key": str(key)}))


# Pages of rows ask it each time: making the statement anew costs more than running it.
@cache
def _of_row() -> Select[SetAside]:
    named = (SetAside.kind == bindparam("kind"), SetAside.key == bindparam("key"))
    return select(SetAside).where(*named).order_by(SetAside.id)


def try_line_again(line: str) -> int:
    """Let the next run of a job retry everything that it skipped; return how many things."""
    return rows_changed(delete(SetAside).where(SetAside.line == line))


def is_database_away(error: Exception) -> bool:
    """Return whether the database itself is unavailable, so that the next thing would fail the same way."""
    return isinstance(error, (OperationalError, InterfaceError)) or (
        isinstance(error, DBAPIError)
        and (error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _REFUSES_ALL)
    )


#: PostgreSQL isn't migrated (it knows no such table or column), or takes no writes from us (we may not, or it is a standby).
_REFUSES_ALL = frozenset({"42P01", "42703", "42501", "25006"})


def why_it_failed(error: Exception) -> str:
    """Say why something failed: a refusal in its own words, a fault by its type alone.

    The text of a fault may contain people's words; it is in the service's log, which fewer people read.
    """
    if isinstance(error, EngagementError):
        return error.sentence
    found = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"The service met a fault that it doesn’t know ({type(found).__name__}). Its log says more, at this time."
