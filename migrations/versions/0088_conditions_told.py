"""When the owner of a condition was written to. Until now that was when it was decided."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gate_condition", sa.Column("told_at", UtcDateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE gate_condition SET told_at = "
        "(SELECT decided_at FROM gate_decision WHERE gate_decision.id = gate_condition.decision_id)"
    )


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
