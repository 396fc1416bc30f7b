"""A criterion can be that leaders and people see the change alike."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

BEFORE = (
    "training briefed confirmed statements concerns ownership oversight consultation notice baseline support steps champions "
    "others own"
).split()
AFTER = [*BEFORE[:-2], "alike", *BEFORE[-2:]]
TABLES = ("criterion", "gate_value")


def _known(words: list[str]) -> str:
    return f"kind IN ({', '.join(map(repr, words))})"


def upgrade() -> None:
    connection = op.get_bind()
    for table in TABLES:
        if connection.dialect.name == "sqlite":
            _copy(connection.connection.driver_connection.execute, table)
            continue
        name = op.f(f"ck_{table}_criterionkind_known")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, sa.text(_known(AFTER)))


def _copy(execute, name: str) -> None:
    """Make a table anew, the same but for its check, because SQLite changes none; `env.py` lets it."""
    [made] = execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    if _known(BEFORE) not in made:
        raise RuntimeError(f"The table {name} is not as the migrations before made it; nothing was changed.")
    beside = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL"
    others = [sql for (sql,) in execute(beside, (name,)).fetchall()]
    _, body = made.replace(_known(BEFORE), _known(AFTER)).split("(", 1)
    execute(f"CREATE TABLE copied_{name} ({body}")
    execute(f"INSERT INTO copied_{name} SELECT * FROM {name}")
    execute(f"DROP TABLE {name}")
    execute(f"ALTER TABLE copied_{name} RENAME TO {name}")
    for sql in others:
        execute(sql)


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
