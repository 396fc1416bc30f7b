"""A letterbox for what is said without a name, figures on objections kept by day, and an audit that counts no concerns."""

import sqlalchemy as sa
from alembic import op

from engagement.audit import guards

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

SOURCES = ("job_security", "loss_of_control", "change_fatigue", "quality_scepticism", "other")
LEFT_OUT = "left_out IN ('flood', 'decided', 'outside')"


def _words(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        # In place; copying the table, as Alembic would, fails where others point to it.
        op.execute(
            f"ALTER TABLE concern ADD COLUMN left_out VARCHAR(40) CONSTRAINT ck_concern_leftout_known CHECK ({LEFT_OUT})"
        )
    else:
        op.add_column("concern", sa.Column("left_out", sa.String(40), nullable=True))
        op.create_check_constraint(op.f("ck_concern_leftout_known"), "concern", LEFT_OUT)
    op.create_table(
        "concern_letter",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("concern_id", sa.BigInteger(), nullable=True),
        sa.Column("receipt_hash", sa.String(64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", _words(*SOURCES, name="source_known"), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("is_from_outside", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(concern_id IS NULL) <> (receipt_hash IS NULL)", name=op.f("ck_concern_letter_new_or_reply")),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_letter_concern_id_concern")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_concern_letter_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_letter")),
        sa.UniqueConstraint("concern_id", name=op.f("uq_concern_letter_concern_id")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_concern_letter_receipt_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "letterbox_round",
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_letterbox_round")),
    )
    op.create_table(
        "concern_figures",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_concern_figures_programme_id_programme")),
        sa.PrimaryKeyConstraint("programme_id", "on", name=op.f("pk_concern_figures")),
    )
    op.create_table(
        "sign_in_day",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_day_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "on", name=op.f("pk_sign_in_day")),
        sqlite_with_rowid=False,
    )
    _forget_which_concern(is_sqlite)
    if not is_sqlite:
        # What stands in the table was put there one by one: written anew together, in the order of its random keys.
        for table in ("concern", "concern_reply"):
            op.execute(f"UPDATE {table} SET id = id")
            op.execute(f"CLUSTER {table} USING pk_{table}")


def _forget_which_concern(is_sqlite: bool) -> None:
    """Take out of the audit on which concern, of which wave, and from what to what a step was taken."""
    names = ("audit_entry_kept", "audit_entry_fixed")
    for name in names:
        op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else " ON audit_entry"))
    op.execute(
        "UPDATE audit_entry SET subject_id = NULL, wave_id = NULL, programme_id = NULL, changes = '{}'"
        " WHERE subject_kind = 'concern'"
    )
    for statement in guards("sqlite" if is_sqlite else "postgresql"):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
