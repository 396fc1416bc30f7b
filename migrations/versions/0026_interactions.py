"""What was said with stakeholders: interactions, who took part, and their wordings."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "interaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("logged_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("logged_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        _to("interaction", "logged_by_id", "account"),
        _to("interaction", "withdrawn_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "interaction_party",
        sa.Column("interaction_id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        _to("interaction_party", "interaction_id", "interaction"),
        _to("interaction_party", "stakeholder_id", "stakeholder"),
        sa.PrimaryKeyConstraint("interaction_id", "stakeholder_id", name=op.f("pk_interaction_party")),
    )
    op.create_index("ix_interaction_party_stakeholder", "interaction_party", ["stakeholder_id", "interaction_id"])
    op.create_table(
        "interaction_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            _words("channel", "meeting", "call", "message", "workshop", "visit", "event", "other"),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("began_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("topics", sa.String(300), nullable=False),
        sa.Column("sentiment", _words("sentiment", "favourable", "mixed", "critical"), nullable=True),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        _to("interaction_wording", "interaction_id", "interaction"),
        _to("interaction_wording", "colleague_id", "person"),
        _to("interaction_wording", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction_wording")),
    )
    here = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_interaction_wording_open",
        "interaction_wording",
        ["interaction_id"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )
    op.create_index("ix_interaction_wording_interaction", "interaction_wording", ["interaction_id", "said_at"])
    op.create_index("ix_interaction_wording_day", "interaction_wording", ["happened_on"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
