"""What a metric tells of, and how many processes a programme is to reach."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

KINDS = "value tickets self_service".split()


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="metrickind_known", native_enum=False, create_constraint=True, length=40)
    with op.batch_alter_table("value_metric", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("kind", kind, nullable=False, server_default="value"))
    with op.batch_alter_table("value_metric", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("kind", server_default=None)
    with op.batch_alter_table("programme", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("target_processes", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_programme_target_counts"), "target_processes > 0")


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
