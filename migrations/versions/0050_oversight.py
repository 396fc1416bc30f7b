"""Who may stop or overrule a workflow."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_overseer_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "overseer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.String(200), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("certificate", sa.String(200), nullable=False),
        sa.Column("certificate_until", sa.Date(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=True),
        sa.CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name=op.f("ck_overseer_another_deputy")),
        _to("workflow_id", "workflow"),
        _to("person_id", "person"),
        _to("deputy_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overseer")),
        sqlite_autoincrement=True,
    )
    standing = sa.text("until_on IS NULL")
    op.create_index(
        "uq_overseer_standing",
        "overseer",
        ["workflow_id", "person_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_overseer_person_id", "overseer", ["person_id"])
    op.create_index("ix_overseer_deputy_id", "overseer", ["deputy_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
