"""Naming who leads, sponsors or heads something on the pages: each way in asks what giving a role asks."""

import pytest
from factories import (
    PASSWORD,
    TESTER,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from flask import Flask
from flask.testing import FlaskClient

from engagement.accounts.actions import account_for_person, set_password
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.actions import name_holder
from engagement.programmes.models import Programme
from engagement.programmes.rules import OwnershipPart
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("frozen")
WAVE = {"name": "Property", "go_live_on": "2026-05-12", "training_lead_days": "7"}
ELSEWHERE = "Ben Bitdiddle signs in with another address than the directory has."


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


@pytest.fixture
def ben(app: Flask) -> Person:
    """Somebody with a sign-in and no right."""
    found = make_person("Ben Bitdiddle", "ben@example.com")
    set_password(account_for_person(found), PASSWORD, by=account_for_person(found).actor)
    return found


#: Each way in: its path, the field that names somebody, what else the form holds.
WAYS = {
    "new wave": ("/programmes/{programme}/waves/new", "lead", WAVE),
    "new wave, its sponsor": ("/programmes/{programme}/waves/new", "sponsor", WAVE),
    "wave": ("/waves/{wave}/edit", "lead", WAVE),
    "wave, its sponsor": ("/waves/{wave}/edit", "sponsor", WAVE),
    "new programme": ("/programmes/new", "sponsor", {"name": "Another"}),
    "programme": ("/programmes/{programme}/edit", "sponsor", {"name": "Claims"}),
    "department": ("/departments/{department}/manager", "manager", {}),
}


def send(client: FlaskClient, way: str) -> tuple[int, str]:
    """Name Ben on a page and return status and page."""
    programme = make_programme("Claims")
    ids = {"programme": programme.id, "wave": make_wave(programme).id, "department": make_department("Sales").id}
    path, field, more = WAYS[way]
    answer = client.post(path.format(**ids), data={**more, field: "ben@example.com"})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("way", WAYS)
def test_the_first_post_ends_the_session_that_was_there(app: Flask, ines: FlaskClient, ben: Person, way: str):
    browser = signed_in(app, account_for_person(ben))
    assert browser.get("/me").status_code == 200
    assert send(ines, way)[0] == 303
    assert browser.get("/me").location.startswith("/login")


@pytest.mark.parametrize("way", WAYS)
def test_who_signs_in_elsewhere_is_refused_with_a_sentence_at_the_field(ines: FlaskClient, ben: Person, way: str):
    account_for_person(ben).email = "old@example.com"
    status, page = send(ines, way)
    assert (status, ELSEWHERE in page, "old@example.com" in page) == (422, True, False)
    assert page.count("ben@example.com") == 1
    assert [w.lead_id or w.sponsor_id for w in db.session.query(Wave)] == [None]
    assert [(p.name, p.sponsor_id) for p in db.session.query(Programme)] == [("Claims", None)]


def test_owning_a_workflow_opens_nothing(ines: FlaskClient, ben: Person):
    workflow = make_workflow(make_programme())
    for part in OwnershipPart:
        name_holder(workflow, part, ben, by=TESTER)
    account = account_for_person(ben)
    assert reader_of(account, "UTC") == Reader(account.id, ben.name, ben.id, "UTC")
