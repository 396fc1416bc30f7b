"""Files that come with messages, and reports that are sent to who asked for them."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _known(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "enclosed_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("media_type", _known("mediatype", "application/pdf", "text/csv", "image/png"), nullable=False),
        sa.Column("content_id", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        _to("enclosed_file", "mailing_id", "mailing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosed_file")),
    )
    op.create_index(op.f("ix_enclosed_file_mailing_id"), "enclosed_file", ["mailing_id"])
    op.create_table(
        "report_subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", _known("reportrhythm", "weekly", "monthly", "quarterly", "when_closed"), nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("with_csv", sa.Boolean(), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("rests_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("rests_because", sa.String(300), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        _to("report_subscription", "programme_id", "programme"),
        _to("report_subscription", "account_id", "account"),
        _to("report_subscription", "made_by_id", "account"),
        _to("report_subscription", "ended_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_subscription")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_subscription_account_id"), "report_subscription", ["account_id"])
    op.create_index("ix_report_subscription_next_at", "report_subscription", ["next_at"])
    lasting = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_report_subscription_lasting",
        "report_subscription",
        ["programme_id", "account_id"],
        unique=True,
        sqlite_where=lasting,
        postgresql_where=lasting,
    )
    op.create_table(
        "report_sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        _to("report_sending", "subscription_id", "report_subscription"),
        _to("report_sending", "mailing_id", "mailing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sending")),
        sa.UniqueConstraint("subscription_id", "due_at", name=op.f("uq_report_sending_subscription_id_due_at")),
    )


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
