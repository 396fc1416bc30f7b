"""The sponsors' side of impact assessments: what a sponsor says of what a wave changes for a group."""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

#: What the table holds to from now on, by name.
CHECKS = {
    "impactside_known": "side IN ('sponsors', 'leaders', 'people', 'answers')",
    "people_counted": "(side IN ('sponsors', 'leaders')) = (voices IS NULL)",
    "sponsor_named": "(side = 'sponsors') = (sponsor_id IS NOT NULL)",
}
ADDRESSED = {"sqlite_autoincrement": True}
BEFORE = ("impactside_known", "people_counted")


def upgrade() -> None:
    with op.batch_alter_table("impact_assessment", table_kwargs=ADDRESSED) as table:
        for name in BEFORE:
            table.drop_constraint(op.f(f"ck_impact_assessment_{name}"), type_="check")
        table.add_column(sa.Column("sponsor_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("impact_assessment", table_kwargs=ADDRESSED) as table:
        for name, condition in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_impact_assessment_{name}"), condition)
        table.create_foreign_key(
            op.f("fk_impact_assessment_sponsor_id_person"), "person", ["sponsor_id"], ["id"]
        )
    op.create_index(op.f("ix_impact_assessment_sponsor_id"), "impact_assessment", ["sponsor_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
