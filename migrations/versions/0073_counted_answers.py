"""Answers to the questions of messages count together, as many as may be told of."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

GROUP = "ix_message_answer_group"


def upgrade() -> None:
    # Answers that are there count with the next one of their department.
    op.add_column("message_answer", sa.Column("is_counted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index(GROUP, "message_answer")
    op.create_index(GROUP, "message_answer", ["occurrence_id", "is_counted", "department_id", "is_right"])


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
