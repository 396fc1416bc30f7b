"""What a mailbox keeps that had somebody's address for a moment: no session, and no right that comes later."""

import pytest
from factories import PASSWORD, make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, DEE, person
from pages.admin.waiting import applied, text_of
from pages.sign_in.test_links_asked_for import delivered
from sqlalchemy import select

from engagement.accounts import queries
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Delivery
from engagement.mail.rules import Letter, MailingKind

pytestmark = pytest.mark.usefixtures("frozen")
MOMENT = BEN.replace("ben@", "mallory@")


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    """A change manager who has brought four people in, signed in."""
    client = signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
    applied(client, ADA, BEN, CY, DEE)
    return client


@pytest.fixture
def root(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))


def by_link(app: Flask, address: str) -> FlaskClient:
    """Sign in with a link to an address."""
    client = app.test_client()
    client.post("/login/link", data={"email": address})
    client.post(delivered(app)[-1])
    return client


def ben() -> Account:
    account = queries.account_of_person(person("2").id)
    assert account is not None
    return account


def test_a_mailbox_that_had_an_address_for_a_moment_keeps_no_session(app: Flask, ines: FlaskClient) -> None:
    applied(ines, ADA, MOMENT, CY, DEE)
    mallory = by_link(app, "mallory@example.com")
    assert mallory.get("/me").status_code == 200
    applied(ines, ADA, BEN, CY, DEE)
    assert ben().email == "ben@example.com"
    assert mallory.get("/me").location.startswith("/login")
    told = {row.address: row.mailing.subject for row in db.session.scalars(select(Delivery).order_by(Delivery.id))}
    assert told == {
        "mallory@example.com": "This address no longer signs in to Engagement",
        "ben@example.com": "You sign in with this address from now on",
    }


def test_people_without_a_sign_in_get_no_letter(app: Flask, ines: FlaskClient) -> None:
    applied(ines, ADA, MOMENT, CY, DEE)
    applied(ines, ADA, BEN, CY, DEE)
    assert db.session.scalars(select(Delivery.address)).all() == []


def give_role(root: FlaskClient, email: str, role: str = "administrator") -> str:
    """Give a role on the page and return what the answer says."""
    answer = root.post("/admin/sign-ins/new", data={"email": email, "name": "", "role": role, "scope": ""})
    if answer.status_code == 303:
        return text_of(root, answer.location)
    return answer.get_data(as_text=True)


def test_a_role_is_refused_while_the_sign_in_has_another_address(
    app: Flask, ines: FlaskClient, root: FlaskClient
) -> None:
    applied(ines, ADA, MOMENT, CY, DEE)
    planted = {"password": "somebody keeps this phrase"}
    by_link(app, "mallory@example.com").post("/me/password", data=planted)
    applied(ines, ADA, BEN, CY, DEE)
    sentence = "Ben Bitdiddle signs in with mallory@example.com; the directory has ben@example.com."
    for typed in ("ben@example.com", "mallory@example.com"):
        assert sentence in give_role(root, typed)
    assert queries.open_grants(ben().id) == []
    # Confirmed, the password that was set from the former mailbox is gone too.
    root.post(f"/admin/sign-ins/{ben().id}/address", data={"address": "ben@example.com"})
    assert "They sign in with ben@example.com" in give_role(root, "ben@example.com")
    mallory = app.test_client()
    for email in ("ben@example.com", "mallory@example.com"):
        assert mallory.post("/login", data={"email": email, **planted}).status_code == 422


def test_a_session_from_before_the_first_role_does_not_have_it(
    app: Flask, ines: FlaskClient, root: FlaskClient
) -> None:
    before = by_link(app, "ben@example.com")
    give_role(root, "ben@example.com", "auditor")
    assert before.get("/me").location.startswith("/login")
    after = by_link(app, "ben@example.com")
    give_role(root, "ben@example.com")
    assert after.get("/admin/sign-ins").status_code == 200


def test_a_link_to_an_address_that_waits_says_so(app: Flask, ines: FlaskClient) -> None:
    client = by_link(app, "ben@example.com")
    client.post("/me/password", data={"password": "somebody keeps this phrase"})
    applied(ines, ADA, MOMENT, CY, DEE)
    mailing = build_mailing(
        MailingKind.COMMUNICATION, Letter("Hello", "{{ training_link }}", "<p>{{ training_link }}</p>")
    )
    values = {"training_link": "/me/training"}
    queue_for_address(mailing, "mallory@example.com", "Ben", values, person_id=person("2").id)
    db.session.commit()
    answer = app.test_client().post(delivered(app)[-1])
    assert answer.status_code == 410
    assert "This address waits for an administrator." in answer.get_data(as_text=True)


def test_looking_at_a_link_by_head_signs_nobody_in(app: Flask, ines: FlaskClient) -> None:
    client = app.test_client()
    client.post("/login/link", data={"email": "ben@example.com"})
    path = delivered(app)[-1]
    assert client.head(path).status_code == 200
    assert queries.account_of_person(person("2").id) is None
    assert client.get("/me").location.startswith("/login")
    assert client.post(path).status_code == 302


@pytest.mark.parametrize("path", ["/login", "/login/link"])
def test_a_place_to_come_back_to_is_not_endless(app: Flask, ines: FlaskClient, path: str) -> None:
    client, data = app.test_client(), {"email": "ines@example.com", "password": PASSWORD}
    assert client.post(path, data={**data, "next": "/" + "a" * 1000}).status_code == 422
    assert db.session.scalars(select(Delivery.id)).all() == []
    assert client.post(path, data={**data, "next": "/" + "a" * 999}).status_code in (302, 303)


def test_one_administrator_who_can_sign_in_stays(app: Flask, ines: FlaskClient, root: FlaskClient) -> None:
    ended = make_account("a@example.com", "Ann Ended", Role.ADMINISTRATOR)
    [grant] = queries.open_grants(ended.id)
    db.session.commit()
    number, ended_id = grant.id, ended.id
    assert root.post(f"/admin/sign-ins/{ended_id}/deactivation").status_code == 303
    assert root.post(f"/admin/sign-ins/grants/{number}/withdrawal").status_code == 303
    last = db.session.scalars(select(Account).where(Account.email == "root@example.com")).one()
    [grant] = queries.open_grants(last.id)
    assert root.post(f"/admin/sign-ins/grants/{grant.id}/withdrawal").status_code == 422
