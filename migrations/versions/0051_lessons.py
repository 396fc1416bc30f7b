"""How to tell that a wave is stable, and what was learned from it."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wave", sa.Column("exit_criteria", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "wave_lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("went_well", "to_change", name="lessonkind_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_lesson_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_lesson")),
    )
    op.create_index("ix_wave_lesson_wave_id", "wave_lesson", ["wave_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
