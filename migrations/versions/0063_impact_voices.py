"""Impact assessments by training role, and what people say each for themselves, without a name."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

ASPECTS = "tasks tools skills decisions workload colleagues place measures pay standing".split()


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _aspect() -> sa.Column[str]:
    return sa.Column("aspect", _words("aspect_known", *ASPECTS), nullable=False)


def _about(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_assessment_id_impact_assessment")
    return sa.ForeignKeyConstraint(["assessment_id"], ["impact_assessment.id"], name=name)


#: What the table holds to from now on, by name.
CHECKS = {
    "impactside_known": "side IN ('leaders', 'people', 'answers')",
    "statementfor_known": "for_role IN ('everybody', 'user', 'builder', 'support', 'leader')",
    "people_counted": "(side = 'leaders') = (voices IS NULL)",
    "answers_about": "(side = 'answers') = (about_id IS NOT NULL)",
}
ADDRESSED = {"sqlite_autoincrement": True}
BEFORE = ("impactside_known", "people_counted")


def _widen() -> None:
    """Let assessments be of a role and of a third side, and stand in addresses, so that no id is used again."""
    with op.batch_alter_table("impact_assessment", table_kwargs=ADDRESSED) as table:
        for name in BEFORE:
            table.drop_constraint(op.f(f"ck_impact_assessment_{name}"), type_="check")
        table.add_column(sa.Column("for_role", sa.String(40), nullable=False, server_default="everybody"))
        table.add_column(sa.Column("about_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("impact_assessment", table_kwargs=ADDRESSED) as table:
        table.alter_column("for_role", server_default=None)
        for name, condition in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_impact_assessment_{name}"), condition)
        table.create_foreign_key(
            op.f("fk_impact_assessment_about_id_impact_assessment"), "impact_assessment", ["about_id"], ["id"]
        )


def upgrade() -> None:
    op.drop_index("uq_impact_assessment_standing", "impact_assessment")
    _widen()
    standing = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_impact_assessment_standing",
        "impact_assessment",
        ["wave_id", "department_id", "for_role", "side"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.add_column("impact_aspect", sa.Column("counts", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "impact_mark",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_impact_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "impact_voice",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        _aspect(),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 5", name=op.f("ck_impact_voice_score_range")),
        _about("impact_voice"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_voice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "impact_sentence",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        _aspect(),
        sa.Column("text", sa.Text(), nullable=False),
        _about("impact_sentence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_sentence")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_impact_sentence_assessment_id", "impact_sentence", ["assessment_id"])


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
