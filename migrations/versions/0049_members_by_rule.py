"""People are in a wave because an audience is."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

#: The words of a column before, and those that come to them.
WIDER = {("membership", "origin", "membershiporigin"): (("department", "hand"), ("rule",))}


def upgrade() -> None:
    _widen()
    op.create_table(
        "wave_audience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.String(401), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_audience_wave_id_wave")),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_wave_audience_audience_id_audience")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_audience")),
    )
    op.create_index("ix_wave_audience_audience_id", "wave_audience", ["audience_id"])
    present = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_wave_audience_present",
        "wave_audience",
        ["wave_id", "audience_id"],
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
    # SQLite copies a table to change a check; what points to it stays only while foreign keys are off, outside a transaction.
    execute = connection.connection.driver_connection.execute
    execute("COMMIT")
    (watched,) = execute("PRAGMA foreign_keys").fetchone()
    execute("PRAGMA foreign_keys=OFF")
    execute("BEGIN IMMEDIATE")
    try:
        for (table, column, _), (before, more) in WIDER.items():
            _copy(execute, table, _known(column, before), _known(column, before + more))
        if broken := execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"{len(broken)} rows point to rows that are not there; nothing was changed.")
        execute("COMMIT")
    except BaseException:
        execute("ROLLBACK")
        raise
    finally:
        execute(f"PRAGMA foreign_keys={watched}")
        execute("BEGIN IMMEDIATE")


def _copy(execute, name: str, before: str, after: str) -> None:
    """Make a table anew, the same but for one check, with its rows, indexes and triggers."""
    [made] = execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    if after in made:
        # The run before ended after the copies and before it was noted.
        return
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
