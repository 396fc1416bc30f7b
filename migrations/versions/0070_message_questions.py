"""Messages can ask their readers one question, and keep who answered it."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

TEXTS = ("question", "answers", "why")


def upgrade() -> None:
    for table in ("occurrence", "occurrence_text", "text_version"):
        for name in TEXTS:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("right_answer", sa.Integer(), nullable=True))
    op.create_table(
        "message_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer BETWEEN 1 AND 4", name=op.f("ck_message_answer_answer_range")),
        *(_to(table) for table in ("occurrence", "person", "department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_answer")),
        sa.UniqueConstraint("occurrence_id", "person_id", name=op.f("uq_message_answer_occurrence_id_person_id")),
    )
    op.create_index("ix_message_answer_group", "message_answer", ["occurrence_id", "department_id", "id"])
    op.create_index("ix_message_answer_person", "message_answer", ["person_id"])


def _to(table: str) -> sa.ForeignKeyConstraint:
    column = f"{table}_id"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_message_answer_{column}_{table}"))


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
