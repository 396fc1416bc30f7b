"""Marks for people of whom only what reached them is counted again, and the triggers that set them instead of marks for everything."""

import sqlalchemy as sa
from alembic import op

from engagement.readiness.tallies.rules import TABLES, marks_of

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reached_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reached_mark")),
    )
    op.create_index("ix_reached_mark_person", "reached_mark", ["person_id"])
    dialect = op.get_bind().dialect.name
    for table in TABLES:
        for name in ("made", "gone", "changed"):
            of_table = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{name}_tallied{of_table}")
        for statement in marks_of(dialect, table):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
