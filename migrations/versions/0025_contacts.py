"""How stakeholders outside the directory are reached: their organisation, mail address and language."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = {"organisation": 200, "email": 254, "language": 35}
REACHED = "kind = 'outside' OR (organisation = '' AND email = '' AND language = '')"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for column, length in COLUMNS.items():
        # In place; copying the table, as Alembic would, fails where others point to it. SQLite takes a check with a column.
        check = f" CONSTRAINT ck_stakeholder_contact_outside CHECK ({REACHED})" if column == "language" and is_sqlite else ""
        op.execute(f"ALTER TABLE stakeholder ADD COLUMN {column} VARCHAR({length}) NOT NULL DEFAULT ''{check}")
    if not is_sqlite:
        for column in COLUMNS:
            op.alter_column("stakeholder", column, server_default=None)
        op.create_check_constraint(op.f("ck_stakeholder_contact_outside"), "stakeholder", sa.text(REACHED))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
