"""The audit's index of who acted made less: nobody is sought in the name of the clock or of a file."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


ACTED = sa.text("actor_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor_id"], postgresql_where=ACTED, sqlite_where=ACTED)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
