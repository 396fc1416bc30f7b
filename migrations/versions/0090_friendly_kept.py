"""Who counted as a friendly user when a wave's use was counted; the next count of each wave takes all."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("adoption_count", sa.Column("friendly_ids", sa.JSON(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
