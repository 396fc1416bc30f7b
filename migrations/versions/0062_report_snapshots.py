"""Reports that are frozen: by hand, and at the end of each month."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

ABOUT = "programme wave metric sponsor source message".split()


def upgrade() -> None:
    op.create_table(
        "report_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("groups_under", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_report_snapshot_by_id_account")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_report_snapshot_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_snapshot")),
        sa.UniqueConstraint("programme_id", "closes_on", name=op.f("uq_report_snapshot_programme_id_closes_on")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_report_snapshot_programme_id", "report_snapshot", ["programme_id"])
    op.create_table(
        "report_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column(
            "about",
            sa.Enum(*ABOUT, name="subjectkind_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("of_key", sa.String(60), nullable=False),
        sa.Column("name", sa.String(600), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("missing", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("groups_under", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["report_snapshot.id"], name=op.f("fk_report_figure_snapshot_id_report_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_figure")),
        sa.UniqueConstraint(
            "snapshot_id", "measure", "about", "of_key", name=op.f("uq_report_figure_snapshot_id_measure_about_of_key")
        ),
    )


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
