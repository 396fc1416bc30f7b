"""Who lets training go on in another wave's quiet period, and training that waits beyond go-live as an obstacle."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_BEFORE = (
    "no_people",
    "no_workflow",
    "no_lead",
    "go_live_passed",
    "training_too_late",
    "quiet",
    "vacancy",
    "no_metric",
    "no_baseline",
    "consultation",
    "no_notice",
    "not_informed",
)


def upgrade() -> None:
    _widen()
    op.create_table(
        "quiet_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("settling_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_quiet_override_wave_id_wave")),
        sa.ForeignKeyConstraint(["settling_id"], ["wave.id"], name=op.f("fk_quiet_override_settling_id_wave")),
        sa.ForeignKeyConstraint(["said_by_id"], ["account.id"], name=op.f("fk_quiet_override_said_by_id_account")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name=op.f("fk_quiet_override_ended_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_override")),
    )
    op.create_index(op.f("ix_quiet_override_settling_id"), "quiet_override", ["settling_id"])
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_quiet_override_standing",
        "quiet_override",
        ["wave_id", "settling_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _widen() -> None:
    """Let an obstacle be that training waits."""
    before, after = (f"kind IN ({', '.join(map(repr, words))})" for words in (_BEFORE, (*_BEFORE, "quiet_training")))
    name = op.f("ck_overruling_obstaclekind_known")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(name, "overruling", type_="check")
        op.create_check_constraint(name, "overruling", sa.text(after))
        return
    # SQLite copies a table to change a check; `env.py` lets it.
    execute = op.get_bind().connection.driver_connection.execute
    [made] = execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'overruling'").fetchone()
    if before not in made:
        raise RuntimeError("The table overruling is not as the migrations before made it; nothing was changed.")
    _, body = made.replace(before, after).split("(", 1)
    execute(f"CREATE TABLE copied_overruling ({body}")
    execute("INSERT INTO copied_overruling SELECT * FROM overruling")
    execute("DROP TABLE overruling")
    execute("ALTER TABLE copied_overruling RENAME TO overruling")


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
