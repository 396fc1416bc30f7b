"""How each database engine is set up: its pool, what a connection begins with, and that reading requests can't write."""

import json
import os
import sqlite3
import stat
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event

from engagement.letters import folded

if TYPE_CHECKING:
    # A service with SQLite does without it: it takes a worker's eighth part of memory.
    import psycopg

#: Statements that a connection to PostgreSQL keeps prepared. The pages of a day's work ask 160; with the driver's 100 they drove each
#: other out, and planning anew took a third of a page. PostgreSQL needs about 170 KiB for each.
PREPARED = 250

#: Set by the door for requests that must not write (GET, HEAD); see `prepare`.
reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)
#: How many statements a process keeps compiled, but for half as many again before it lets go of the oldest.
STATEMENTS_KEPT = 500


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine's options for a database address: the pool for PostgreSQL, the busy timeout for SQLite."""
    # Database errors must not bring people's words into a log. JSON keeps its characters, so that it can be searched.
    common = {
        "hide_parameters": True,
        "json_serializer": partial(json.dumps, ensure_ascii=False),
        "query_cache_size": STATEMENTS_KEPT,
    }
    if url.startswith("postgresql"):
        # The connection that was used last comes first, because it has its statements planned.
        return common | {"pool_pre_ping": True, "pool_use_lifo": True, "pool_size": 10, "max_overflow": 20}
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
    connection.prepared_max = PREPARED


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
