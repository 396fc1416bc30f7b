"""What a frozen figure rests on beside its definition, such as the criteria asked for; of earlier ones it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report_figure", sa.Column("basis", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
