"""A message has texts for readers with some training roles, beside those in other languages."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

BEFORE, AFTER = ["mailing_id", "language"], ["mailing_id", "language", "roles"]


def upgrade() -> None:
    with op.batch_alter_table("translation") as table:
        table.add_column(sa.Column("roles", sa.String(100), nullable=False, server_default=""))
        table.drop_constraint(op.f(f"uq_translation_{'_'.join(BEFORE)}"), type_="unique")
    with op.batch_alter_table("translation") as table:
        table.alter_column("roles", server_default=None)
        table.create_unique_constraint(op.f(f"uq_translation_{'_'.join(AFTER)}"), AFTER)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
