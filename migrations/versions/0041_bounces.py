"""Mail that comes back, and addresses that get nothing any more because of it."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CAUSES = (
    *("no_mailbox", "no_domain", "closed", "gone", "complaint", "full", "too_large", "unwanted", "unreachable", "later"),
    *("unclear", "delayed", "unreadable"),
)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("came_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(*CAUSES, name="cause_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        _to("bounce", "delivery_id", "delivery"),
        _to("bounce", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bounce_fingerprint")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bounce_address", "bounce", ["address", "came_at"])
    op.create_index("ix_bounce_delivery", "bounce", ["delivery_id"])
    op.create_index(op.f("ix_bounce_came_at"), "bounce", ["came_at"])
    op.create_index(op.f("ix_bounce_person_id"), "bounce", ["person_id"])
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("stopped_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("bounce_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(401), nullable=False),
        sa.Column("lift_reason", sa.String(300), nullable=False),
        _to("suppression", "bounce_id", "bounce"),
        _to("suppression", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sqlite_autoincrement=True,
    )
    here = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_suppression_open", "suppression", ["address"], unique=True, sqlite_where=here, postgresql_where=here
    )
    op.create_index(op.f("ix_suppression_person_id"), "suppression", ["person_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
