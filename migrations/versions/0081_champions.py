"""Kept numbers of champions, as of a kept day: learners who are one, and how many each department has; pilot users are now without them."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

# As in 0039, what was true then stands here.
#: By table: the columns whose change marks its person, and in which column they are.
_WATCHED = {
    "champion": (("wave_id", "department_id", "person_id", "from_on", "until_on"), "person_id"),
    "person": (("department_id", "left_at"), "id"),
}
_OF_WAVE = (
    "INSERT INTO tally_mark (person_id) SELECT DISTINCT person_id FROM champion WHERE wave_id = NEW.id "
    "OR person_id IN (SELECT person_id FROM membership WHERE wave_id = NEW.id);"
)


def upgrade() -> None:
    op.create_table(
        "tally_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_tally_day_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_day")),
    )
    for table in ("tally", "tally_share"):
        for number in ("champions", "champions_finished", "posts"):
            op.add_column(table, sa.Column(number, sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_tally_share_role", "tally_share")
    op.create_index("ix_tally_share_role", "tally_share", ["role", "person_id"])
    # Nobody is marked: while no day is kept, pages count those anew whose time as a champion has begun; who keeps the first marks them.
    run = op.get_bind().exec_driver_sql
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    run(f"DROP TRIGGER person_changed_tallied{'' if is_sqlite else ' ON person'}")
    for statement in _on_sqlite() if is_sqlite else _on_postgresql():
        run(statement)


def _on_sqlite() -> Iterator[str]:
    for table, (columns, owner) in _WATCHED.items():
        old, new = (
            f"INSERT INTO tally_mark (person_id) SELECT {row}.{owner} "
            f"WHERE NOT EXISTS (SELECT 1 FROM tally_mark WHERE person_id = {row}.{owner});"
            for row in ("OLD", "NEW")
        )
        if table != "person":
            yield f"CREATE TRIGGER {table}_made_tallied AFTER INSERT ON {table} BEGIN {new} END"
            yield f"CREATE TRIGGER {table}_gone_tallied AFTER DELETE ON {table} BEGIN {old} END"
        differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        when = f"UPDATE OF {', '.join(columns)} ON {table} WHEN {differs}"
        yield f"CREATE TRIGGER {table}_changed_tallied AFTER {when} BEGIN {old} {new} END"
    yield f"CREATE TRIGGER wave_regrouped_tallied AFTER UPDATE OF programme_id ON wave FOR EACH ROW BEGIN {_OF_WAVE} END"


def _on_postgresql() -> Iterator[str]:
    def made(table: str, name: str, when: str, each: str, body: str) -> Iterator[str]:
        function = f"{table}_{name}_tallied()"
        head = f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS "
        yield f"{head}$$ BEGIN {body} RETURN NULL; END $$"
        yield f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table} {each} EXECUTE FUNCTION {function}"

    for table, (columns, owner) in _WATCHED.items():
        every = f"INSERT INTO tally_mark (person_id) SELECT DISTINCT {owner} FROM changed;"
        old, new = (f"INSERT INTO tally_mark (person_id) VALUES ({row}.{owner});" for row in ("OLD", "NEW"))
        if table != "person":
            yield from made(table, "made", "INSERT", "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT", every)
            yield from made(table, "gone", "DELETE", "REFERENCING OLD TABLE AS changed FOR EACH STATEMENT", every)
        differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        body = f"{old} IF OLD.{owner} <> NEW.{owner} THEN {new} END IF;"
        each = f"FOR EACH ROW WHEN ({differs})"
        yield from made(table, "changed", f"UPDATE OF {', '.join(columns)}", each, body)
    yield from made("wave", "regrouped", "UPDATE OF programme_id", "FOR EACH ROW", _OF_WAVE)


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
