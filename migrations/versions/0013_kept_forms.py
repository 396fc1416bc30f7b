"""What was typed into a form while its sender was signed out elsewhere, kept for a day."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(1000), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_form_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
    )
    op.create_index(op.f("ix_kept_form_account_id"), "kept_form", ["account_id"])
    op.create_index(op.f("ix_kept_form_kept_at"), "kept_form", ["kept_at"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
