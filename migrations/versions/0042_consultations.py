"""Bodies, who speaks for them, and their consultations."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def _by(verb: str) -> list[sa.Column]:
    return [
        sa.Column(f"{verb}_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column(f"{verb}_by_id", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "kind", _one_of("bodykind", "works_council", "union", "data_protection", "other"), nullable=False
        ),
        sa.Column("stakeholder_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        _to("body", "programme_id", "programme"),
        _to("body", "stakeholder_id", "stakeholder"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_body_programme_id"), "body", ["programme_id"])
    op.create_index(op.f("ix_body_stakeholder_id"), "body", ["stakeholder_id"])
    op.create_table(
        "body_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *_by("named"),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        _to("body_member", "body_id", "body"),
        _to("body_member", "person_id", "person"),
        _to("body_member", "named_by_id", "account"),
        _to("body_member", "ended_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_member")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_body_member_person_id"), "body_member", ["person_id"])
    here = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_body_member_lasting",
        "body_member",
        ["body_id", "person_id"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        *_by("opened"),
        _to("consultation", "wave_id", "wave"),
        _to("consultation", "body_id", "body"),
        _to("consultation", "opened_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        sa.UniqueConstraint("wave_id", "body_id", name=op.f("uq_consultation_wave_id_body_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consultation_body_id"), "consultation", ["body_id"])
    op.create_table(
        "handed_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", sa.String(60), nullable=False),
        sa.Column("handed_over_on", sa.Date(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_by("said"),
        _to("handed_over", "consultation_id", "consultation"),
        _to("handed_over", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_over")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handed_over_consultation", "handed_over", ["consultation_id", "handed_over_on"])
    op.create_table(
        "body_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_by("asked"),
        _to("body_question", "consultation_id", "consultation"),
        _to("body_question", "asked_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_question")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_body_question_consultation_id"), "body_question", ["consultation_id"])
    op.create_table(
        "body_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_by("answered"),
        _to("body_answer", "question_id", "body_question"),
        _to("body_answer", "answered_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_answer")),
    )
    op.create_index(op.f("ix_body_answer_question_id"), "body_answer", ["question_id"])
    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", _one_of("positionkind", "agrees", "conditions", "objects", "no_position"), nullable=False
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        *_by("said"),
        _to("position", "consultation_id", "consultation"),
        _to("position", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_consultation_id"), "position", ["consultation_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
