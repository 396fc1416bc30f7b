"""What a wave changes for its groups, by leaders and by the people themselves."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

ASPECTS = "tasks tools skills decisions workload colleagues place measures pay standing".split()


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "impact_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("side", _words("impactside_known", "leaders", "people"), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=True),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=False),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(401), nullable=True),
        sa.CheckConstraint(
            "(side = 'people') = (voices IS NOT NULL)", name=op.f("ck_impact_assessment_people_counted")
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR side = 'leaders'", name=op.f("ck_impact_assessment_leaders_published")
        ),
        _to("impact_assessment", "wave_id", "wave"),
        _to("impact_assessment", "department_id", "department"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_assessment")),
    )
    standing = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_impact_assessment_standing",
        "impact_assessment",
        ["wave_id", "department_id", "side"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_impact_assessment_wave_id", "impact_assessment", ["wave_id"])
    op.create_index("ix_impact_assessment_department_id", "impact_assessment", ["department_id"])
    op.create_table(
        "impact_aspect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("aspect", _words("aspect_known", *ASPECTS), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("before_text", sa.Text(), nullable=False),
        sa.Column("after_text", sa.Text(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 5", name=op.f("ck_impact_aspect_score_range")),
        _to("impact_aspect", "assessment_id", "impact_assessment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_aspect")),
        sa.UniqueConstraint("assessment_id", "aspect", name=op.f("uq_impact_aspect_assessment_id_aspect")),
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
