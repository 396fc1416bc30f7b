"""Stakeholders with what was said of them and the maps on which they stand, private notes, and champions of waves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stakeholder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "department",
                "outside",
                name="stakeholderkind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'person' AND person_id IS NOT NULL AND department_id IS NULL AND name = '') OR (kind = 'department' AND person_id IS NULL AND department_id IS NOT NULL AND name = '') OR (kind = 'outside' AND person_id IS NULL AND department_id IS NULL AND name <> '')",
            name=op.f("ck_stakeholder_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_stakeholder_department_id_department")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stakeholder_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
    )
    with op.batch_alter_table("stakeholder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stakeholder_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stakeholder_person_id"), ["person_id"], unique=False)

    op.create_table(
        "stakeholder_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_stakeholder_note_author_id_account")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_note_stakeholder_id_stakeholder")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["account.id"], name=op.f("fk_stakeholder_note_withdrawn_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_note")),
    )
    with op.batch_alter_table("stakeholder_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stakeholder_note_stakeholder_id"), ["stakeholder_id"], unique=False)

    op.create_table(
        "stakeholder_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column(
            "stakeholder_group",
            sa.Enum(
                "executive_sponsors",
                "business_leaders",
                "it_leaders",
                "end_users",
                "customers",
                "others",
                name="stakeholdergroup_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_stakeholder_profile_owner_id_person")),
        sa.ForeignKeyConstraint(["said_by_id"], ["account.id"], name=op.f("fk_stakeholder_profile_said_by_id_account")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_profile_stakeholder_id_stakeholder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_profile")),
    )
    with op.batch_alter_table("stakeholder_profile", schema=None) as batch_op:
        batch_op.create_index("ix_stakeholder_profile_owner", ["owner_id", "superseded_at"], unique=False)
        batch_op.create_index("ix_stakeholder_profile_stakeholder", ["stakeholder_id", "said_at"], unique=False)
        batch_op.create_index(
            "uq_stakeholder_profile_open",
            ["stakeholder_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "stakeholder_removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["account.id"], name=op.f("fk_stakeholder_removal_removed_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_removal_stakeholder_id_stakeholder")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["account.id"], name=op.f("fk_stakeholder_removal_undone_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_removal")),
    )
    with op.batch_alter_table("stakeholder_removal", schema=None) as batch_op:
        batch_op.create_index(
            "uq_stakeholder_removal_open",
            ["stakeholder_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "champion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appointed_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_champion_until_after_from")),
        sa.ForeignKeyConstraint(["appointed_by_id"], ["account.id"], name=op.f("fk_champion_appointed_by_id_account")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_champion_department_id_department")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_champion_person_id_person")),
        sa.ForeignKeyConstraint(["released_by_id"], ["account.id"], name=op.f("fk_champion_released_by_id_account")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_champion_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_champion")),
    )
    with op.batch_alter_table("champion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_champion_department_id"), ["department_id"], unique=False)
        batch_op.create_index("ix_champion_person", ["person_id", "until_on"], unique=False)
        batch_op.create_index("ix_champion_wave", ["wave_id", "until_on"], unique=False)
        batch_op.create_index(
            "uq_champion_open",
            ["wave_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "stakeholder_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name=op.f("fk_stakeholder_place_added_by_id_account")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name=op.f("fk_stakeholder_place_ended_by_id_account")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_stakeholder_place_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_place_stakeholder_id_stakeholder")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_stakeholder_place_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_place")),
    )
    with op.batch_alter_table("stakeholder_place", schema=None) as batch_op:
        batch_op.create_index("ix_stakeholder_place_map", ["programme_id", "wave_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stakeholder_place_stakeholder_id"), ["stakeholder_id"], unique=False)
        batch_op.create_index(
            "uq_stakeholder_place_programme",
            ["stakeholder_id", "programme_id"],
            unique=True,
            sqlite_where=sa.text("wave_id IS NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("wave_id IS NULL AND ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_stakeholder_place_wave",
            ["stakeholder_id", "wave_id"],
            unique=True,
            sqlite_where=sa.text("wave_id IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("wave_id IS NOT NULL AND ended_at IS NULL"),
        )


def downgrade() -> None:
    for table in (
        "stakeholder_place",
        "champion",
        "stakeholder_removal",
        "stakeholder_profile",
        "stakeholder_note",
        "stakeholder",
    ):
        op.drop_table(table)
