"""People are in a wave because an audience is."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
