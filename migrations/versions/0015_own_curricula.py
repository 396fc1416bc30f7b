"""That a curriculum was changed in the product, so that the starter library leaves it alone."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("curriculum", sa.Column("edited_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
