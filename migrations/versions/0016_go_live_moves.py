"""Moves of go-live with their reasons, taken over from the audit, and the day on which the training of a wave is due."""

import json
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moves = op.create_table(
        "go_live_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(401), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_go_live_move_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_go_live_move")),
    )
    op.create_index(op.f("ix_go_live_move_wave_id"), "go_live_move", ["wave_id"])
    op.add_column("wave", sa.Column("training_due_on", sa.Date(), nullable=False, server_default="2000-01-01"))
    _take_over_moves(moves)
    _count_back()


def _take_over_moves(moves: Any) -> None:
    """Read the moves that the audit knows, of waves that are still there."""
    entry = sa.table(
        "audit_entry",
        sa.column("id", sa.Integer),
        sa.column("at", UtcDateTime(timezone=True)),
        sa.column("actor_name", sa.String),
        sa.column("verb", sa.String),
        sa.column("subject_id", sa.String),
        sa.column("changes", sa.JSON),
    )
    connection = op.get_bind()
    waves = set(connection.scalars(sa.text("SELECT id FROM wave")))
    found = []
    for row in connection.execute(sa.select(entry).where(entry.c.verb == "moved go-live").order_by(entry.c.id)):
        changes = json.loads(row.changes) if isinstance(row.changes, str) else row.changes
        wave_id = int(row.subject_id or 0)
        if wave_id not in waves or "go-live" not in changes:
            continue
        from_on, to_on = (date.fromisoformat(day) for day in changes["go-live"])
        reason = (changes.get("reason") or [None, ""])[1] or ""
        found.append(
            {"wave_id": wave_id, "from_on": from_on, "to_on": to_on, "reason": reason, "at": row.at, "by": row.actor_name}
        )
    if found:
        op.bulk_insert(moves, found)


def _count_back() -> None:
    """Count the days back from go-live; the clock moves what falls on a day off to the working day before."""
    wave = sa.table(
        "wave",
        sa.column("id", sa.Integer),
        sa.column("go_live_on", sa.Date),
        sa.column("training_lead_days", sa.Integer),
        sa.column("training_due_on", sa.Date),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(wave)).all():
        due_on = row.go_live_on - timedelta(days=row.training_lead_days)
        connection.execute(sa.update(wave).where(wave.c.id == row.id).values(training_due_on=due_on))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
