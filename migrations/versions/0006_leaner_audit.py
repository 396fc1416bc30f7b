"""Indexes of the audit made less: entries are sought by the kind of thing, never by its number, and by people who act."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


ACTED = sa.text("actor_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.create_index("ix_audit_entry_subject_kind", "audit_entry", ["subject_kind"])
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor_id"], postgresql_where=ACTED, sqlite_where=ACTED)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
