"""The pace of mail that all processes share; nothing is only claimed any more."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let what a worker of the former version had claimed wait again."""
    op.create_table(
        "mail_pace",
        sa.Column("relay", sa.String(300), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("relay", name=op.f("pk_mail_pace")),
    )
    op.execute("UPDATE delivery SET state = 'queued', claimed_by = NULL, claimed_until = NULL WHERE state = 'claimed'")


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
