"""How stakeholders stand to each other, where somebody says it."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stakeholder_relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("reports_to", "sponsors", "champions", "influences"),
                name="relationkind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_stakeholder_relation_two_of_them")),
        *(
            sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_stakeholder_relation_{column}_{of}"))
            for column, of in (
                ("from_id", "stakeholder"),
                ("to_id", "stakeholder"),
                ("said_by_id", "account"),
                ("ended_by_id", "account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_relation")),
        sqlite_autoincrement=True,
    )
    here = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_stakeholder_relation_open",
        "stakeholder_relation",
        ["from_id", "to_id", "kind"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )
    op.create_index("ix_stakeholder_relation_to", "stakeholder_relation", ["to_id", "ended_at"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
