"""The database: one declarative base, the column types that both engines share, and the setup of each engine."""

import json
import os
import secrets
import sqlite3
import stat
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    Index,
    MetaData,
    Select,
    String,
    delete,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from engagement.letters import LONGEST_SORT, folded

if TYPE_CHECKING:
    # A service with SQLite does without it: it takes a worker's eighth part of memory.
    import psycopg

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables; a naming convention names the constraints, so that migrations can refer to them."""

    metadata = MetaData(naming_convention=NAMING)

    #: The attribute with a row's name in the audit log ("person.name": of a related row), and the related row whose places it shares.
    audit_name: ClassVar[str] = "name"
    audit_within: ClassVar[str] = ""


db = SQLAlchemy(model_class=Base)

#: Set by the door for requests that must not write (GET, HEAD); see `prepare`.
reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)

#: An integer key; the usual first column.
Key = Annotated[int, mapped_column(primary_key=True)]

#: For tables whose ids are in addresses: the id of a deleted row is not used again, so that an address never
#: leads to another thing. PostgreSQL does this anyway; SQLite would use the last id again.
ADDRESSED = {"sqlite_autoincrement": True}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC and always read back aware; a naive value is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word_of(vocabulary: type[StrEnum], column: str = "") -> Enum:
    """Return the column type for a `StrEnum`: stored by value as text, checked by the database.

    `column` names the check, which a table with two columns of one vocabulary needs.
    """
    return Enum(
        vocabulary,
        values_callable=lambda words: [word.value for word in words],
        native_enum=False,
        create_constraint=True,
        length=40,
        name=f"{column or vocabulary.__name__.lower()}_known",
    )


def short(length: int = 200) -> String:
    """Return the column type for a line of text."""
    return String(length)


def sorting() -> String:
    """Return the column type for the result of `sort_key`, ordered by code points on every database."""
    return String(LONGEST_SORT).with_variant(String(LONGEST_SORT, collation="C"), "postgresql")


def one_open(name: str, *columns: str, where: str) -> Index:
    """Return an index that allows one row with these columns among those that meet a condition: the one that is open."""
    condition: dict[str, Any] = {"sqlite_where": text(where), "postgresql_where": text(where)}
    return Index(name, *columns, unique=True, **condition)


def random_key() -> int:
    """Return a random key of 52 bits, so that neither it nor the row's place shows the order of arrival.

    SQLite would store a running row number too; tables with these keys are made without one.
    """
    return secrets.randbits(52) + 1


def insert_new(table: Any) -> Any:
    """Return an INSERT to which both engines can add `on_conflict_do_nothing` or `on_conflict_do_update`."""
    if db.engine.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def rows_changed(statement: Executable) -> int:
    """Execute an INSERT, UPDATE or DELETE, bypassing the session's loaded rows; return how many rows it touched."""
    # psycopg reports the number of an INSERT … SELECT only with this option.
    options = {"synchronize_session": False, "preserve_rowcount": True}
    outcome = db.session.execute(statement, execution_options=options)
    return int(outcome.rowcount)  # type: ignore[attr-defined]


def take_all(table: type[Base]) -> list[dict[str, Any]]:
    """Remove every row from a table and return them in random order, so that nothing shows which came first.

    On PostgreSQL the table gets a new, empty file, because deleted rows would stay in the old one until a clean-up;
    nobody else reads or writes the table until the transaction ends.
    """
    on_postgresql = db.engine.dialect.name == "postgresql"
    name = table.__tablename__
    if on_postgresql:
        # While a backup reads the table, our waiting lock would block everybody after us; so we give up and retry later.
        db.session.execute(text("SET LOCAL lock_timeout = '2s'"))
        db.session.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
    rows = [dict(row) for row in db.session.execute(select(table.__table__)).mappings()]
    db.session.execute(text(f"TRUNCATE {name}") if on_postgresql else delete(table))
    db.session.expire_all()
    secrets.SystemRandom().shuffle(rows)
    return rows


def empty_log() -> bool:
    """Empty SQLite's write-ahead log; return False if somebody still reads it.

    The log has changes in their order. PostgreSQL's own log can't be emptied from here.
    """
    if db.engine.dialect.name == "postgresql":
        return True
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        # Writers wait meanwhile, so this gives up soon.
        driver.execute("PRAGMA busy_timeout=200")
        is_busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute("PRAGMA busy_timeout=30000")
    return not is_busy


