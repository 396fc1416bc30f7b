"""What a wave is judged by before it goes live: criteria, what is asked of each, and judgements."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

KINDS = (
    "training briefed confirmed statements concerns ownership oversight consultation notice baseline support steps champions "
    "others own"
).split()
STATES = "short unknown met not_needed".split()


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _one_open(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("kind", _words("criterionkind_known", *KINDS), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        _to("criterion", "wave_id", "wave"),
        _to("criterion", "made_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_criterion_wave", "criterion", ["wave_id"])
    _one_open("uq_criterion_counted", "criterion", ["wave_id", "kind"], "kind <> 'own'")
    op.create_table(
        "criterion_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("need", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("need BETWEEN 1 AND 100", name=op.f("ck_criterion_terms_need_range")),
        _to("criterion_terms", "criterion_id", "criterion"),
        _to("criterion_terms", "owner_id", "person"),
        _to("criterion_terms", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_terms")),
    )
    op.create_index("ix_criterion_terms_criterion", "criterion_terms", ["criterion_id", "said_at"])
    op.create_index("ix_criterion_terms_owner_id", "criterion_terms", ["owner_id"])
    _one_open("uq_criterion_terms_open", "criterion_terms", ["criterion_id"], "superseded_at IS NULL")
    op.create_table(
        "criterion_judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("state", _words("criterionstate_known", *STATES), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("judged_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('met', 'short')", name=op.f("ck_criterion_judgement_met_or_short")),
        _to("criterion_judgement", "criterion_id", "criterion"),
        _to("criterion_judgement", "judged_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_judgement")),
    )
    op.create_index("ix_criterion_judgement_criterion", "criterion_judgement", ["criterion_id", "judged_at"])
    _one_open("uq_criterion_judgement_open", "criterion_judgement", ["criterion_id"], "superseded_at IS NULL")


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
