"""Responses that are tried for concerns, figures of concerns by spans of months, and more that a report's figures are about."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

SOURCES = "job_security loss_of_control change_fatigue quality_scepticism other".split()
ABOUT = "programme wave metric sponsor source message department response month group topic workflow".split()


def upgrade() -> None:
    op.create_table(
        "concern_period",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_concern_period_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("programme_id", "first_on", name=op.f("pk_concern_period")),
    )
    op.create_table(
        "concern_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(*SOURCES, name="source_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_concern_response_by_id_account")),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_response_concern_id_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_response")),
        sa.UniqueConstraint("concern_id", "title", name=op.f("uq_concern_response_concern_id_title")),
    )
    op.create_index("ix_concern_response_tried_on", "concern_response", ["tried_on"])
    with op.batch_alter_table("report_figure") as table:
        table.drop_constraint(op.f("ck_report_figure_subjectkind_known"), type_="check")
    listed = ", ".join(f"'{each}'" for each in ABOUT)
    with op.batch_alter_table("report_figure") as table:
        table.create_check_constraint(op.f("ck_report_figure_subjectkind_known"), f"about IN ({listed})")


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
