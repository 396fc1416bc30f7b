"""An index of those few on the map who speak for others: every page with attitudes asks who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    speaks = sa.text("superseded_at IS NULL AND represents <> ''")
    op.create_index(
        "ix_stakeholder_profile_speaking",
        "stakeholder_profile",
        ["stakeholder_id"],
        sqlite_where=speaks,
        postgresql_where=speaks,
    )


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
