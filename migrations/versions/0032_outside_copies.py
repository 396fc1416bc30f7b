"""Copies of messages that go to stakeholders outside the directory."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stakeholder_copy",
        sa.Column("delivery_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_stakeholder_copy_delivery_id_delivery")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_copy_stakeholder_id_stakeholder")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_stakeholder_copy")),
    )
    op.create_index("ix_stakeholder_copy_stakeholder_id", "stakeholder_copy", ["stakeholder_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
