"""One migration head, and what the migrations make is what the models say, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import DatabaseError

from engagement import audit
from engagement.app import create_app
from engagement.audit import CLOCK
from engagement.db import Base, db
from engagement.settings import Settings
from engagement.verbs import Verb

ROOT = Path(__file__).parents[2]


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """An application on a database with nothing in it."""
    url = f"sqlite:///{tmp_path / 'migrated.db'}"
    if request.param == "postgresql":
        server = make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql+psycopg")
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS migrated"))
            connection.execute(text("CREATE DATABASE migrated"))
        url = server.set(database="migrated").render_as_string(hide_password=False)
    app = create_app(Settings(_env_file=None, database_url=url, secret_key="x" * 40, instance_path=str(tmp_path)))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


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


def test_the_migrated_audit_is_only_added_to(migrated):
    audit.record(Verb.CHANGED_WAVE, audit.Subject("wave", "A row"), by=CLOCK)
    db.session.commit()
    for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET verb = 'forged'"):
        with pytest.raises(DatabaseError, match="only added"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_roles_given_before_lose_their_number_only(empty):
    upgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, name, first_name, last_name, job_title, location, country, searched_by, joined_at)"
                " VALUES (7, 'Ada', 'Ada', '', '', '', '', 'ada', '2026-04-14 08:00:00')"
            )
        )
        for number, role in enumerate(("leader", "user"), 1):
            connection.execute(
                text("INSERT INTO person_role VALUES (:number, 7, :role, 'file', '2026-04-14 08:00:00')"),
                {"number": number, "role": role},
            )
    upgrade()
    with db.engine.begin() as connection:
        found = connection.execute(text("SELECT person_id, role, origin FROM person_role ORDER BY role")).all()
    assert found == [(7, "leader", "file"), (7, "user", "file")]
    assert inspect(db.engine).get_pk_constraint("person_role")["constrained_columns"] == ["person_id", "role"]


def test_sign_ins_keep_the_addresses_that_people_signed_in_with(empty):
    upgrade(revision="0007")
    person = (
        "INSERT INTO person (id, email, left_at, name, first_name, last_name, job_title, location, country, searched_by, joined_at)"
        " VALUES (:id, :email, :left_at, 'A', '', '', '', '', '', '', '2026-04-14 08:00:00')"
    )
    account = (
        "INSERT INTO account (id, email, name, person_id, session_version, made_at, is_demonstration)"
        " VALUES (:id, :email, 'A', :person_id, 1, '2026-04-14 08:00:00', false)"
    )
    with db.engine.begin() as connection:
        for number, email, left_at in (
            (1, "a@example.com", None), (2, "b@example.com", None), (3, "c@example.com", "2026-04-01 08:00:00"),
            (4, "c@example.com", None), (5, None, None), (6, "outside@example.com", None),
        ):  # fmt: skip
            connection.execute(text(person), {"id": number, "email": email, "left_at": left_at})
        for number, email, person_id in (
            # One and two had each other's address before; three left, and four has the address now.
            (1, "b@example.com", 1), (2, "a@example.com", 2), (3, "c@example.com", 3), (4, "d@example.com", 4),
            (5, "e@example.com", 5), (6, "f@example.com", 6), (7, "outside@example.com", None),
        ):  # fmt: skip
            connection.execute(text(account), {"id": number, "email": email, "person_id": person_id})
    upgrade()
    with db.engine.begin() as connection:
        found = dict(connection.execute(text("SELECT id, email FROM account ORDER BY id")).all())
    assert found == {
        1: "a@example.com",
        2: "b@example.com",
        3: "formerly-3@invalid",
        4: "c@example.com",
        5: "e@example.com",
        6: "outside@example.com",
        7: "formerly-7@invalid",
    }


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
