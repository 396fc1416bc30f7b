"""The people of a role whose courses changed are found without looking at everybody."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tally_mark_role", "tally_mark", ["role"])
    op.create_index("ix_tally_share_role", "tally_share", ["role", "person_id"])
    op.create_index("ix_assignment_role", "assignment", ["role", "person_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
