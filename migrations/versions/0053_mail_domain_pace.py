"""Domains of recipients that take no more mail for now, and how the connections that send it fare."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_domain_pace",
        sa.Column("domain", sa.String(254), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mail_domain_pace")),
    )
    op.create_table(
        "mail_worker",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("per_second", sa.Float(), nullable=False),
        sa.Column("trouble", sa.String(300), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_worker")),
    )


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
