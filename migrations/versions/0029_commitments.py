"""What was promised to stakeholders, and each change of day or owner."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    outcomes = ("kept", "not_kept", "no_longer_wanted")
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_for", sa.Date(), nullable=True),
        sa.Column("escalated_for", sa.Date(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(*outcomes, name="outcome_known", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("outcome_words", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (closed_at IS NULL)", name=op.f("ck_commitment_closed_with_outcome")
        ),
        _to("commitment", "stakeholder_id", "stakeholder"),
        _to("commitment", "interaction_id", "interaction"),
        _to("commitment", "owner_id", "person"),
        _to("commitment", "made_by_id", "account"),
        _to("commitment", "closed_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_commitment_stakeholder", "commitment", ["stakeholder_id", "closed_at", "due_on"])
    op.create_index("ix_commitment_owner", "commitment", ["owner_id", "closed_at", "due_on"])
    op.create_index(op.f("ix_commitment_interaction_id"), "commitment", ["interaction_id"])
    op.create_table(
        "commitment_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("former_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("former_owner_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        _to("commitment_move", "commitment_id", "commitment"),
        _to("commitment_move", "former_owner_id", "person"),
        _to("commitment_move", "owner_id", "person"),
        _to("commitment_move", "moved_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_move")),
    )
    op.create_index(op.f("ix_commitment_move_commitment_id"), "commitment_move", ["commitment_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
