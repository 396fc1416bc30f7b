"""What somebody overruled when a wave took a step."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KINDS = (
    "no_people",
    "no_workflow",
    "no_lead",
    "go_live_passed",
    "training_too_late",
    "quiet",
    "vacancy",
    "no_metric",
    "no_baseline",
    "consultation",
    "no_notice",
    "not_informed",
)


def upgrade() -> None:
    kind = sa.Enum(*_KINDS, name="obstaclekind_known", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "overruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["step_id"], ["wave_step.id"], name=op.f("fk_overruling_step_id_wave_step")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_overruling_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overruling")),
        sa.UniqueConstraint("step_id", "kind", "key", name=op.f("uq_overruling_step_id_kind_key")),
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
