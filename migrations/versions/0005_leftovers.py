"""What people who moved had not finished: the question whether they keep it, and where an assignment's person works."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_assignment_department_id_department"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("assignment", sa.Column("department_id", sa.Integer(), nullable=True))
        op.create_foreign_key(FOREIGN_KEY, "assignment", "department", ["department_id"], ["id"])
    else:
        # SQLite adds a column with its key in place; copying the table, as Alembic would, fails where others point to it.
        op.execute(f"ALTER TABLE assignment ADD COLUMN department_id INTEGER CONSTRAINT {FOREIGN_KEY} REFERENCES department (id)")
    # Without it the first settling after the upgrade would take everybody for moved.
    op.execute(
        "UPDATE assignment SET department_id = (SELECT person.department_id FROM person WHERE person.id = assignment.person_id)"
    )
    op.create_table(
        "leftover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "department", "role", name="leftovercause_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("from_department_id", sa.Integer(), nullable=True),
        sa.Column("to_department_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "keep", "waive", name="leftoverdecision_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=401), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_leftover_decided_or_open"),
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_leftover_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_leftover_decided_by_id_account")),
        sa.ForeignKeyConstraint(
            ["from_department_id"], ["department.id"], name=op.f("fk_leftover_from_department_id_department")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leftover_person_id_person")),
        sa.ForeignKeyConstraint(
            ["to_department_id"], ["department.id"], name=op.f("fk_leftover_to_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leftover")),
    )
    with op.batch_alter_table("leftover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leftover_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index("ix_leftover_person", ["person_id", "ended_at"], unique=False)
        batch_op.create_index("ix_leftover_waiting", ["decided_at", "asked_at"], unique=False)
        batch_op.create_index(
            "uq_leftover_standing",
            ["assignment_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose who decided what; restore the backup made before the upgrade instead.")
