"""What a mailbox keeps that had somebody's address for a moment: no session, and no right that comes later."""

import pytest
from factories import make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, DEE, person
from pages.test_links_asked_for import delivered
from pages.test_waiting_sign_ins import applied, text_of
from sqlalchemy import select

from engagement.accounts import queries
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.models import Delivery

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
