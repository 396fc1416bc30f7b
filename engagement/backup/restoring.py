"""Restores a backup: all of it in one transaction, or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

from flask_migrate import upgrade
from sqlalchemy import ColumnElement, Connection, column, delete, func, inspect, select, table, text

from engagement import clock
from engagement.backup.holding import hold_what_was_due
from engagement.backup.reading import Backup, holds_words
from engagement.db import db
from engagement.errors import BadInput
from engagement.revisions import known_revisions, revision_of
from engagement.scheduler.running import last_tick

AT_ONCE = 500
#: Tables that a scheduler fills even in an empty database.
OF_THE_CLOCK = ("alembic_version", "job_line", "letterbox_round", "tally_day")
#: A scheduler with a job this recent is taken to be still running.
RUNS = timedelta(minutes=1)


def restore(backup: Backup, progress: Callable[[str, float], None], *, force: bool) -> datetime:
    """Put everything from a backup into the database, and hold what was due or under way for a decision.

    A new database is first migrated to the version of the backup, and afterwards to that of the service. Returns when
    the backup was made. Raises BadInput for a backup that this service or database can't take, for a database with
    content unless `force`, and while a scheduler runs on it; nothing is changed then.
    """
    known = known_revisions()
    if backup.revision not in known:
        raise BadInput(
            f"This backup was made by a newer version of the service ({backup.service}). Restore it with that version."
        )
    with db.engine.connect() as connection:
        found = revision_of(connection)
    if found is None:
        upgrade(revision=backup.revision)
    elif found != backup.revision:
        raise BadInput(
            f"The backup was made at migration {backup.revision}, and this database is at {found}. Name an empty database, "
            "without tables: flask restore migrates it."
        )
    else:
        _refuse_what_is_used(force)
    with db.engine.begin() as connection, _emptied(connection):
        _load(backup, connection, progress)
        hold_what_was_due(connection, backup.made_at, clock.now())
    if backup.revision != known[0]:
        upgrade()
    _take_statistics()
    return backup.made_at


def _take_statistics() -> None:
    """Tell PostgreSQL what the tables hold; it would find out by itself after a minute, and count for minutes until then."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def _refuse_what_is_used(force: bool) -> None:
    tick = last_tick()
    # Ends the transaction, which on SQLite would block the next one.
    db.session.rollback()
    with db.engine.connect() as connection:
        counts = _counts(connection)
    if tick is not None and clock.now() - tick < RUNS and any(counts.values()):
        raise BadInput("The service runs on this database. End it (flask serve, scheduler and worker), then restore.")
    if any(counts.values()) and not force:
        raise BadInput(
            f"The database is not empty: it holds {holds_words(counts)}. Name another one, or replace everything in it with "
            "--force."
        )


def _counts(connection: Connection) -> dict[str, int]:
    names = [name for name in inspect(connection).get_table_names() if name not in OF_THE_CLOCK]
    return {name: int(connection.scalar(select(func.count()).select_from(table(name))) or 0) for name in names}


@contextmanager
def _emptied(connection: Connection) -> Iterator[None]:
    """Empty every table, and check references only when all rows are there."""
    yield from (
        _emptied_postgresql(connection) if connection.dialect.name == "postgresql" else _emptied_sqlite(connection)
    )


def _emptied_postgresql(connection: Connection) -> Iterator[None]:
    names = inspect(connection).get_table_names()
    connection.execute(text(f"TRUNCATE {', '.join(_quoted(n) for n in names if n != 'alembic_version')} CASCADE"))
    found = connection.execute(
        text(
            "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY oid"
        )
    ).all()
    for of, name, _ in found:
        connection.execute(text(f"ALTER TABLE {of} DROP CONSTRAINT {_quoted(name)}"))
    for name in names:
        # Kept numbers come with the backup; rows that come back must not mark them as old.
        connection.execute(text(f"ALTER TABLE {_quoted(name)} DISABLE TRIGGER USER"))
    yield
    for name in names:
        connection.execute(text(f"ALTER TABLE {_quoted(name)} ENABLE TRIGGER USER"))
    for of, name, definition in found:
        connection.execute(text(f"ALTER TABLE {of} ADD CONSTRAINT {_quoted(name)} {definition}"))
    for name in names:
        # New ids continue after the restored ones.
        for each in inspect(connection).get_columns(name):
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:of, :column)"), {"of": _quoted(name), "column": each["name"]}
            )
            if sequence:
                highest: ColumnElement[int] = func.coalesce(func.max(column(each["name"])), 0)
                connection.execute(select(func.setval(sequence, highest + 1, False)).select_from(table(name)))


def _emptied_sqlite(connection: Connection) -> Iterator[None]:
    connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _ in triggers:
        connection.execute(text(f"DROP TRIGGER {_quoted(name)}"))
    for name in inspect(connection).get_table_names():
        if name != "alembic_version":
            connection.execute(delete(table(name)))
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _load(backup: Backup, connection: Connection, progress: Callable[[str, float], None]) -> None:
    total, done = max(sum(stored.rows for stored in backup.tables.values()), 1), 0
    here = set(inspect(connection).get_table_names())
    for name, stored in backup.tables.items():
        if name not in here:
            raise BadInput(
                f"This service knows no table {name}. Restore the file with the version that made it ({backup.service})."
            )
        rows = backup.rows(name)
        while batch := list(islice(rows, AT_ONCE)):
            connection.execute(stored.statement(name).insert(), batch)
            done += len(batch)
            progress(name, done / total)
