"""Whether everybody is assigned what they have to learn is read from indexes alone, in the order of people."""

from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_membership_person", "membership")
    op.create_index("ix_membership_person", "membership", ["person_id", "ended_at", "wave_id"])
    op.drop_index("ix_assignment_person", "assignment")
    columns = ["person_id", "withdrawn_at", "wave_id", "role", "department_id"]
    op.create_index("ix_assignment_person", "assignment", columns)


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
