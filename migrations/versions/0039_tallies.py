"""Kept numbers of the people of waves, and triggers that mark whom a change makes to be counted again."""

import sqlalchemy as sa
from alembic import op

from engagement.training.tallies.rules import TABLES, marks_of

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ROLES = ("user", "builder", "support", "leader")
_NUMBERS = ("members", "without_role", "asked", "finished", "minutes_left")


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
    for table in TABLES:
        for statement in marks_of(op.get_bind().dialect.name, table):
            op.get_bind().exec_driver_sql(statement)
    # Nobody is counted yet; the timetable does it within half a minute, and until then pages count by themselves.
    op.execute(
        "INSERT INTO tally_mark (person_id) SELECT person_id FROM membership WHERE ended_at IS NULL "
        "UNION SELECT person_id FROM assignment WHERE withdrawn_at IS NULL"
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
