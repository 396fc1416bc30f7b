"""Private mail addresses of programmes, and the mail that comes in."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "programme_mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("mail_token", sa.String(40), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        _to("programme_mailbox", "programme_id", "programme"),
        _to("programme_mailbox", "made_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_mailbox")),
        sa.UniqueConstraint("mail_token", name=op.f("uq_programme_mailbox_mail_token")),
    )
    here = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_programme_mailbox_open",
        "programme_mailbox",
        ["programme_id"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )
    op.create_table(
        "mail_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(250), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("interaction_id", sa.Integer(), nullable=True),
        sa.Column("handled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        _to("mail_in", "programme_id", "programme"),
        _to("mail_in", "interaction_id", "interaction"),
        _to("mail_in", "handled_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_in")),
        sa.UniqueConstraint("programme_id", "message_id", name=op.f("uq_mail_in_programme_id_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mail_in_handled_at"), "mail_in", ["handled_at"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
