"""Who says how they see a wave as its sponsor is named by their key alone; beside it stands only who wrote it down for them."""

from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until now this was told by equal names, so a row says the same as before, also after its sponsor gets another name.
    op.execute(
        "UPDATE impact_assessment SET said_by = '' WHERE side = 'sponsors'"
        " AND said_by = (SELECT name FROM person WHERE person.id = impact_assessment.sponsor_id)"
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
