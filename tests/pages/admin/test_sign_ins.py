"""Pages of sign-ins: giving and withdrawing roles with scopes, deactivating, for those who may and those who may not."""

import re

import pytest
from factories import (
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_wave,
    signed_in,
)
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import account_by_email, open_grants
from engagement.accounts.rules import SCOPES, Role, Scope
from engagement.db import db

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def root(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))


def give(client: FlaskClient, email: str, role: str = "change_manager", scope: str = "", **more: str) -> int:
    return client.post("/admin/sign-ins/new", data={"email": email, "role": role, "scope": scope, **more}).status_code


def grants_of(email: str) -> list[tuple[Role, int | None]]:
    db.session.rollback()
    account = account_by_email(email)
    return [(grant.role, grant.programme_id) for grant in open_grants(account.id)] if account else []


def test_a_role_is_given_for_one_programme_and_withdrawn(app: Flask, root: FlaskClient):
    make_person("Eve Plain", "eve@example.com")
    programme = make_programme("Claims")
    programme_id = programme.id
    assert give(root, "EVE@example.com ", scope=f"programme-{programme_id}") == 303
    assert grants_of("eve@example.com") == [(Role.CHANGE_MANAGER, programme_id)]
    page = root.get("/admin/sign-ins").get_data(as_text=True)
    assert "Change manager, in Claims" in page
    grant_id = db.session.scalars(select(Grant.id).where(Grant.programme_id == programme_id)).one()
    assert root.post(f"/admin/sign-ins/grants/{grant_id}/withdrawal").status_code == 303
    assert grants_of("eve@example.com") == []


def test_an_administrator_holds_everywhere_whatever_the_scope(root: FlaskClient):
    make_person("Eve Plain", "eve@example.com")
    assert give(root, "eve@example.com", "administrator", f"programme-{make_programme().id}") == 303
    assert grants_of("eve@example.com") == [(Role.ADMINISTRATOR, None)]


def test_somebody_outside_the_directory_needs_a_name(root: FlaskClient):
    answer = root.post("/admin/sign-ins/new", data={"email": "new@example.com", "role": "auditor", "scope": ""})
    assert "Nobody in the directory has this address." in answer.get_data(as_text=True)
    assert give(root, "new@example.com", "auditor", name="New One") == 303
    assert grants_of("new@example.com") == [(Role.AUDITOR, None)]


@pytest.mark.parametrize("scope", ["programme-999", "wave-x", "everything", "account-1"])
def test_a_scope_that_is_not_offered_is_refused(root: FlaskClient, scope: str):
    make_person("Eve Plain", "eve@example.com")
    assert give(root, "eve@example.com", scope=scope) == 422
    assert grants_of("eve@example.com") == []


def test_deactivation_ends_the_session_and_reactivation_lets_in(app: Flask, root: FlaskClient):
    eve = make_account("eve@example.com", "Eve Plain", Role.AUDITOR)
    eve_id, client = eve.id, signed_in(app, eve)
    assert root.post(f"/admin/sign-ins/{eve_id}/deactivation").status_code == 303
    assert client.get("/me").status_code == 302
    assert "Deactivated" in root.get("/admin/sign-ins").get_data(as_text=True)
    assert root.post(f"/admin/sign-ins/{eve_id}/reactivation").status_code == 303
    assert signed_in(app, db.session.get_one(Account, eve_id)).get("/me").status_code == 200


def test_the_last_administrator_stays(root: FlaskClient):
    account = account_by_email("root@example.com")
    (grant,) = open_grants(account.id)
    for path in (f"/admin/sign-ins/{account.id}/deactivation", f"/admin/sign-ins/grants/{grant.id}/withdrawal"):
        answer = root.post(path)
        assert answer.status_code == 422
        assert "This is the last administrator" in answer.get_data(as_text=True)


def test_a_change_manager_gives_no_roles(app: Flask):
    manager = signed_in(app, make_change_manager())
    assert give(manager, "ines@example.com", "administrator") == 403
    assert grants_of("ines@example.com") == [(Role.CHANGE_MANAGER, None)]
    assert not re.search("/admin/sign-ins", manager.get("/admin").get_data(as_text=True))


@pytest.mark.parametrize("scope", ["wave", "department"])
def test_a_role_that_would_open_nothing_is_refused_in_words(root: FlaskClient, scope: str):
    person = make_person("Eve Plain", "eve@example.com")
    number = {"wave": make_wave().id, "department": person.department_id}[scope]
    data = {"email": "eve@example.com", "role": "sponsor", "scope": f"{scope}-{number}"}
    answer = root.post("/admin/sign-ins/new", data=data).get_data(as_text=True)
    assert (
        "A sponsor reads the report of a whole programme: choose one, or name them as the sponsor of a wave" in answer
    )
    assert grants_of("eve@example.com") == []


def test_every_role_and_scope_that_can_be_given_opens_something(app: Flask):
    """The table of scopes and the access questions must say the same."""
    wave = make_wave(departments=(make_department(),))
    person = make_person()
    numbers = {Scope.PROGRAMME: wave.programme_id, Scope.WAVE: wave.id, Scope.DEPARTMENT: person.department_id}
    pages = ("/programmes", "/people", "/reports", "/admin/audit", "/stakeholders")
    opened = {}
    for role, scopes in SCOPES.items():
        for scope in scopes:
            name = f"{role.value}.{scope.value}"
            client = signed_in(app, make_account(f"{name}@example.com", name, role, **{f"{scope}_id": numbers[scope]}))
            opened[name] = [path for path in pages if client.get(path).status_code in (200, 302)]
    assert opened == {
        "change_manager.programme": ["/programmes", "/people", "/reports", "/stakeholders"],
        "change_manager.wave": ["/programmes", "/people", "/stakeholders"],
        "change_manager.department": ["/people"],
        "trainer.programme": ["/programmes", "/people"],
        "trainer.wave": ["/programmes", "/people"],
        "trainer.department": ["/people"],
        "sponsor.programme": ["/programmes", "/reports", "/stakeholders"],
        "auditor.programme": ["/programmes", "/people", "/reports", "/admin/audit", "/stakeholders"],
        "auditor.wave": ["/programmes", "/people", "/admin/audit", "/stakeholders"],
        "auditor.department": ["/people", "/admin/audit"],
    }
