"""Scope statements in versions, taken over from the workflows, and the answers that confirm them."""

import sqlalchemy as sa
from alembic import op

from engagement.db import UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

#: The ids of workflows stand in addresses.
_KEYS = {"sqlite_autoincrement": True}
_TEXTS = ("system_does", "people_do", "who_decides", "signs_of_error", "then_do", "about_the_job")
_ROLES = ("everybody", "user", "builder", "support", "leader")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    role = sa.Enum(*_ROLES, name="statementfor_known", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "scope_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("role", role, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(text, sa.Text(), nullable=False) for text in (*_TEXTS, "question", "answers")),
        sa.Column("right_answer", sa.Integer(), nullable=True),
        *(sa.Column(text, sa.Text(), nullable=False) for text in ("why", "changed")),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(401), nullable=True),
        sa.Column("published_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(401), nullable=True),
        sa.CheckConstraint("right_answer BETWEEN 1 AND 4", name=op.f("ck_scope_statement_right_answer_range")),
        _to("scope_statement", "workflow_id", "workflow"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_statement")),
        sa.UniqueConstraint(
            "workflow_id", "role", "number", name=op.f("uq_scope_statement_workflow_id_role_number")
        ),
        sqlite_autoincrement=True,
    )
    draft = sa.text("published_at IS NULL")
    op.create_index(
        "uq_scope_statement_draft",
        "scope_statement",
        ["workflow_id", "role"],
        unique=True,
        sqlite_where=draft,
        postgresql_where=draft,
    )
    op.create_table(
        "scope_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer BETWEEN 1 AND 4", name=op.f("ck_scope_answer_answer_range")),
        _to("scope_answer", "statement_id", "scope_statement"),
        _to("scope_answer", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_answer")),
    )
    right = sa.text("is_right")
    op.create_index(
        "uq_scope_answer_confirmed",
        "scope_answer",
        ["statement_id", "person_id"],
        unique=True,
        sqlite_where=right,
        postgresql_where=right,
    )
    op.create_index("ix_scope_answer_person", "scope_answer", ["person_id", "statement_id"])
    _take_over()
    with op.batch_alter_table("workflow", table_kwargs=_KEYS) as table:
        for text in _TEXTS:
            table.drop_column(text)


def _take_over() -> None:
    """Make what each workflow said its published version 1 for all roles; one that said nothing has none."""
    texts = ", ".join(_TEXTS)
    said = " OR ".join(f"{text} <> ''" for text in _TEXTS)
    op.execute(
        f"INSERT INTO scope_statement (workflow_id, role, number, {texts}, question, answers, why, changed, made_at, published_at) "
        f"SELECT id, 'everybody', 1, {texts}, '', '', '', '', made_at, made_at FROM workflow WHERE {said}"
    )


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
