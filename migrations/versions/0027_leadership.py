"""Steps that sponsors do in person, and what was said of each."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def _key(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}_{of}"))


def upgrade() -> None:
    op.create_table(
        "leadership_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        _key("leadership_step", "programme_id", "programme"),
        _key("leadership_step", "wave_id", "wave"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leadership_step")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_leadership_step_place", "leadership_step", ["programme_id", "wave_id"])
    op.create_index(op.f("ix_leadership_step_wave_id"), "leadership_step", ["wave_id"])
    op.create_table(
        "leadership_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", _word("stepkind", "message", "session", "visit"), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", _word("stepstate", "planned", "done", "left_out"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        _key("leadership_line", "step_id", "leadership_step"),
        _key("leadership_line", "person_id", "person"),
        _key("leadership_line", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leadership_line")),
    )
    here = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_leadership_line_open",
        "leadership_line",
        ["step_id"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )
    op.create_index("ix_leadership_line_step", "leadership_line", ["step_id", "said_at"])
    op.create_index("ix_leadership_line_person", "leadership_line", ["person_id", "superseded_at"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
