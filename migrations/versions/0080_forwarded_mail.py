"""Mail that comes in says whether it was forwarded, and of which day its original is; who asks finds it by its interaction."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_in", sa.Column("is_forwarded", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("mail_in", sa.Column("original_on", sa.Date(), nullable=True))
    op.create_index("ix_mail_in_interaction_id", "mail_in", ["interaction_id"])


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
