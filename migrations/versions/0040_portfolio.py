"""Value, complexity, risk, operating model, documentation and review of a workflow."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

#: The ids of workflows stand in addresses.
_KEYS = {"sqlite_autoincrement": True}
_MODELS = ("centralised", "federated", "hybrid")


def upgrade() -> None:
    with op.batch_alter_table("workflow", table_kwargs=_KEYS) as table:
        for rating in ("value", "complexity", "risk"):
            table.add_column(sa.Column(rating, sa.Integer(), nullable=True))
            table.create_check_constraint(op.f(f"ck_workflow_{rating}_range"), f"{rating} BETWEEN 1 AND 5")
        model = sa.Enum(*_MODELS, name="operatingmodel_known", native_enum=False, create_constraint=True, length=40)
        table.add_column(sa.Column("operating_model", model, nullable=True))
        for column, length in (("documentation_url", 1000), ("documentation_version", 100)):
            table.add_column(sa.Column(column, sa.String(length), nullable=False, server_default=""))
        table.add_column(sa.Column("review_on", sa.Date(), nullable=True))
    with op.batch_alter_table("workflow", table_kwargs=_KEYS) as table:
        for column in ("documentation_url", "documentation_version"):
            table.alter_column(column, server_default=None)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
