"""Waves can be rolled back, with a plan and messages that are kept for it."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

#: The words of a column before, and those that come to them.
WIDER = {
    ("wave", "status", "wavestatus"): (
        ("planned", "ready", "live", "stabilising", "closed", "cancelled"),
        ("rolled_back",),
    ),
    ("wave_step", "status", "wavestatus"): (
        ("planned", "ready", "live", "stabilising", "closed", "cancelled"),
        ("rolled_back",),
    ),
    ("membership", "origin", "membershiporigin"): (("department", "hand"), ("rule",)),
}


def upgrade() -> None:
    _widen()
    op.add_column("occurrence", sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "wave_fallback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("who_decides", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=False),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_fallback_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_fallback")),
    )
    op.create_index("ix_wave_fallback_wave_id", "wave_fallback", ["wave_id"])
    present = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_wave_fallback_present",
        "wave_fallback",
        ["wave_id"],
        unique=True,
        sqlite_where=present,
        postgresql_where=present,
    )


def _known(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _widen() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for (table, column, vocabulary), (before, more) in WIDER.items():
            name = op.f(f"ck_{table}_{vocabulary}_known")
            op.drop_constraint(name, table, type_="check")
            op.create_check_constraint(name, table, sa.text(_known(column, before + more)))
        return
    # SQLite copies a table to change a check; `env.py` lets it.
    execute = connection.connection.driver_connection.execute
    for (table, column, _), (before, more) in WIDER.items():
        _copy(execute, table, _known(column, before), _known(column, before + more))


def _copy(execute, name: str, before: str, after: str) -> None:
    """Make a table anew, the same but for one check, with its rows, indexes and triggers."""
    [made] = execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    if before not in made:
        raise RuntimeError(f"The table {name} is not as the migrations before made it; nothing was changed.")
    beside = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL"
    others = [sql for (sql,) in execute(beside, (name,)).fetchall()]
    _, body = made.replace(before, after).split("(", 1)
    copied = f"copied_{name}"
    execute(f"CREATE TABLE {copied} ({body}")
    execute(f"INSERT INTO {copied} SELECT * FROM {name}")
    execute(f"DROP TABLE {name}")
    execute(f"ALTER TABLE {copied} RENAME TO {name}")
    for sql in others:
        execute(sql)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
