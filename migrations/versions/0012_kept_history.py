"""Nothing that was true is overwritten: memberships as spans, the steps of waves, completions again, days of one's own."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATUSES = ("planned", "ready", "live", "stabilising", "closed", "cancelled")
LASTING = sa.text("ended_at IS NULL")
WAVE = sa.table("wave", sa.column("id"), sa.column("status"), sa.column("made_at", sa.DateTime(timezone=True)))
WAVE_STEP = sa.table(
    "wave_step",
    sa.column("wave_id"),
    sa.column("status"),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("by"),
    sa.column("reason"),
)
AUDIT = sa.table(
    "audit_entry",
    sa.column("id"),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor_name"),
    sa.column("verb"),
    sa.column("wave_id"),
    sa.column("changes", sa.JSON()),
)


def upgrade() -> None:
    _make_spans()
    _make_steps()
    _let_completions_repeat()
    op.add_column("assignment", sa.Column("own_due_on", sa.Date(), nullable=True))
    op.create_table(
        "own_due_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(401), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_own_due_day_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_own_due_day_person_id_person")),
        sa.ForeignKeyConstraint(["said_by_id"], ["account.id"], name=op.f("fk_own_due_day_said_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_due_day")),
    )
    op.create_index(op.f("ix_own_due_day_assignment_id"), "own_due_day", ["assignment_id"])
    op.create_index(op.f("ix_own_due_day_person_id"), "own_due_day", ["person_id"])


def _make_spans() -> None:
    """Let somebody be in a wave several times, once at a time; of those added by hand the audit knows by whom."""
    # SQLite copies the table, which nothing points to, and forgets a check that is not named here.
    known = sa.CheckConstraint("origin IN ('department', 'hand')", name=op.f("ck_membership_membershiporigin_known"))
    with op.batch_alter_table("membership", table_args=(known,)) as table:
        table.drop_constraint(op.f("uq_membership_wave_id_person_id"), type_="unique")
        table.add_column(sa.Column("joined_by", sa.String(401), nullable=True))
        table.add_column(sa.Column("ended_by", sa.String(401), nullable=True))
    op.create_index(
        "uq_membership_lasting",
        "membership",
        ["wave_id", "person_id"],
        unique=True,
        sqlite_where=LASTING,
        postgresql_where=LASTING,
    )
    op.execute(
        "UPDATE membership SET joined_by = (SELECT actor_name FROM audit_entry WHERE verb = 'added member'"
        " AND audit_entry.wave_id = membership.wave_id AND audit_entry.person_id = membership.person_id"
        " ORDER BY audit_entry.id DESC LIMIT 1) WHERE origin = 'hand'"
    )


def _make_steps() -> None:
    """Write down the steps that waves took as the audit has them; where it has none, where they began and where they stand."""
    op.create_table(
        "wave_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="wavestatus_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(401), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_step_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_step")),
    )
    op.create_index(op.f("ix_wave_step_wave_id"), "wave_step", ["wave_id"])
    connection = op.get_bind()
    taken: dict[int, list[tuple[str, datetime, str | None]]] = {}
    verbs = ("planned wave", "changed status of wave")
    for entry in connection.execute(sa.select(AUDIT).where(AUDIT.c.verb.in_(verbs)).order_by(AUDIT.c.id)):
        status = entry.changes["status"][1] if "status" in entry.changes else "planned"
        taken.setdefault(entry.wave_id, []).append((status, entry.at, entry.actor_name))
    for wave in connection.execute(sa.select(WAVE).order_by(WAVE.c.id)).all():
        steps = taken.get(wave.id, [])
        if not steps or steps[0][0] != "planned":
            steps.insert(0, ("planned", wave.made_at, None))
        if steps[-1][0] != wave.status:
            steps.append((wave.status, datetime.now(UTC), None))
        rows = [{"wave_id": wave.id, "status": s, "at": at, "by": by, "reason": ""} for s, at, by in steps]
        connection.execute(sa.insert(WAVE_STEP), rows)


def _let_completions_repeat() -> None:
    """Let somebody finish the same version of a module again, once a day."""
    op.add_column("completion", sa.Column("completed_on", sa.Date(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = "date(completed_at)" if is_sqlite else "(completed_at AT TIME ZONE 'UTC')::date"
    op.execute(f"UPDATE completion SET completed_on = {day}")
    sources = "source IN ('quiz', 'self_report', 'attendance', 'evidence', 'import')"
    known = sa.CheckConstraint(sources, name=op.f("ck_completion_completionsource_known"))
    once = ["person_id", "module_id", "module_version", "completed_on"]
    with op.batch_alter_table("completion", table_args=(known,)) as table:
        table.alter_column("completed_on", existing_type=sa.Date(), nullable=False)
        table.drop_constraint(op.f("uq_completion_person_id_module_id_module_version"), type_="unique")
        table.create_unique_constraint(op.f("uq_completion_person_id_module_id_module_version_completed_on"), once)


def downgrade() -> None:
    raise RuntimeError("Going back would lose what happened when; restore the backup made before the upgrade instead.")
