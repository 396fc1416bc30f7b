"""Who is in a wave of their own will, and kept numbers of such learners; pilot users are now without them."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

# As in 0039, what was true then stands here.
_COLUMNS = ("wave_id", "person_id", "ended_at", "volunteered")


def upgrade() -> None:
    op.add_column("membership", sa.Column("volunteered", sa.Boolean(), server_default=sa.false(), nullable=False))
    for table in ("tally", "tally_share"):
        for number in ("volunteers", "volunteers_finished"):
            op.add_column(table, sa.Column(number, sa.Integer(), server_default="0", nullable=False))
    # Nobody is marked for counting: nobody is a volunteer yet.
    run = op.get_bind().exec_driver_sql
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    run(f"DROP TRIGGER membership_changed_tallied{'' if is_sqlite else ' ON membership'}")
    for statement in _on_sqlite() if is_sqlite else _on_postgresql():
        run(statement)


def _on_sqlite() -> Iterator[str]:
    old, new = (
        f"INSERT INTO tally_mark (person_id) SELECT {row}.person_id "
        f"WHERE NOT EXISTS (SELECT 1 FROM tally_mark WHERE person_id = {row}.person_id);"
        for row in ("OLD", "NEW")
    )
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _COLUMNS)
    when = f"UPDATE OF {', '.join(_COLUMNS)} ON membership WHEN {differs}"
    yield f"CREATE TRIGGER membership_changed_tallied AFTER {when} BEGIN {old} {new} END"


def _on_postgresql() -> Iterator[str]:
    old, new = (f"INSERT INTO tally_mark (person_id) VALUES ({row}.person_id);" for row in ("OLD", "NEW"))
    body = f"{old} IF OLD.person_id <> NEW.person_id THEN {new} END IF;"
    head = "CREATE OR REPLACE FUNCTION membership_changed_tallied() RETURNS trigger LANGUAGE plpgsql AS "
    yield f"{head}$$ BEGIN {body} RETURN NULL; END $$"
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _COLUMNS)
    when = f"UPDATE OF {', '.join(_COLUMNS)} ON membership FOR EACH ROW WHEN ({differs})"
    yield f"CREATE TRIGGER membership_changed_tallied AFTER {when} EXECUTE FUNCTION membership_changed_tallied()"


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
