"""Where stakeholders stand, and for whom a person speaks."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_LEVELS = ("unaware", "resistant", "neutral", "supportive", "leading")


def _level(column: str) -> sa.Enum:
    return sa.Enum(*_LEVELS, name=f"{column}_known", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    with op.batch_alter_table("stakeholder_profile") as table:
        table.add_column(sa.Column("represents", sa.String(200), nullable=False, server_default=""))
    with op.batch_alter_table("stakeholder_profile") as table:
        table.alter_column("represents", server_default=None)
    op.create_table(
        "stakeholder_standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("influence", sa.Integer(), nullable=True),
        sa.Column("interest", sa.Integer(), nullable=True),
        sa.Column("impact", sa.Integer(), nullable=True),
        sa.Column("level_now", _level("level_now"), nullable=True),
        sa.Column("level_wanted", _level("level_wanted"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        *(
            sa.CheckConstraint(f"{column} BETWEEN 0 AND 100", name=op.f(f"ck_stakeholder_standing_{column}_range"))
            for column in ("influence", "interest", "impact")
        ),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_standing_stakeholder_id_stakeholder")
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["account.id"], name=op.f("fk_stakeholder_standing_said_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_standing")),
    )
    here = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_stakeholder_standing_open",
        "stakeholder_standing",
        ["stakeholder_id"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )
    op.create_index("ix_stakeholder_standing_stakeholder", "stakeholder_standing", ["stakeholder_id", "said_at"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
