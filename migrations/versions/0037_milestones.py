"""Milestones of waves: the days that a wave holds become rows, and how long before go-live training is due one of them."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

KINDS = ("kick_off", "training_opens", "training_due", "go_live", "stabilised", "own")
POLICIES = ("keep", "before", "after")


def _word(name: str, check: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*words, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    milestone = op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        _word("kind", "milestonekind_known", KINDS),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("falls_on", sa.Date(), nullable=False),
        sa.Column("anchor_id", sa.Integer(), nullable=True),
        sa.Column("offset_days", sa.Integer(), nullable=True),
        _word("counted_in", "counted_known", ("working", "calendar"), nullable=True),
        _word("day_policy", "holidaypolicy_known", POLICIES, nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(anchor_id IS NULL) = (offset_days IS NULL) AND (anchor_id IS NULL) = (counted_in IS NULL)"
            " AND (anchor_id IS NULL) = (day_policy IS NULL)",
            name=op.f("ck_milestone_counted_wholly"),
        ),
        sa.CheckConstraint("anchor_id != id", name=op.f("ck_milestone_not_from_itself")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_milestone_wave_id_wave")),
        sa.ForeignKeyConstraint(["anchor_id"], ["milestone.id"], name=op.f("fk_milestone_anchor_id_milestone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_milestone_wave_id"), "milestone", ["wave_id"])
    op.create_index(op.f("ix_milestone_anchor_id"), "milestone", ["anchor_id"])
    not_own = sa.text("kind != 'own'")
    op.create_index(
        "uq_milestone_kind", "milestone", ["wave_id", "kind"], unique=True, sqlite_where=not_own, postgresql_where=not_own
    )
    _take_over(milestone)
    op.execute("ALTER TABLE wave DROP COLUMN training_lead_days")


def _take_over(milestone: sa.Table) -> None:
    """Make rows of the days that each wave has; training due and the quiet period are counted from go-live as before."""
    wave = sa.table(
        "wave",
        sa.column("id", sa.Integer),
        sa.column("go_live_on", sa.Date),
        sa.column("training_due_on", sa.Date),
        sa.column("training_lead_days", sa.Integer),
        sa.column("stabilises_until_on", sa.Date),
        sa.column("made_at", UtcDateTime(timezone=True)),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(wave).order_by(wave.c.id)).all():
        given = {"wave_id": row.id, "name": "", "made_at": row.made_at}
        made = sa.insert(milestone).values(**given, kind="go_live", falls_on=row.go_live_on).returning(milestone.c.id)
        counted = {**given, "anchor_id": connection.scalar(made), "counted_in": "calendar"}
        due = {"kind": "training_due", "falls_on": row.training_due_on, "offset_days": -row.training_lead_days}
        connection.execute(sa.insert(milestone).values(**counted, **due, day_policy="before"))
        if row.stabilises_until_on is not None:
            quiet = {"kind": "stabilised", "falls_on": row.stabilises_until_on, "day_policy": "keep"}
            apart = (row.stabilises_until_on - row.go_live_on).days
            connection.execute(sa.insert(milestone).values(**counted, **quiet, offset_days=apart))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
