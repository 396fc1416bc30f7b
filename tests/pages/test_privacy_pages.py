"""Pages of privacy: a person's data as a file, erasure with the name typed once more, leavers, and how long records are kept."""

import json

import pytest
from factories import make_account, make_change_manager, make_person, make_programme, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.people.models import Person

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def root(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))


@pytest.fixture
def eve(app: Flask) -> int:
    person = make_person("Eve Plain", "eve@example.com", job_title="Clerk of a rare kind")
    db.session.commit()
    return person.id


def test_the_file_holds_the_person_and_leaves_an_audit_entry(root: FlaskClient, eve: int):
    answer = root.get(f"/people/{eve}/data.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{eve}.json"'
    (row,) = json.loads(answer.data)["person"]
    assert (row["name"], row["job_title"]) == ("Eve Plain", "Clerk of a rare kind")
    told = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.startswith("exported"))).all()
    assert told == ["exported everything about"]


def test_only_the_name_typed_once_more_erases(root: FlaskClient, eve: int):
    for typed in ("", "Eve", "eve plain"):
        answer = root.post(f"/people/{eve}/erasure", data={"name": typed})
        assert answer.status_code == 200
        assert "Write Eve Plain, exactly as it stands here." in answer.get_data(as_text=True)
    assert root.post(f"/people/{eve}/erasure", data={"name": " Eve  Plain "}).status_code == 303
    db.session.rollback()
    person = db.session.get_one(Person, eve, populate_existing=True)
    assert person.erased_at is not None
    assert "Eve" not in person.name
    assert root.get(f"/people/{eve}").status_code == 404


def test_a_leaver_who_leads_a_wave_is_listed(app: Flask, root: FlaskClient, eve: int):
    make_wave(make_programme(), lead=db.session.get_one(Person, eve))
    assert "Nobody who left holds anything" in root.get("/people/leavers").get_data(as_text=True)
    assert root.post(f"/people/{eve}/leaving").status_code == 303
    page = root.get("/people/leavers").get_data(as_text=True)
    assert "Eve Plain" in page
    assert "Property claims" in page


def test_change_managers_see_leavers_and_nobody_else_sees_privacy(app: Flask, eve: int):
    paths = ("/people/leavers", f"/people/{eve}/data.json", f"/people/{eve}/erasure", "/admin/retention")
    manager = signed_in(app, make_change_manager())
    auditor = signed_in(app, make_account("auditor@example.com", "Ada Moss", Role.AUDITOR))
    assert [manager.get(path).status_code for path in paths] == [200, 403, 403, 403]
    assert [auditor.get(path).status_code for path in paths] == [403, 403, 403, 403]
    assert manager.post(f"/people/{eve}/erasure", data={"name": "Eve Plain"}).status_code == 403
    db.session.rollback()
    assert db.session.get_one(Person, eve).erased_at is None


def test_retention_refuses_nonsense_and_keeps_a_number(root: FlaskClient):
    page = root.get("/admin/retention").get_data(as_text=True)
    field = page.split('type="number"')[0].rsplit('name="', 1)[-1].split('"')[0] if 'type="number"' in page else ""
    assert field
    assert root.post("/admin/retention", data={field: "-5"}).status_code == 200
    assert root.post("/admin/retention", data={field: "4000"}).status_code == 303
    assert 'value="4000"' in root.get("/admin/retention").get_data(as_text=True)
