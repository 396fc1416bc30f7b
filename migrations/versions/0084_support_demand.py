"""For how many people a wave needs one trained person for support, where that is not the usual number."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("criterion_terms") as table:
        table.add_column(sa.Column("people_for_one", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_criterion_terms_for_somebody"), "people_for_one > 0")


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
