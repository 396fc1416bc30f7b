"""Signing in while others try: whoever owns an address gets in, a whole office asks for links, strangers wait."""

import pytest
from factories import PASSWORD, make_account, make_people
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engagement.accounts.attempts.models import KnownPlace
from engagement.accounts.models import Account
from engagement.db import db
from engagement.mail.models import Delivery

pytestmark = pytest.mark.usefixtures("frozen")
HOME = "203.0.113.7"


@pytest.fixture
def ines(app: Flask) -> Account:
    return make_account("ines@example.com", "Ines Okafor")


def post(app: Flask, path: str, place: str = HOME, client: FlaskClient | None = None, **form: str) -> TestResponse:
    return (client or app.test_client()).post(path, data=form, environ_base={"REMOTE_ADDR": place})


def sign_in(app: Flask, place: str = HOME, password: str = PASSWORD) -> int:
    return post(app, "/login", place, email="ines@example.com", password=password).status_code


def attack(app: Flask, places: int) -> None:
    """Send ten wrong passwords from each of some places."""
    for number in range(places):
        assert [sign_in(app, f"198.51.100.{number}", "wrong") for _ in range(10)] == [422] * 10


def test_ten_wrong_passwords_from_anywhere_leave_the_owner_in(app: Flask, ines: Account):
    attack(app, 1)
    assert [sign_in(app, "198.51.100.0"), sign_in(app)] == [429, 302]


@pytest.mark.parametrize("asks", [False, True])
def test_an_attack_from_everywhere_leaves_the_known_place_and_a_link(app: Flask, ines: Account, asks: bool):
    assert sign_in(app) == 302
    attack(app, 5)
    refused = post(app, "/login", "192.0.2.9", email="ines@example.com", password=PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert "A link by mail signs you in meanwhile." in refused.get_data(as_text=True)
    if asks:
        assert post(app, "/login/link", "192.0.2.9", email="ines@example.com").status_code == 303
        assert db.session.scalars(select(Delivery.address)).all() == ["ines@example.com"]
    else:
        assert sign_in(app) == 302


def test_a_whole_office_asks_for_links(app: Flask):
    people = make_people(75)
    asked = [post(app, "/login/link", email=person.email or "").status_code for person in people]
    assert asked == [303] * 75
    assert len(db.session.scalars(select(Delivery.address).distinct()).all()) == 75


def test_a_place_that_tries_addresses_of_nobody_waits(app: Flask):
    asked = [post(app, "/login/link", email=f"stranger{number}@example.com") for number in range(125)]
    statuses = [answer.status_code for answer in asked]
    first = statuses.index(429)
    assert 60 <= first < 120
    assert statuses == [303] * first + [429] * (125 - first)
    assert 0 < int(asked[first].headers["Retry-After"]) <= 900
    assert post(app, "/login/link", "192.0.2.9", email="stranger1@example.com").status_code == 303


def test_only_who_has_a_password_leaves_a_place_behind(app: Flask, ines: Account):
    assert sign_in(app, password="wrong") == 422
    assert db.session.scalars(select(KnownPlace.on)).all() == []
    assert sign_in(app) == 302
    assert sign_in(app) == 302
    assert [str(on) for on in db.session.scalars(select(KnownPlace.on))] == ["2026-04-14"]
