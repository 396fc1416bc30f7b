"""Pages on which administrators confirm addresses and returns; what a change manager meets instead."""

import re

import pytest
from factories import PASSWORD, make_account, make_department, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, csv_of
from pages.intake.test_intake import give
from sqlalchemy import select

from engagement.accounts.actions import grant_role
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.mail.models import Delivery

pytestmark = pytest.mark.usefixtures("frozen")
HIJACK = ADA.replace("ada@", "mallory@")


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


@pytest.fixture
def ada(app: Flask, ines: FlaskClient) -> FlaskClient:
    """An administrator who is in the directory, signed in."""
    applied(ines, ADA, BEN)
    account = make_account("ada@example.com", "Ada Lovelace", Role.ADMINISTRATOR)
    assert account.person_id is not None
    return signed_in(app, account)


def applied(client: FlaskClient, *rows: str) -> str:
    """Give a file, apply it and return what its preview said."""
    url = give(client, csv_of(*rows)).headers["Location"]
    preview = text_of(client, url)
    assert client.post(f"{url}/application", data={"confirm_leavers": "y"}).status_code == 303
    return preview


def text_of(client: FlaskClient, url: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url).get_data(as_text=True)).split())


def account_id() -> int:
    return db.session.scalars(select(Account.id).where(Account.name == "Ada Lovelace")).one()


def test_a_change_manager_does_not_become_an_administrator_by_a_file(app: Flask, ines: FlaskClient, ada: FlaskClient):
    preview = applied(ines, HIJACK, BEN)
    assert "Sign-ins with a role, a post or a password (1)" in preview
    assert "goes on signing in with ada@example.com until an administrator confirms mallory@example.com" in preview
    app.test_client().post("/login/link", data={"email": "mallory@example.com"})
    letters = {
        subject: address
        for address, subject in db.session.execute(
            select(Delivery.address, db.text("mailing.subject")).join(Delivery.mailing)
        )
    }
    assert letters == {
        "Your sign-in to Engagement stays as it is": "ada@example.com",
        "This address waits to be confirmed": "mallory@example.com",
    }
    thief = app.test_client().post("/login", data={"email": "mallory@example.com", "password": PASSWORD})
    assert thief.status_code == 200
    assert ada.get("/admin/sign-ins").status_code == 200
    assert (
        ines.post(f"/admin/sign-ins/{account_id()}/address", data={"address": "mallory@example.com"}).status_code == 403
    )
    assert ines.get("/admin/sign-ins/waiting").status_code == 403


def test_an_administrator_finds_and_confirms_an_address(app: Flask, ines: FlaskClient, ada: FlaskClient):
    applied(ines, HIJACK, BEN)
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR, Role.CHANGE_MANAGER))
    assert (
        "Sign-ins that wait for you 1 Ada Lovelace Signs in with ada@example.com; the directory has mallory"
        in text_of(root, "/")
    )
    assert "1 sign-in waits for you" in text_of(ada, "/admin")
    assert "1 sign-in waits for you" in text_of(root, "/admin/sign-ins")
    shown = text_of(root, "/admin/sign-ins/waiting")
    assert "Ada Lovelace Administrator ada@example.com mallory@example.com" in shown
    path = f"/admin/sign-ins/{account_id()}/address"
    assert root.post(path, data={"address": "other@example.com"}).status_code == 409
    assert root.post(path, data={}).status_code == 409
    assert root.post(path, data={"address": "mallory@example.com"}).status_code == 303
    assert ada.get("/me").location.startswith("/login")
    assert "Nothing waits" in text_of(root, "/admin/sign-ins/waiting")
    assert "sign-ins wait" not in text_of(root, "/")
    assert app.test_client().post("/login", data={"email": "mallory@example.com", "password": PASSWORD}).location == "/"


@pytest.mark.parametrize(("step", "lets_in"), [("reactivation", True), ("deactivation", False)])
def test_who_came_back_is_let_in_or_not(app: Flask, ines: FlaskClient, ada: FlaskClient, step: str, lets_in: bool):
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    assert "Ada Lovelace (administrator) is missing from the file: their sign-in ada@example.com ends." in applied(
        ines, BEN
    )
    assert "stays ended until an administrator lets them in" in applied(ines, ADA, BEN)
    assert ada.get("/me").location.startswith("/login")
    shown = text_of(root, "/admin/sign-ins/waiting")
    assert "Ada Lovelace Administrator ada@example.com (ended) ada@example.com Back since" in shown
    assert root.post(f"/admin/sign-ins/{account_id()}/{step}").status_code == 303
    assert "Nothing waits" in text_of(root, "/admin/sign-ins/waiting")
    answer = app.test_client().post("/login", data={"email": "ada@example.com", "password": PASSWORD})
    assert (answer.location == "/") is lets_in


def test_a_sign_in_outside_the_directory_gets_the_name_of_the_file(app: Flask, ines: FlaskClient):
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    ruth = "9,root@example.com,Ruth Maria,Rootsworth,Finance,,"
    assert "is the sign-in of Ruth Root" in give(ines, csv_of(ruth)).get_data(as_text=True)
    number = db.session.scalars(select(Account.id).where(Account.name == "Ruth Root")).one()
    assert "Not in the directory" in text_of(root, "/admin/sign-ins")
    assert root.post(f"/admin/sign-ins/{number}/name", data={"name": " "}).status_code == 400
    assert root.post(f"/admin/sign-ins/{number}/name", data={"name": "Ruth Maria Rootsworth"}).status_code == 303
    applied(ines, ruth)
    assert db.session.scalars(select(AuditEntry.changes).where(AuditEntry.verb == "renamed sign-in")).one() == {
        "name": ["Ruth Root", "Ruth Maria Rootsworth"]
    }


def test_a_merge_that_lets_a_role_reach_more_people_is_for_administrators(
    app: Flask, ines: FlaskClient, ada: FlaskClient
):
    claims, finance = make_department("Operations/Claims"), make_department("Finance")
    auditor = make_account("aud@example.com", "Aud It", Role.AUDITOR, department_id=finance.id)
    make_person("Tom Claims", "tom@example.com", claims)
    merge = {"into": str(finance.id)}
    refused = ines.post(f"/departments/{claims.id}/merging", data=merge).get_data(as_text=True)
    assert "By this Aud It, who is auditor there, would reach the people of Operations/Claims." in refused
    tom = f"/people/{db.session.scalar(db.text('SELECT id FROM person WHERE email = ' + repr('tom@example.com')))}"
    assert signed_in(app, auditor).get(tom).status_code == 404
    # Where nobody gains by it a change manager goes on merging.
    assert ines.post(f"/departments/{finance.id}/merging", data={"into": str(claims.id)}).status_code == 303
    assert (
        ada.post(f"/departments/{claims.id}/merging", data={"into": str(make_department("Sales").id)}).status_code
        == 303
    )


def test_a_role_that_reaches_both_already_does_not_stand_against_merging(app: Flask, ines: FlaskClient):
    claims, motor = make_department("Operations/Claims"), make_department("Operations/Motor")
    account = make_account("aud@example.com", "Aud It")
    grant_role(account, Role.AUDITOR, by=account.actor, department_id=make_department("Operations").id)
    assert ines.post(f"/departments/{claims.id}/merging", data={"into": str(motor.id)}).status_code == 303
