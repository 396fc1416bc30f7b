"""Columns of files of use, chosen once for files of the same layout."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_usage_mapping_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["account.id"], name=op.f("fk_usage_mapping_saved_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_mapping")),
        sa.UniqueConstraint("programme_id", "header", name=op.f("uq_usage_mapping_programme_id_header")),
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
