"""The people list for each kind of reader, on both engines: few statements, exact numbers, and no right that outlives itself."""

import re
import subprocess
import sys
from collections.abc import Callable
from contextvars import Context
from io import BytesIO

import pytest
from factories import TESTER, make_account, make_department, make_people, make_person, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, csv_of
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts import queries
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import Person
from tests.conftest import Statements

#: Executes one statement in a process of its own.
ELSEWHERE = """
import sys
from sqlalchemy import create_engine, text
with create_engine(sys.argv[1]).begin() as connection:
    connection.execute(text(sys.argv[2]))
"""


def planner() -> Account:
    return make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)


def trainer_of_a_wave() -> Account:
    wave = make_wave(members=make_people(3))
    return make_account("theo@example.com", "Theo Trainer", Role.TRAINER, wave_id=wave.id)


def auditor_of_a_department() -> Account:
    return make_account("ada@example.com", "Ada Auditor", Role.AUDITOR, department_id=make_department("Operations").id)


def head_of_department() -> Account:
    account, person = make_account("hana@example.com", "Hana Head"), make_person("Hana Head", "hana@example.com")
    account.person_id = person.id
    people.name_department_manager(make_department("Operations"), person, by=TESTER)
    return account


READERS = (planner, trainer_of_a_wave, auditor_of_a_department, head_of_department)


def elsewhere(app: Flask, statement: str) -> None:
    kept = app.config["SQLALCHEMY_DATABASE_URI"]
    url = kept if kept.startswith("sqlite") else db.engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", ELSEWHERE, url, statement], check=True)


def number_in(client: FlaskClient, path: str = "/people") -> str:
    found = re.search(r'<p class="lede">(.*?)</p>', client.get(path).get_data(as_text=True))
    assert found
    return found[1]


@pytest.mark.parametrize("make_reader", READERS)
def test_the_list_takes_three_statements_for_every_reader_and_search(
    app: Flask, make_reader: Callable[[], Account], statements: Statements
) -> None:
    make_person("Ann Other", "ann@example.com", "Finance")
    account, department = make_reader(), make_department("Operations/Claims")
    for n in range(60):
        make_person(f"Somebody Number{n}", f"somebody{n}@example.com", department)
    client = signed_in(app, account)
    asked = f"/people?words=ann+o&department={department.id}&role=user&left=yes"
    for path in ("/people", "/people?words=number", asked, "/people/without-role"):
        with statements() as sent:
            assert client.get(path).status_code == 200
        assert len(sent) == (2 if path.endswith("role") else 3), path


def test_the_number_is_exact_whatever_another_process_has_changed(app: Flask) -> None:
    make_people(4)
    client = signed_in(app, planner())
    assert [number_in(client) for _ in range(2)] == ["4 people whom you may see."] * 2
    assert number_in(client, "/people?words=number1") == "1 person fits what you asked for."
    elsewhere(app, f"UPDATE person SET left_at = '{clock.now():%F %T}' WHERE name = 'Person Number1'")
    assert [number_in(client) for _ in range(2)] == ["3 people whom you may see."] * 2
    assert number_in(client, "/people?words=number1") == "0 people fit what you asked for."
    assert number_in(client, "/people?left=yes") == "4 people fit what you asked for."
    elsewhere(app, "UPDATE person SET left_at = NULL")
    assert number_in(client) == "4 people whom you may see."


def test_a_right_begins_and_ends_with_the_next_page(app: Flask) -> None:
    make_person("Ann Other", "ann@example.com", "Finance")
    account = auditor_of_a_department()
    make_people(2)
    client = signed_in(app, account)
    assert number_in(client) == "2 people whom you may see."
    accounts.grant_role(account, Role.CHANGE_MANAGER, by=TESTER)
    assert number_in(client) == "3 people whom you may see."
    for grant in queries.open_grants(account.id):
        accounts.withdraw_grant(grant, by=TESTER)
    assert client.get("/people").status_code == 403
    accounts.end_sessions(account)
    assert client.get("/people").location.startswith("/login")


def test_somebody_deactivated_is_signed_out_at_once(app: Flask) -> None:
    account = auditor_of_a_department()
    client = signed_in(app, account)
    assert client.get("/people").status_code == 200
    accounts.deactivate(account, by=TESTER)
    assert client.get("/people").location.startswith("/login")


def test_a_file_is_taken_by_a_thread_that_has_just_shown_a_page(app: Flask) -> None:
    client = signed_in(app, planner())
    file = {"file": (BytesIO(csv_of(ADA)), "people.csv"), "full": "full"}

    def in_one_thread() -> list[int]:
        pages = [
            FlaskClient.open(client, "/people"),
            FlaskClient.open(client, "/people/import", method="POST", data=file),
        ]
        return [page.status_code for page in pages]

    assert Context().run(in_one_thread) == [200, 303]


@pytest.mark.parametrize(
    ("method", "path", "writes"),
    [
        ("GET", "/login", False),
        ("HEAD", "/login", False),
        ("POST", "/login", True),
        ("GET", "/people/1/data.json", True),
    ],
)
def test_only_requests_that_say_so_can_write(app: Flask, method: str, path: str, writes: bool) -> None:
    def write() -> None:
        with app.test_request_context(path, method=method):
            app.preprocess_request()
            db.session.execute(insert(Person).values(name="Zoe", searched_by="zoe", joined_at=clock.now()))

    # A context of its own, as each thread of a server has.
    if writes:
        Context().run(write)
    else:
        with pytest.raises(DBAPIError):
            Context().run(write)
