"""What is counted from a milestone, re-plannings with their rows, and blackouts."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), **more)


def _word(name: str, check: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=True),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("offset_days", sa.Integer(), nullable=False),
        _word("counted_in", "counted_known", "working", "calendar"),
        _word("day_policy", "holidaypolicy_known", "keep", "before", "after"),
        sa.CheckConstraint("(occurrence_id IS NULL) != (step_id IS NULL)", name=op.f("ck_anchor_of_one_thing")),
        _to("anchor", "milestone_id", "milestone"),
        _to("anchor", "occurrence_id", "occurrence", ondelete="CASCADE"),
        _to("anchor", "step_id", "leadership_step"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
        sa.UniqueConstraint("occurrence_id", name=op.f("uq_anchor_occurrence_id")),
        sa.UniqueConstraint("step_id", name=op.f("uq_anchor_step_id")),
    )
    op.create_index(op.f("ix_anchor_milestone_id"), "anchor", ["milestone_id"])
    op.create_table(
        "replan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("milestone_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(401), nullable=False),
        sa.Column("undone_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(401), nullable=True),
        sa.Column("planners_letter_id", sa.Integer(), nullable=True),
        sa.Column("learners_letter_id", sa.Integer(), nullable=True),
        _to("replan", "wave_id", "wave"),
        _to("replan", "planners_letter_id", "mailing"),
        _to("replan", "learners_letter_id", "mailing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replan")),
    )
    op.create_index(op.f("ix_replan_wave_id"), "replan", ["wave_id"])
    op.create_table(
        "replan_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("replan_id", sa.Integer(), nullable=False),
        _word("kind", "rowkind_known", "milestone", "training", "message", "step"),
        sa.Column("key", sa.Integer(), nullable=False),
        _word("effect", "effect_known", "moves", "lapses", "overtaken", "passed", "stays"),
        sa.Column("old_on", sa.Date(), nullable=False),
        sa.Column("new_on", sa.Date(), nullable=False),
        sa.Column("old_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("new_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("was", sa.JSON(), nullable=False),
        _to("replan_row", "replan_id", "replan"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replan_row")),
    )
    op.create_index(op.f("ix_replan_row_replan_id"), "replan_row", ["replan_id"])
    op.create_table(
        "blackout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_blackout_in_order")),
        _to("blackout", "programme_id", "programme"),
        _to("blackout", "made_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackout")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_blackout_programme_id"), "blackout", ["programme_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
