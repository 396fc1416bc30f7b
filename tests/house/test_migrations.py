"""One migration head, and what the migrations make is what the models say, on both databases."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import delete, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from engagement import audit
from engagement.audit import CLOCK
from engagement.db import Base, db
from engagement.programmes.models import Programme
from engagement.readiness.tallies import rules as reached
from engagement.revisions import known_revisions, revision_of
from engagement.training.tallies import rules as trained
from engagement.verbs import Verb
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.models import Wave
from engagement.waves.tallies.queries import member_sums

ROOT = Path(__file__).parents[2]


def test_there_is_one_head_and_the_numbers_of_the_files_say_the_order():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == known_revisions()[:1]
    assert [each.revision for each in scripts.walk_revisions()] == known_revisions()


def test_a_database_says_its_migration_from_the_first_on(empty):
    found = []
    for revision in (None, "0001", "head"):
        if revision:
            upgrade(revision=revision)
        with db.engine.connect() as connection:
            found.append(revision_of(connection))
    assert found == [None, "0001", known_revisions()[0]]


@pytest.fixture
def migrated(empty):
    """An application on a database that the migrations alone have made."""
    upgrade()
    return empty


def test_the_migrations_make_what_the_models_say(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "render_as_batch": True})
        differences = compare_metadata(context, Base.metadata)
    assert differences == []
    assert set(inspect(db.engine).get_table_names()) == set(Base.metadata.tables) | {"alembic_version"}


#: A little of everything that a later step makes anew, as the service before waves had milestones wrote it.
FORMER = (
    "INSERT INTO person (id, name, first_name, last_name, job_title, location, country, searched_by, joined_at) "
    "VALUES (1, 'A', '', '', '', '', '', '', '2026-04-14 08:00:00')",
    "INSERT INTO programme (id, name, purpose, made_at) VALUES (1, 'P', '', '2026-04-01 08:00:00')",
    "INSERT INTO workflow (id, programme_id, name, summary, portfolio_class, system_does, people_do, who_decides, signs_of_error,"
    " then_do, about_the_job, made_at) VALUES (1, 1, 'Triage', '', 'quick_win', 'It sorts.', '', '', '', '', '', '2026-04-02 08:00:00'),"
    " (2, 1, 'Letters', '', 'quick_win', '', '', '', '', '', '', '2026-04-02 08:00:00')",
    "INSERT INTO ownership (workflow_id, part, person_id, since_on) VALUES (1, 'operational_owner', 1, '2026-04-02')",
    "INSERT INTO wave (id, programme_id, number, name, aim, status, go_live_on, training_lead_days, training_due_on, made_at) "
    "VALUES (1, 1, 1, 'W', '', 'ready', '2026-05-12', 7, '2026-05-05', '2026-04-02 08:00:00')",
    "INSERT INTO wave_workflow (wave_id, workflow_id) VALUES (1, 1)",
    "INSERT INTO wave_step (wave_id, status, at, by, reason) VALUES (1, 'ready', '2026-04-03 08:00:00', 'A', 'Rehearsed.')",
    "INSERT INTO membership (wave_id, person_id, origin, joined_at) VALUES (1, 1, 'hand', '2026-04-02 08:00:00')",
)


def test_a_database_in_use_is_upgraded_with_what_it_holds(empty):
    """What others refer to can't be dropped, so a table that SQLite makes anew shows only with rows in it."""
    upgrade(revision="0034")
    for statement in FORMER:
        db.session.execute(text(statement))
    db.session.commit()
    # As a later step may: what an earlier one has made must work with the tables of its time.
    upgrade(revision="0066")
    db.session.execute(text("UPDATE workflow SET retired_at = '2026-04-03 08:00:00' WHERE id = 2"))
    db.session.commit()
    upgrade()
    said = db.session.execute(text("SELECT workflow_id, role, number, system_does FROM scope_statement")).all()
    assert said == [(1, "everybody", 1, "It sorts.")]
    wave = db.session.scalars(select(Wave)).one()
    assert [(row.title, row.falls_on) for row in milestones_of(wave.id)] == [
        ("Training is due", date(2026, 5, 5)),
        ("Go-live", date(2026, 5, 12)),
    ]
    kept = "SELECT (SELECT count(*) FROM ownership), (SELECT count(*) FROM wave_step), (SELECT count(*) FROM wave_workflow)"
    assert db.session.execute(text(kept)).one() == (1, 1, 1)
    assert [(sums.members, sums.without_role) for sums in member_sums([wave.id])] == [(1, 1)]
    with pytest.raises(IntegrityError):
        db.session.execute(text("DELETE FROM workflow WHERE id = 1"))
    db.session.rollback()


