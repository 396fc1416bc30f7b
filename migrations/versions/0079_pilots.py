"""Kept numbers of pilot users: learners who were in a wave of the programme that went live earlier."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

# As in 0039, what was true then stands here.
_MARK = (
    "INSERT INTO tally_mark (person_id) SELECT DISTINCT person_id FROM membership WHERE wave_id = NEW.id AND EXISTS "
    "(SELECT 1 FROM membership AS other WHERE other.person_id = membership.person_id AND other.wave_id <> NEW.id);"
)
_WHEN = "CREATE TRIGGER wave_changed_tallied AFTER UPDATE OF status, go_live_on, programme_id ON wave"


def upgrade() -> None:
    for table in ("tally", "tally_share"):
        for number in ("pilots", "pilots_finished"):
            op.add_column(table, sa.Column(number, sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_tally_share_role", "tally_share")
    columns = ["role", "person_id", "asked", "wave_id", "finished", "pilots"]
    op.create_index("ix_tally_share_role", "tally_share", columns)
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        run(f"{_WHEN} BEGIN {_MARK} END")
    else:
        head = "CREATE OR REPLACE FUNCTION wave_changed_tallied() RETURNS trigger LANGUAGE plpgsql AS "
        run(f"{head}$$ BEGIN {_MARK} RETURN NULL; END $$")
        run(f"{_WHEN} FOR EACH ROW EXECUTE FUNCTION wave_changed_tallied()")
    # Until they are counted, pages count by themselves.
    run("INSERT INTO tally_mark (person_id) SELECT person_id FROM membership GROUP BY person_id HAVING count(DISTINCT wave_id) > 1")


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
