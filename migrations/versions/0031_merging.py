"""Stakeholders who were on the map twice: the one that leads to the other, and pairs that are two."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place; copying the table, as Alembic would, fails where others point to it.
    key = "CONSTRAINT fk_stakeholder_merged_into_id_stakeholder REFERENCES stakeholder (id)"
    op.execute(f"ALTER TABLE stakeholder ADD COLUMN merged_into_id INTEGER {key}")
    op.create_index("ix_stakeholder_merged_into_id", "stakeholder", ["merged_into_id"])
    op.create_table(
        "stakeholder_distinction",
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("stakeholder_id < other_id", name=op.f("ck_stakeholder_distinction_in_order")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_distinction_stakeholder_id_stakeholder")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_distinction_other_id_stakeholder")
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["account.id"], name=op.f("fk_stakeholder_distinction_said_by_id_account")
        ),
        sa.PrimaryKeyConstraint("stakeholder_id", "other_id", name=op.f("pk_stakeholder_distinction")),
    )
    op.create_index("ix_stakeholder_distinction_other_id", "stakeholder_distinction", ["other_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
