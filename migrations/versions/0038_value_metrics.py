"""What is measured of workflows: metrics, how they stood before, readings; and files of readings."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_STANDS = sa.text("superseded_at IS NULL")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def _said() -> list[sa.Column]:
    return [
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "value_metric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("better", _one_of("better", "higher", "lower"), nullable=False),
        sa.Column("every", _one_of("readingrhythm", "week", "month", "quarter"), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(target IS NULL) = (target_on IS NULL)", name=op.f("ck_value_metric_target_with_day")),
        _to("value_metric", "workflow_id", "workflow"),
        _to("value_metric", "owner_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_metric")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_value_metric_workflow_id"), "value_metric", ["workflow_id"])
    op.create_index(op.f("ix_value_metric_owner_id"), "value_metric", ["owner_id"])
    op.create_table(
        "metric_baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("measured_on", sa.Date(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_said(),
        sa.CheckConstraint("(value IS NULL) = (measured_on IS NULL)", name=op.f("ck_metric_baseline_value_with_day")),
        sa.CheckConstraint("(value IS NULL) <> (reason = '')", name=op.f("ck_metric_baseline_value_or_reason")),
        _to("metric_baseline", "metric_id", "value_metric"),
        _to("metric_baseline", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_baseline")),
    )
    op.create_index(op.f("ix_metric_baseline_metric_id"), "metric_baseline", ["metric_id"])
    _one_standing("uq_metric_baseline_standing", "metric_baseline", ["metric_id"])
    op.create_table(
        "metric_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_said(),
        _to("metric_reading", "metric_id", "value_metric"),
        _to("metric_reading", "said_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_reading")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_metric_reading_metric_id"), "metric_reading", ["metric_id"])
    _one_standing("uq_metric_reading_standing", "metric_reading", ["metric_id", "measured_on"])
    _take_readings_files()


def _take_readings_files() -> None:
    """Let kept files be of readings too. SQLite can't change a check, so there the table is copied."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_kept_upload_uploadkind_known"), "kept_upload", type_="check")
        known = sa.text("kind IN ('people', 'stakeholders', 'readings')")
        op.create_check_constraint(op.f("ck_kept_upload_uploadkind_known"), "kept_upload", known)
        return
    columns = ("id", "account_id", "kind", "filename", "content", "kept_at")
    op.rename_table("kept_upload", "kept_upload_before")
    op.drop_index("ix_kept_upload_account_id", "kept_upload_before")
    op.create_table(
        "kept_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("uploadkind", "people", "stakeholders", "readings"), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_upload")),
        sqlite_autoincrement=True,
    )
    named = ", ".join(columns)
    op.execute(f"INSERT INTO kept_upload ({named}) SELECT {named} FROM kept_upload_before")
    op.drop_table("kept_upload_before")
    op.create_index(op.f("ix_kept_upload_account_id"), "kept_upload", ["account_id"])


def _one_standing(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
