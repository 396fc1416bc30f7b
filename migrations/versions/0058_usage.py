"""Numbers of use: by person and team, what they came with, secrets for posting them, and what is counted of them."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_HOLDS = sa.text("is_superseded = false")
_SUPERSEDED = sa.text("is_superseded = true")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=f"{name}_known", native_enum=False, create_constraint=True, length=40)


def _way() -> sa.Enum:
    return _one_of("usageway", "file", "posted")


def upgrade() -> None:
    op.create_table(
        "usage_door",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_usage_door_secret_hash")),
        _to("usage_door", "ended_by_id", "account"),
        _to("usage_door", "made_by_id", "account"),
        _to("usage_door", "programme_id", "programme"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_door")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_usage_door_programme_id"), "usage_door", ["programme_id"])
    op.create_table(
        "usage_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("way", _way(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        _to("usage_upload", "programme_id", "programme"),
        sa.UniqueConstraint("door_id", "posted_on", name=op.f("uq_usage_upload_door_id_posted_on")),
        _to("usage_upload", "taken_back_by_id", "account"),
        _to("usage_upload", "door_id", "usage_door"),
        _to("usage_upload", "received_by_id", "account"),
        _check("usage_upload", "posted_by_door", "(door_id IS NULL) = (posted_on IS NULL)"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_upload")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_usage_upload_programme_id"), "usage_upload", ["programme_id"])
    op.create_table(
        "usage",
        sa.Column("upload_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("is_superseded", sa.Boolean(), nullable=False),
        _to("usage", "workflow_id", "workflow"),
        _to("usage", "upload_id", "usage_upload"),
        _check("usage", "no_less_than_none", "uses >= 0"),
        _to("usage", "person_id", "person"),
        sa.PrimaryKeyConstraint("upload_id", "workflow_id", "person_id", "used_on", name=op.f("pk_usage")),
    )
    op.create_index("ix_usage_day", "usage", ["used_on"])
    op.create_index("ix_usage_superseded", "usage", ["person_id", "workflow_id", "used_on"], sqlite_where=_SUPERSEDED, postgresql_where=_SUPERSEDED)
    op.create_index("uq_usage_holding", "usage", ["person_id", "workflow_id", "used_on"], unique=True, sqlite_where=_HOLDS, postgresql_where=_HOLDS)
    op.create_table(
        "team_usage",
        sa.Column("upload_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("department_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("is_superseded", sa.Boolean(), nullable=False),
        _check("team_usage", "says_something", "uses IS NOT NULL OR people IS NOT NULL"),
        _to("team_usage", "workflow_id", "workflow"),
        _to("team_usage", "upload_id", "usage_upload"),
        _to("team_usage", "department_id", "department"),
        sa.PrimaryKeyConstraint("upload_id", "workflow_id", "department_id", "used_on", name=op.f("pk_team_usage")),
    )
    op.create_index("ix_team_usage_workflow", "team_usage", ["workflow_id", "used_on"])
    op.create_index("uq_team_usage_holding", "team_usage", ["department_id", "workflow_id", "used_on"], unique=True, sqlite_where=_HOLDS, postgresql_where=_HOLDS)
    op.create_table(
        "usage_span",
        sa.Column("workflow_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Text(), nullable=False),
        sa.Column("recent", sa.BigInteger(), nullable=False),
        _to("usage_span", "workflow_id", "workflow"),
        _to("usage_span", "person_id", "person"),
        sa.PrimaryKeyConstraint("workflow_id", "person_id", name=op.f("pk_usage_span")),
    )
    op.create_index("ix_usage_span_person", "usage_span", ["person_id"])
    op.create_table(
        "adoption_count",
        sa.Column("wave_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("counted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("trained", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(64), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("by_department", sa.JSON(), nullable=False),
        _to("adoption_count", "wave_id", "wave"),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_adoption_count")),
    )
    _take_usage_files()


def _take_usage_files() -> None:
    """Let kept files be of use too. SQLite can't change a check, so there the table is copied."""
    kinds = ("people", "stakeholders", "readings", "usage")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_kept_upload_uploadkind_known"), "kept_upload", type_="check")
        known = sa.text(f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
        op.create_check_constraint(op.f("ck_kept_upload_uploadkind_known"), "kept_upload", known)
        return
    columns = ("id", "account_id", "kind", "filename", "content", "kept_at")
    op.rename_table("kept_upload", "kept_upload_before")
    op.drop_index("ix_kept_upload_account_id", "kept_upload_before")
    op.create_table(
        "kept_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("uploadkind", *kinds), nullable=False),
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


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
