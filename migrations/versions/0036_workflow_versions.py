"""Versions of workflows; each that there is begins with version 1."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workflow_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("holds_from_on", sa.Date(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=True),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_version_workflow_id_workflow")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_version")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_workflow_version_workflow_id_number")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = "date(made_at)" if is_sqlite else "(made_at AT TIME ZONE 'UTC')::date"
    op.execute(
        "INSERT INTO workflow_version (workflow_id, number, changes, holds_from_on, said_at) "
        f"SELECT id, 1, '', {day}, made_at FROM workflow"
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
