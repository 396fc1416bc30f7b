"""Marks say since when somebody waits to be counted again, and no longer whether somebody counts them just now."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_ROLES = ("user", "builder", "support", "leader")


def upgrade() -> None:
    # SQLite adds no column whose default is the time, so both tables are made anew.
    op.execute("CREATE TEMPORARY TABLE former_tally_mark AS SELECT person_id, role FROM tally_mark")
    op.execute("CREATE TEMPORARY TABLE former_reached_mark AS SELECT person_id FROM reached_mark")
    op.drop_table("tally_mark")
    op.drop_table("reached_mark")
    known = sa.Enum(*_ROLES, native_enum=False, create_constraint=True, length=40, name="trainingrole_known")
    op.create_table(
        "tally_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", known, nullable=True),
        _set_at(),
        sa.CheckConstraint("(person_id IS NULL) <> (role IS NULL)", name=op.f("ck_tally_mark_of_person_or_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_mark")),
    )
    op.create_index("ix_tally_mark_person", "tally_mark", ["person_id"])
    op.create_index("ix_tally_mark_role", "tally_mark", ["role"])
    op.create_table(
        "reached_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _set_at(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reached_mark")),
    )
    op.create_index("ix_reached_mark_person", "reached_mark", ["person_id"])
    op.execute("INSERT INTO tally_mark (person_id, role) SELECT person_id, role FROM former_tally_mark")
    op.execute("INSERT INTO reached_mark (person_id) SELECT person_id FROM former_reached_mark")
    op.execute("DROP TABLE former_tally_mark")
    op.execute("DROP TABLE former_reached_mark")


def _set_at() -> sa.Column[object]:
    return sa.Column("set_at", UtcDateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
