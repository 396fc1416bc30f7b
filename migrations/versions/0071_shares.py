"""How far some people of waves are with their training is read from the index alone."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_tally_share_role", "tally_share")
    op.create_index("ix_tally_share_role", "tally_share", ["role", "person_id", "asked", "wave_id", "finished"])


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
