"""Register files wait for their sender beside HR files."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KNOWN = "kind IN ('people', 'stakeholders')"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    check = f" CONSTRAINT ck_kept_upload_uploadkind_known CHECK ({KNOWN})" if is_sqlite else ""
    op.execute(f"ALTER TABLE kept_upload ADD COLUMN kind VARCHAR(40) NOT NULL DEFAULT 'people'{check}")
    if not is_sqlite:
        op.alter_column("kept_upload", "kind", server_default=None)
        op.create_check_constraint(op.f("ck_kept_upload_uploadkind_known"), "kept_upload", sa.text(KNOWN))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
