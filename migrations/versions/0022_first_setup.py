"""Steps of first setup that were left out."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "skipped_setup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=401), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skipped_setup")),
        sa.UniqueConstraint("step", name=op.f("uq_skipped_setup_step")),
    )


def downgrade() -> None:
    op.drop_table("skipped_setup")
