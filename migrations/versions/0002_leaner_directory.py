"""What the directory writes for each person, made less: roles without a number of their own, an index of leavers only."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GONE = sa.text("left_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("person_role") as batch_op:
        batch_op.drop_constraint("pk_person_role", type_="primary")
        batch_op.drop_constraint("uq_person_role_person_id_role", type_="unique")
        batch_op.drop_column("id")
        batch_op.create_primary_key("pk_person_role", ["person_id", "role"])
    op.drop_index("ix_person_left_at", table_name="person")
    op.create_index("ix_person_gone", "person", ["left_at"], postgresql_where=GONE, sqlite_where=GONE)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
