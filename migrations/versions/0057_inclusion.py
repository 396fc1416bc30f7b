"""Who took part in the design of a workflow, what they raised, and what it changed."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "design_occasion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("kind", _words("occasionkind_known", "workshop", "interview", "trial", "review"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=False),
        _to("design_occasion", "workflow_id", "workflow"),
        _to("design_occasion", "wave_id", "wave"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_occasion")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_design_occasion_workflow_id", "design_occasion", ["workflow_id"])
    op.create_index("ix_design_occasion_wave_id", "design_occasion", ["wave_id"])
    op.create_table(
        "design_participant",
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _to("design_participant", "occasion_id", "design_occasion"),
        _to("design_participant", "person_id", "person"),
        sa.PrimaryKeyConstraint("occasion_id", "person_id", name=op.f("pk_design_participant")),
    )
    op.create_index("ix_design_participant_person_id", "design_participant", ["person_id"])
    op.create_table(
        "design_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("raised", sa.Text(), nullable=False),
        sa.Column("outcome", _words("outcome_known", "open", "changed", "unchanged"), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(401), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'open') = (answered_at IS NULL)", name=op.f("ck_design_point_answered_or_open")
        ),
        sa.CheckConstraint("(outcome = 'open') = (answer = '')", name=op.f("ck_design_point_answer_said")),
        _to("design_point", "occasion_id", "design_occasion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_point")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_design_point_occasion_id", "design_point", ["occasion_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
