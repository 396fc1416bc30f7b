"""Which workflows affect workers, and the notices that these are sent."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _one(name: str, table: str, where: str) -> None:
    here = sa.text(where)
    op.create_index(name, table, ["workflow_id"], unique=True, sqlite_where=here, postgresql_where=here)


def upgrade() -> None:
    op.create_table(
        "worker_effect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        _to("worker_effect", "workflow_id", "workflow"),
        _to("worker_effect", "said_by_id", "account"),
        _to("worker_effect", "ended_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_effect")),
    )
    op.create_index(op.f("ix_worker_effect_workflow_id"), "worker_effect", ["workflow_id"])
    _one("uq_worker_effect_lasting", "worker_effect", "ended_at IS NULL")
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(published_at IS NULL) = (mailing_id IS NULL)", name=op.f("ck_notice_published_with_mailing")
        ),
        _to("notice", "workflow_id", "workflow"),
        _to("notice", "written_by_id", "account"),
        _to("notice", "published_by_id", "account"),
        _to("notice", "mailing_id", "mailing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_notice_workflow_id_number")),
        sa.UniqueConstraint("mailing_id", name=op.f("uq_notice_mailing_id")),
        sqlite_autoincrement=True,
    )
    _one("uq_notice_draft", "notice", "published_at IS NULL")


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