#: With this many new rows, a table is analysed again in the same transaction before it is joined.
MANY_ROWS = 1_000


def note_growth(table: type[Base], rows: int) -> None:
    """Tell PostgreSQL how large a table is after `rows` rows were added, so that it plans joins well.

    Nothing else does this before the transaction ends, and a table taken for empty is joined row by row.
    """
    if rows >= MANY_ROWS and db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"ANALYZE {table.__tablename__}"))


def note_unknown_sizes() -> None:
    """Tell PostgreSQL how large the tables are of which it knows nothing yet, such as right after many rows came at once."""
    if db.engine.dialect.name != "postgresql":
        return
    unknown = text(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND reltuples < 0"
    )
    for name in Base.metadata.tables.keys() & set(db.session.scalars(unknown)):
        db.session.execute(text(f"ANALYZE {name}"))


def count_of(rows: Select[Any]) -> int:
    """Return how many rows a SELECT gives."""
    return int(db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0)


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine's options for a database address: the pool for PostgreSQL, the busy timeout for SQLite."""
    # Database errors must not bring people's words into a log. JSON keeps its characters, so that it can be searched.
    common = {"hide_parameters": True, "json_serializer": partial(json.dumps, ensure_ascii=False)}
    if url.startswith("postgresql"):
        return common | {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
    return common | {"connect_args": {"timeout": 30}}


def prepare(engine: Engine) -> None:
    """Set up the engine; while `reads_only` is set, the database refuses to write, on both engines.

    SQLite has to enforce foreign keys, use a write-ahead log, and take the write lock when a transaction begins:
    pysqlite begins transactions late and in deferred mode, in which two writers that both read first fail at once
    instead of waiting. So its own handling is switched off and we send BEGIN (SQLAlchemy's documented recipe). While
    `reads_only` is set, transactions begin deferred, so that pages which only read don't wait for writers.

    On PostgreSQL a transaction that only read ends with COMMIT: psycopg drops its prepared statements at every
    ROLLBACK, and planning them again costs a page more than running them.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgresql_connect)
        event.listen(engine, "begin", _on_postgresql_begin)
        event.listen(engine, "rollback", _on_postgresql_rollback)


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    # SQLite's own lower() handles only ASCII, but names are in any script.
    connection.create_function("lower", 1, _casefold, deterministic=True)
    connection.create_function("folded", 1, lambda text: text and folded(text), deterministic=True)
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    if file:
        # Before anything is written: files beside it, such as the log, get the same permissions.
        keep_private(Path(file), 0o600)
    pragmas = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "secure_delete=ON")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def keep_private(path: Path, mode: int) -> None:
    """Remove other users' permissions from a file or folder of ours; files that we don't own or that are shared stay."""
    with suppress(OSError):
        found = path.stat()
        is_ours = found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX
        if is_ours and stat.S_IMODE(found.st_mode) & ~mode & 0o777:
            path.chmod(mode)


def _on_sqlite_begin(connection: Connection) -> None:
    only = reads_only.get()
    if connection.info.get("reads_only") is not only:
        connection.connection.driver_connection.execute(f"PRAGMA query_only={int(only)}")  # type: ignore[union-attr]
        connection.info["reads_only"] = only
    connection.exec_driver_sql("BEGIN" if only else "BEGIN IMMEDIATE")


def _on_postgresql_connect(connection: "psycopg.Connection", _record: object) -> None:
    # Instants of any other zone, even of one that is called Etc/UTC, take the driver several times as long.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _on_postgresql_begin(connection: Connection) -> None:
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    if driver.read_only is not reads_only.get():
        driver.read_only = reads_only.get()


def _on_postgresql_rollback(connection: Connection) -> None:
    if connection.invalidated:
        return
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    # After an error ROLLBACK stays, which also drops prepared statements that a migration made invalid.
    if driver.read_only and driver.info.transaction_status.name == "INTRANS":
        # If the server is gone, the following ROLLBACK reports it.
        with suppress(connection.dialect.loaded_dbapi.Error):
            driver.commit()


def _casefold(text: str | None) -> str | None:
    return text.casefold() if text else text
