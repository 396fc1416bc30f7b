"""Marks for people of whom only what reached them is counted again, and the triggers that set them instead of marks for everything."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_OF_WAVE = "INSERT INTO reached_mark (person_id) SELECT person_id FROM membership WHERE ended_at IS NULL AND wave_id = {row}.wave_id;"
_OF_WAVES = (
    "INSERT INTO reached_mark (person_id) SELECT person_id FROM membership WHERE ended_at IS NULL AND wave_id IN "
    "(SELECT wave_id FROM wave_workflow WHERE workflow_id = {row}.workflow_id);"
)
_OF_WORKFLOW = _OF_WAVES.replace("{row}.workflow_id", "{row}.id")
_SENT = (
    "INSERT INTO reached_mark (person_id) SELECT person_id FROM delivery "
    "WHERE mailing_id = {row}.mailing_id AND state = 'sent' AND person_id IS NOT NULL;"
)
_IS_ASKED_ABOUT = (
    "{row}.person_id IS NOT NULL AND (EXISTS (SELECT 1 FROM notice WHERE mailing_id = {row}.mailing_id) OR "
    "EXISTS (SELECT 1 FROM occurrence JOIN communication ON communication.id = occurrence.communication_id "
    "WHERE occurrence.mailing_id = {row}.mailing_id AND communication.kind = 'department_briefing'))"
)
_RECIPIENT = f"INSERT INTO reached_mark (person_id) SELECT {{row}}.person_id WHERE {_IS_ASKED_ABOUT};"
_IS_SENT_OR_WAS = "{old}.state <> {new}.state AND 'sent' IN ({old}.state, {new}.state)"
#: Tables whose changed rows mark their person, with the columns that count.
_WATCHED = {
    "scope_answer": ("statement_id", "person_id", "is_right"),
    "acknowledgement": ("mailing_id", "person_id"),
}
#: What else marks people: the table, the name, the statement, when, by which rows, and only if.
_CHANGES = (
    ("delivery", "made", _RECIPIENT, "INSERT", ("NEW",), "NEW.state = 'sent'"),
    ("delivery", "changed", _RECIPIENT, "UPDATE OF state", ("NEW",), _IS_SENT_OR_WAS.format(old="OLD", new="NEW")),
    ("occurrence", "made", _SENT, "INSERT", ("NEW",), "NEW.mailing_id IS NOT NULL"),
    ("occurrence", "changed", _SENT, "UPDATE OF mailing_id", ("OLD", "NEW"), ""),
    ("communication", "changed", _OF_WAVE, "UPDATE OF wave_id, kind", ("OLD", "NEW"), ""),
    ("wave_workflow", "made", _OF_WAVE, "INSERT", ("NEW",), ""),
    ("wave_workflow", "gone", _OF_WAVE, "DELETE", ("OLD",), ""),
    ("workflow", "changed", _OF_WORKFLOW, "UPDATE OF retired_at", ("NEW",), ""),
    ("scope_statement", "made", _OF_WAVES, "INSERT", ("NEW",), "NEW.published_at IS NOT NULL"),
    ("scope_statement", "changed", _OF_WAVES, "UPDATE OF published_at", ("NEW",), ""),
    ("scope_statement", "gone", _OF_WAVES, "DELETE", ("OLD",), "OLD.published_at IS NOT NULL"),
    ("notice", "made", _OF_WAVES, "INSERT", ("NEW",), "NEW.published_at IS NOT NULL"),
    ("notice", "changed", _OF_WAVES, "UPDATE OF mailing_id", ("NEW",), ""),
    ("notice", "gone", _OF_WAVES, "DELETE", ("OLD",), "OLD.published_at IS NOT NULL"),
    ("worker_effect", "made", _OF_WAVES, "INSERT", ("NEW",), ""),
    ("worker_effect", "changed", _OF_WAVES, "UPDATE OF ended_at", ("NEW",), ""),
)


def upgrade() -> None:
    op.create_table(
        "reached_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reached_mark")),
    )
    op.create_index("ix_reached_mark_person", "reached_mark", ["person_id"])
    dialect = op.get_bind().dialect.name
    # Databases that came here step by step have such triggers from 0066, which marked people for everything.
    for table in dict.fromkeys([*_WATCHED, *(table for table, *_ in _CHANGES)]):
        for name in ("made", "gone", "changed"):
            of_table = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{name}_tallied{of_table}")
    for statement in _triggers_on_sqlite() if dialect == "sqlite" else _triggers_on_postgresql():
        op.get_bind().exec_driver_sql(statement)


# As in 0039, what was true then stands here.
def _triggers_on_sqlite() -> Iterator[str]:
    for table, columns in _WATCHED.items():
        mark = (
            "INSERT INTO reached_mark (person_id) SELECT {row}.person_id "
            "WHERE NOT EXISTS (SELECT 1 FROM reached_mark WHERE person_id = {row}.person_id);"
        )
        old, new = mark.format(row="OLD"), mark.format(row="NEW")
        yield f"CREATE TRIGGER {table}_made_tallied AFTER INSERT ON {table} BEGIN {new} END"
        yield f"CREATE TRIGGER {table}_gone_tallied AFTER DELETE ON {table} BEGIN {old} END"
        differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        when = f"UPDATE OF {', '.join(columns)} ON {table} WHEN {differs}"
        yield f"CREATE TRIGGER {table}_changed_tallied AFTER {when} BEGIN {old} {new} END"
    for table, name, mark, when, rows, only in _CHANGES:
        body = " ".join(mark.format(row=row) for row in rows)
        condition = f" WHEN ({only})" if only else ""
        yield f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table} FOR EACH ROW{condition} BEGIN {body} END"


def _triggers_on_postgresql() -> Iterator[str]:
    def made(table: str, name: str, when: str, each: str, body: str) -> Iterator[str]:
        function = f"{table}_{name}_tallied()"
        yield f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        yield f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table} {each} EXECUTE FUNCTION {function}"

    every = "INSERT INTO reached_mark (person_id) SELECT DISTINCT person_id FROM changed;"
    old, new = (f"INSERT INTO reached_mark (person_id) VALUES ({row}.person_id);" for row in ("OLD", "NEW"))
    for table, columns in _WATCHED.items():
        yield from made(table, "made", "INSERT", "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT", every)
        yield from made(table, "gone", "DELETE", "REFERENCING OLD TABLE AS changed FOR EACH STATEMENT", every)
        differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        body = f"{old} IF OLD.person_id <> NEW.person_id THEN {new} END IF;"
        each = f"FOR EACH ROW WHEN ({differs})"
        yield from made(table, "changed", f"UPDATE OF {', '.join(columns)}", each, body)
    for table, name, mark, when, rows, only in _CHANGES:
        body = " ".join(mark.format(row=row) for row in rows)
        each = f"FOR EACH ROW{f' WHEN ({only})' if only else ''}"
        if (table, name) == ("delivery", "changed"):
            # Workers write many outcomes in one statement, which then marks once.
            differs = _IS_SENT_OR_WAS.format(old="before", new="now")
            these = f"{differs} AND {_IS_ASKED_ABOUT.format(row='now')}"
            body = f"INSERT INTO reached_mark (person_id) SELECT now.person_id FROM now JOIN before USING (id) WHERE {these};"
            when, each = "UPDATE", "REFERENCING OLD TABLE AS before NEW TABLE AS now FOR EACH STATEMENT"
        yield from made(table, name, when, each, body)


def downgrade() -> None:
    """Say how to go back."""
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
