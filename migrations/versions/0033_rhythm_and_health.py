"""How often to be in touch with stakeholders, and judgements of how a relationship stands."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _one_open(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "contact_rhythm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column(
            "quadrant",
            _words("quadrant", "work_closely", "keep_satisfied", "keep_informed", "keep_an_eye"),
            nullable=True,
        ),
        sa.Column("stakeholder_id", sa.Integer(), nullable=True),
        sa.Column(
            "every", _words("every", "week", "two_weeks", "month", "quarter", "half_year", "never"), nullable=False
        ),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(programme_id IS NOT NULL AND quadrant IS NOT NULL AND stakeholder_id IS NULL)"
            " OR (programme_id IS NULL AND quadrant IS NULL AND stakeholder_id IS NOT NULL)",
            name=op.f("ck_contact_rhythm_one_subject"),
        ),
        _to("contact_rhythm", "programme_id", "programme"),
        _to("contact_rhythm", "stakeholder_id", "stakeholder"),
        _to("contact_rhythm", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_rhythm")),
    )
    _one_open(
        "uq_contact_rhythm_quadrant",
        "contact_rhythm",
        ["programme_id", "quadrant"],
        "programme_id IS NOT NULL AND superseded_at IS NULL",
    )
    _one_open(
        "uq_contact_rhythm_stakeholder",
        "contact_rhythm",
        ["stakeholder_id"],
        "stakeholder_id IS NOT NULL AND superseded_at IS NULL",
    )
    op.create_table(
        "health_judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("figure", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("figure BETWEEN 0 AND 100", name=op.f("ck_health_judgement_figure_range")),
        _to("health_judgement", "stakeholder_id", "stakeholder"),
        _to("health_judgement", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_judgement")),
    )
    _one_open("uq_health_judgement_open", "health_judgement", ["stakeholder_id"], "superseded_at IS NULL")
    op.create_index(op.f("ix_health_judgement_stakeholder_id"), "health_judgement", ["stakeholder_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
