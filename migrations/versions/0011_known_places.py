"""From where people sign in, so that attempts from elsewhere don't keep them out; and who asks for a link while they wait."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("link_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "known_place",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_known_place")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
