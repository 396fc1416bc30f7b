"""The people of departments are read from an index alone, for waves that are settled every few minutes."""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_person_department_left", table_name="person")
    op.create_index("ix_person_department_left", "person", ["department_id", "left_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_person_department_left", table_name="person")
    op.create_index("ix_person_department_left", "person", ["department_id", "left_at"])
