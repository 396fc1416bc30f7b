"""Who was written to because a decision at a gate came near, so that nobody is written to twice."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate_asking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_gate_asking_wave_id_wave")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gate_asking_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_asking")),
    )
    op.create_index("ix_gate_asking_wave", "gate_asking", ["wave_id", "at"])
    op.create_index("ix_gate_asking_person_id", "gate_asking", ["person_id"])


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
