"""Kept numbers of the people of waves, and triggers that mark whom a change makes to be counted again."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ROLES = ("user", "builder", "support", "leader")
_NUMBERS = ("members", "without_role", "asked", "finished", "minutes_left")

#: Tables whose changed rows mark their person: the columns that count, and in which the person is.
_WATCHED = {
    "membership": (("wave_id", "person_id", "ended_at"), "person_id"),
    "person_role": (("person_id", "role"), "person_id"),
    "person": (("department_id",), "id"),
    "assignment": (("wave_id", "person_id", "role", "withdrawn_at"), "person_id"),
    "leftover": (("assignment_id", "person_id", "ended_at"), "person_id"),
    "completion": (("person_id", "module_id"), "person_id"),
}
_OF_CURRICULUM = "INSERT INTO tally_mark (role) SELECT role FROM curriculum WHERE id = {row}.curriculum_id;"
_OF_MODULE = (
    "INSERT INTO tally_mark (role) SELECT role FROM curriculum WHERE id IN "
    "(SELECT curriculum_id FROM curriculum_item WHERE module_id = {row}.id);"
)
_ITSELF = "INSERT INTO tally_mark (role) VALUES ({row}.role);"
#: What marks a role: the table, the name, the statement, when, and by which rows.
_OF_ROLES = (
    ("curriculum_item", "made", _OF_CURRICULUM, "INSERT", ("NEW",)),
    ("curriculum_item", "gone", _OF_CURRICULUM, "DELETE", ("OLD",)),
    ("curriculum_item", "changed", _OF_CURRICULUM, "UPDATE OF curriculum_id, module_id, kind", ("OLD", "NEW")),
    ("curriculum", "changed", _ITSELF, "UPDATE OF role, choices_needed", ("OLD", "NEW")),
    ("module", "changed", _OF_MODULE, "UPDATE OF minutes, withdrawn_at", ("NEW",)),
)


def _role() -> sa.Enum:
    return sa.Enum(*_ROLES, native_enum=False, create_constraint=True, length=40, name="trainingrole_known")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("role", _role(), nullable=True),
        *(sa.Column(number, sa.Integer(), nullable=False) for number in _NUMBERS),
        _to("tally", "wave_id", "wave"),
        _to("tally", "department_id", "department"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
    )
    op.create_index("ix_tally_wave", "tally", ["wave_id", "department_id"])
    op.create_table(
        "tally_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("role", _role(), nullable=True),
        *(sa.Column(number, sa.Integer(), nullable=False) for number in _NUMBERS),
        _to("tally_share", "wave_id", "wave"),
        _to("tally_share", "person_id", "person"),
        _to("tally_share", "department_id", "department"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_share")),
    )
    op.create_index("ix_tally_share_person", "tally_share", ["person_id", "wave_id"])
    op.create_index("ix_tally_share_wave", "tally_share", ["wave_id", "department_id"])
    op.create_table(
        "tally_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", _role(), nullable=True),
        sa.Column("is_taken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (role IS NULL)", name=op.f("ck_tally_mark_of_person_or_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_mark")),
    )
    op.create_index("ix_tally_mark_person", "tally_mark", ["person_id"])
    dialect = op.get_bind().dialect.name
    for statement in _triggers_on_sqlite() if dialect == "sqlite" else _triggers_on_postgresql():
        op.get_bind().exec_driver_sql(statement)
    # Nobody is counted yet; the timetable does it within half a minute, and until then pages count by themselves.
    op.execute(
        "INSERT INTO tally_mark (person_id) SELECT person_id FROM membership WHERE ended_at IS NULL "
        "UNION SELECT person_id FROM assignment WHERE withdrawn_at IS NULL"
    )


# The text of today's `tallies.rules` may need tables and columns that come later, so what was true then stands here.
def _triggers_on_sqlite() -> Iterator[str]:
    for table, (columns, owner) in _WATCHED.items():
        mark = (
            f"INSERT INTO tally_mark (person_id) SELECT {{row}}.{owner} "
            f"WHERE NOT EXISTS (SELECT 1 FROM tally_mark WHERE person_id = {{row}}.{owner});"
        )
        old, new = mark.format(row="OLD"), mark.format(row="NEW")
        if table != "person":
            yield f"CREATE TRIGGER {table}_made_tallied AFTER INSERT ON {table} BEGIN {new} END"
            yield f"CREATE TRIGGER {table}_gone_tallied AFTER DELETE ON {table} BEGIN {old} END"
        differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        when = f"UPDATE OF {', '.join(columns)} ON {table} WHEN {differs}"
        yield f"CREATE TRIGGER {table}_changed_tallied AFTER {when} BEGIN {old} {new} END"
    for table, name, mark, when, rows in _OF_ROLES:
        body = " ".join(mark.format(row=row) for row in rows)
        yield f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table} BEGIN {body} END"


def _triggers_on_postgresql() -> Iterator[str]:
    def made(table: str, name: str, when: str, each: str, body: str) -> Iterator[str]:
        function = f"{table}_{name}_tallied()"
        yield f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
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
    for table, name, mark, when, rows in _OF_ROLES:
        body = " ".join(mark.format(row=row) for row in rows)
        yield from made(table, name, when, "FOR EACH ROW", body)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
