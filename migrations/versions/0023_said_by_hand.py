"""What was said of people by hand, which HR files leave alone."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_value",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                *("here", "name", "email", "department", "manager", "job_title", "language", "timezone", "hours"),
                name="handfield_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(401), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("former", sa.String(254), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hand_value_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "field", name=op.f("pk_hand_value")),
    )
    op.create_index(op.f("ix_hand_value_given_by_id"), "hand_value", ["given_by_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
