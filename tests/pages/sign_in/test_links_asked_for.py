"""A sign-in link that was asked for is made when its message goes out: nothing in the database signs anybody in."""

import re
from datetime import timedelta

import pytest
from factories import make_account, make_person
from flask import Flask
from flask.testing import FlaskClient
from mail.smtp_peer import smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import Base, db
from engagement.mail.actions.deciding import send_again
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.serving import link_maker

pytestmark = pytest.mark.usefixtures("frozen")
FROM = "Engagement <engagement@example.com>"


def delivered(app: Flask) -> list[str]:
    """Send what is due and return the paths of the links in it."""
    with smtp_peer() as peer:
        deliver_until_empty(Transport(peer.url), "test", link_maker(app), FROM)
        texts = [str(received.message.get_body(("plain",)).get_content()) for received in peer.messages]
    return [found for text in texts for found in re.findall(r"https?://[^/\s]+(/login/link/\S+)", text)]


def everything() -> str:
    """All that stands in the database."""
    return "\n".join(
        str(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)).all()
    )


@pytest.mark.parametrize("who", ["account", "person"])
def test_what_waits_is_of_no_use_and_what_arrives_signs_in(app: Flask, client: FlaskClient, who: str):
    if who == "account":
        make_account("ines@example.com", "Ines Okafor", Role.ADMINISTRATOR)
    else:
        make_person("Ines Okafor", "ines@example.com")
    db.session.commit()
    client.post("/login/link", data={"email": " INES@example.com ", "next": "/me/timezone"})
    waiting = everything()
    assert "/login/link" not in waiting
    assert not re.search(r"eyJ|\.[\w-]{6}\.[\w-]{27}|WyJ", waiting)
    [path] = delivered(app)
    assert path.rpartition("/")[2] not in everything()
    # It lives from when it was sent.
    assert client.post(path).location == "/me/timezone"
    assert db.session.scalars(select(Account.email)).all() == ["ines@example.com"]
    if who == "account":
        assert client.get("/admin/sign-ins").status_code == 200


def test_a_link_dies_thirty_minutes_after_it_was_sent_and_a_late_request_before(
    app: Flask, client: FlaskClient, frozen
):
    make_account("ines@example.com", "Ines Okafor")
    db.session.commit()
    client.post("/login/link", data={"email": "ines@example.com"})
    frozen.shift(timedelta(minutes=29))
    [path] = delivered(app)
    frozen.shift(timedelta(minutes=29))
    assert "This link signs in Ines Okafor" in client.get(path).get_data(as_text=True)
    frozen.shift(timedelta(minutes=2))
    assert client.post(path).status_code == 410
    client.post("/login/link", data={"email": "ines@example.com"})
    frozen.shift(timedelta(minutes=31))
    assert delivered(app) == []
    late = db.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
    assert (late.state, late.reason) == (
        DeliveryState.SUPPRESSED,
        "It was asked for more than 30 minutes ago, so it was not sent.",
    )


def test_sending_again_makes_no_old_request_new(app: Flask, client: FlaskClient, frozen):
    account = make_account("ines@example.com", "Ines Okafor")
    db.session.commit()
    client.post("/login/link", data={"email": "ines@example.com"})
    row = db.session.scalars(select(Delivery)).one()
    row.state = DeliveryState.BOUNCED
    frozen.shift(timedelta(hours=2))
    send_again(row, by=account.actor)
    db.session.commit()
    assert delivered(app) == []
    assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.SUPPRESSED]


def test_a_link_dies_with_the_address_that_it_went_to(app: Flask, client: FlaskClient):
    account = make_account("ines@example.com", "Ines Okafor")
    db.session.commit()
    client.post("/login/link", data={"email": "ines@example.com"})
    [path] = delivered(app)
    account = db.session.get_one(Account, account.id)
    account.email = "ines.okafor@example.com"
    db.session.commit()
    assert client.post(path).status_code == 410
    assert clock.now() == db.session.scalars(select(Delivery.queued_at)).one()
