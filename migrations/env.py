"""Runs Alembic on the application's own engine, in batch mode so that SQLite can alter tables."""

import sys
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy.exc import DatabaseError

from engagement.db import Base, UtcDateTime, db


def _render_item(kind, item, autogen_context):
    """Write our own column type as what the database sees."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _compare_type(context_, inspected, metadata_column, inspected_type, metadata_type):
    if isinstance(metadata_type, UtcDateTime):
        return False
    return None


def _connected():
    """Return a connection, or end with one sentence and exit 2 as every command does on bad input."""
    try:
        return db.engine.connect()
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0].rstrip(".")
        print(f"The database can’t be used: {reason}. Check ENGAGEMENT_DATABASE_URL.", file=sys.stderr)
        sys.exit(2)


@contextmanager
def _references_unwatched(connection):
    """Let SQLite make a table anew that others refer to, as its manual says: `_check_references` looks after each step.

    Triggers of other tables may refer to it too; a rename as it once was doesn't ask after them while the table is missing.
    The first setting does nothing inside a transaction, so both go to the driver before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    driver.execute("PRAGMA legacy_alter_table=ON")
    try:
        yield
    finally:
        # A failed step may have left its transaction open.
        connection.rollback()
        driver.execute("PRAGMA legacy_alter_table=OFF")
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(ctx, **_):
    """Refuse a step that would leave rows that refer to nothing; called before it is committed."""
    if ctx.dialect.name != "sqlite":
        return
    if broken := ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        raise RuntimeError(
            f"{len(broken)} rows would refer to nothing, the first in {broken[0][0]}; this step changed nothing."
        )


with current_app.app_context(), _connected() as connection, _references_unwatched(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=_compare_type,
        render_item=_render_item,
        on_version_apply=_check_references,
    )
    with context.begin_transaction():
        context.run_migrations()