def test_the_migrated_audit_is_only_added_to(migrated):
    audit.record(Verb.CHANGED_WAVE, audit.Subject("wave", "A row"), by=CLOCK)
    db.session.commit()
    for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET verb = 'forged'"):
        with pytest.raises(DatabaseError, match="only added"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_confirmations_are_only_added_to(migrated):
    for statement in (
        "INSERT INTO person (id, name, first_name, last_name, job_title, location, country, searched_by, joined_at) "
        "VALUES (1, 'A', '', '', '', '', '', '', '2026-04-14 08:00:00')",
        "INSERT INTO mailing (id, kind, subject, text, html, sender_name, is_required, built_at) "
        "VALUES (1, 'communication', 'S', 'T', 'H', '', true, '2026-04-14 08:00:00')",
        "INSERT INTO acknowledgement (mailing_id, person_id, acknowledged_at) VALUES (1, 1, '2026-04-14 09:00:00')",
    ):
        db.session.execute(text(statement))
    db.session.commit()
    for statement in ("DELETE FROM acknowledgement", "UPDATE acknowledgement SET person_id = 1"):
        with pytest.raises(DatabaseError, match="only added"):
            db.session.execute(text(statement))
        db.session.rollback()


def triggers() -> dict[str, str]:
    """Return every trigger as its database has it, with the function that it calls."""
    asked = {
        "postgresql": "SELECT tgname, concat(pg_get_triggerdef(t.oid), ' ', pg_get_functiondef(tgfoid)) FROM pg_trigger t WHERE NOT tgisinternal",
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    }
    return dict(db.session.execute(text(asked[db.engine.dialect.name])).all())


def test_the_migrations_leave_the_triggers_that_the_models_make(migrated):
    """SQLite makes a table anew to change it, and forgets its triggers (`marks_of` of both `tallies.rules` makes them again)."""
    made, dialect = triggers(), db.engine.dialect.name
    for rules in (trained, reached):
        for table in rules.TABLES:
            for statement in rules.marks_of(dialect, table):
                if " TRIGGER " in statement:
                    of_table = f" ON {table}" if dialect == "postgresql" else ""
                    db.session.execute(text(f"DROP TRIGGER {statement.split()[2]}{of_table}"))
                db.session.connection().exec_driver_sql(statement)
    assert made == triggers()
    assert sum("tallied" in name for name in made) > 40


def test_constraints_hold_after_the_tables_were_made_anew(migrated):
    """SQLite copies a table to change it, and would forget checks and keys without a word."""
    member = (
        "INSERT INTO membership (wave_id, person_id, origin, joined_at) VALUES (9, 9, :word, '2026-04-14 08:00:00')"
    )
    completion = (
        "INSERT INTO completion (person_id, module_id, module_version, source, completed_at, completed_on, recorded_by)"
        " VALUES (9, 9, 1, :word, '2026-04-14 08:00:00', '2026-04-14', 'A')"
    )
    refused = {}
    for statement, known in ((member, "hand"), (completion, "quiz")):
        for word in ("magic", known):
            with pytest.raises(IntegrityError) as error:
                db.session.execute(text(statement), {"word": word})
            db.session.rollback()
            refused[word] = "foreign key" in str(error.value.orig).lower()
    assert refused == {"magic": False, "hand": True, "quiz": True}


def test_no_id_that_stands_in_an_address_is_given_again(migrated):
    """On SQLite only a table that says so counts on when its last row is deleted."""
    addressed = [name for name, table in Base.metadata.tables.items() if counts_on(table)]
    assert "occurrence" in addressed
    if db.engine.dialect.name == "sqlite":
        made = db.session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        assert sorted(name for name, sql in made if "AUTOINCREMENT" in sql) == sorted(addressed)
    for _ in range(2):
        db.session.add(Programme(name="P", purpose="", made_at=datetime(2026, 4, 14, tzinfo=UTC)))
        db.session.flush()
        db.session.execute(delete(Programme))
    db.session.add(Programme(name="P", purpose="", made_at=datetime(2026, 4, 14, tzinfo=UTC)))
    db.session.commit()
    assert db.session.scalars(select(Programme.id)).all() == [3]


#: Arguments of addresses that are not called after their table.
CALLED = {
    "snapshot_id": "report_snapshot",
    "settling_id": "wave",
    "attempt_id": "quiz_attempt",
    "condition_id": "gate_condition",
    "decision_id": "gate_decision",
    "file_id": "kept_upload",
    "form_id": "kept_form",
    "grant_id": "role_grant",
    "document_id": "handed_over",
    "member_id": "body_member",
    "message_id": "mailbox_message",
    "metric_id": "value_metric",
    "note_id": "stakeholder_note",
    "assessment_id": "impact_assessment",
    "occasion_id": "design_occasion",
    "other_id": "stakeholder",
    "point_id": "design_point",
    "reading_id": "metric_reading",
    "readings_id": "kept_upload",
    "rule_id": "role_rule",
    "run_id": "import_run",
    "relation_id": "stakeholder_relation",
    "statement_id": "scope_statement",
    "step_id": "leadership_step",
    "upload_id": "kept_upload",
    "usage_file_id": "kept_upload",
    "version_id": "text_version",
}


def counts_on(table):
    """Return whether the ids of a table are never given again on SQLite."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])


def test_every_table_whose_id_stands_in_an_address_counts_on(empty):
    arguments = {name for rule in empty.url_map.iter_rules() for name in rule.arguments if name.endswith("_id")}
    # A question has no row of its own: its id stands in its module's text.
    arguments.remove("question_id")
    tables = {name: Base.metadata.tables[CALLED.get(name, name.removesuffix("_id"))] for name in arguments}
    # A concern has an id by chance out of so many that none comes twice.
    given_again = [name for name, table in tables.items() if not counts_on(table) and name != "concern_id"]
    assert given_again == []
    assert len(tables) > 20
