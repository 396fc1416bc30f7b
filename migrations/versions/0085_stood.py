"""How each wave and decision stood in a frozen report, a line each; of earlier ones it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report_snapshot", sa.Column("stood", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
