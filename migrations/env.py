"""Runs Alembic on the application's own engine, in batch mode so that SQLite can alter tables."""

from alembic import context
from flask import current_app

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


with current_app.app_context(), db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=_compare_type,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
