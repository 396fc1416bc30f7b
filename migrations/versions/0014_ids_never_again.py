"""Ids that stand in addresses are never given again, on SQLite as on PostgreSQL."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ADDRESSED = (
    "account assignment audience champion communication delivery department import_run kept_form kept_upload leftover"
    " mailbox_message mailing module occurrence person programme quiz_attempt role_grant role_rule stakeholder"
    " stakeholder_note wave workflow"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    # SQLite can only copy a table to change its key; `env.py` lets it.
    for name in ADDRESSED.split():
        _copy(connection, name)


def _copy(connection: sa.Connection, name: str) -> None:
    """Make a table anew, the same but for its key, with its rows, indexes and triggers."""
    execute = connection.connection.driver_connection.execute
    [made] = execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    if "AUTOINCREMENT" in made:
        # The run before ended after the copies and before it was noted.
        return
    beside = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL"
    others = [sql for (sql,) in execute(beside, (name,)).fetchall()]
    made, keys = re.subn(rf",\s*CONSTRAINT pk_{name} PRIMARY KEY \(id\)", "", made)
    made, ids = re.subn(r"\bid INTEGER NOT NULL", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", made, count=1)
    made, heads = re.subn(rf'^CREATE TABLE "?{name}"?', f"CREATE TABLE copied_{name}", made)
    if (keys, ids, heads) != (1, 1, 1):
        raise RuntimeError(f"The table {name} is not as the migrations before made it; nothing was changed.")
    execute(made)
    execute(f"INSERT INTO copied_{name} SELECT * FROM {name}")
    execute(f"DROP TABLE {name}")
    execute(f"ALTER TABLE copied_{name} RENAME TO {name}")
    for sql in others:
        execute(sql)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
