"""The gate of a wave: approvers, decisions with what was seen, conditions, openings, and going past it."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

KINDS = (
    "training briefed confirmed statements concerns ownership oversight consultation notice baseline support steps champions "
    "others own"
).split()
STATES = "short unknown met not_needed".split()


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _one_open(name: str, table: str, *columns: str) -> None:
    where = sa.text("ended_at IS NULL")
    op.create_index(name, table, list(columns), unique=True, sqlite_where=where, postgresql_where=where)


def _at(name: str, *, is_set: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=not is_set)


def _of(name: str, *, is_set: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=not is_set)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "gate_approver",
        _of("id"),
        _of("wave_id"),
        _of("person_id"),
        _at("named_at"),
        _of("named_by_id", is_set=False),
        _at("ended_at", is_set=False),
        _of("ended_by_id", is_set=False),
        _to("gate_approver", "wave_id", "wave"),
        _to("gate_approver", "person_id", "person"),
        _to("gate_approver", "named_by_id", "account"),
        _to("gate_approver", "ended_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_approver")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gate_approver_person_id", "gate_approver", ["person_id"])
    _one_open("uq_gate_approver_lasting", "gate_approver", "wave_id", "person_id")
    op.create_table(
        "gate_decision",
        _of("id"),
        _of("wave_id"),
        _of("approver_id"),
        sa.Column("choice", _words("choice_known", "go", "conditions", "no_go"), nullable=False),
        _text("reason"),
        sa.Column("go_live_on", sa.Date(), nullable=False),
        _at("decided_at"),
        _of("decided_by_id", is_set=False),
        _at("ended_at", is_set=False),
        _to("gate_decision", "wave_id", "wave"),
        _to("gate_decision", "approver_id", "person"),
        _to("gate_decision", "decided_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gate_decision_approver_id", "gate_decision", ["approver_id"])
    op.create_index("ix_gate_decision_wave", "gate_decision", ["wave_id", "decided_at"])
    _one_open("uq_gate_decision_standing", "gate_decision", "wave_id", "approver_id")
    op.create_table(
        "gate_value",
        _of("id"),
        _of("decision_id"),
        sa.Column("kind", _words("criterionkind_known", *KINDS), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        _text("sentence"),
        sa.Column("state", _words("criterionstate_known", *STATES), nullable=False),
        _of("met", is_set=False),
        _of("total", is_set=False),
        _of("need", is_set=False),
        _to("gate_value", "decision_id", "gate_decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_value")),
    )
    op.create_index("ix_gate_value_decision", "gate_value", ["decision_id"])
    op.create_table(
        "gate_condition",
        _of("id"),
        _of("decision_id"),
        _text("text"),
        _of("owner_id"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _text("settled_note"),
        _at("settled_at", is_set=False),
        _of("settled_by_id", is_set=False),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_note = '')", name=op.f("ck_gate_condition_settled_with_note")
        ),
        _to("gate_condition", "decision_id", "gate_decision"),
        _to("gate_condition", "owner_id", "person"),
        _to("gate_condition", "settled_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_condition")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gate_condition_decision", "gate_condition", ["decision_id"])
    op.create_index("ix_gate_condition_owner_id", "gate_condition", ["owner_id"])
    op.create_table(
        "gate_reopening",
        _of("id"),
        _of("wave_id"),
        _text("reason"),
        _at("at"),
        _to("gate_reopening", "wave_id", "wave"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_reopening")),
    )
    op.create_index("ix_gate_reopening_wave", "gate_reopening", ["wave_id", "at"])
    op.create_table(
        "gate_override",
        _of("id"),
        _of("wave_id"),
        _text("reason"),
        sa.Column("until_on", sa.Date(), nullable=False),
        _at("at"),
        _of("by_id", is_set=False),
        _at("ended_at", is_set=False),
        _of("ended_by_id", is_set=False),
        _to("gate_override", "wave_id", "wave"),
        _to("gate_override", "by_id", "account"),
        _to("gate_override", "ended_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_override")),
        sqlite_autoincrement=True,
    )
    _one_open("uq_gate_override_lasting", "gate_override", "wave_id")


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
