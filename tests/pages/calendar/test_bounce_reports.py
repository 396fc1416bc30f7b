"""The address where relays report what came back: with the secret alone, in the shapes that are known, once."""

import base64
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mail.bounces.bounced import sent, written
from sqlalchemy import select

from engagement.db import count_of, db
from engagement.mail.bounces.models import Bounce
from engagement.mail.bounces.queries import suppression_of
from engagement.mail.bounces.rules.return_path import instant_mark
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState

SECRET = "only=the-relay-knows-this"
BEARER = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def relay(app: Flask, frozen: object) -> Iterator[FlaskClient]:
    app.config["SETTINGS"].bounce_secret = SECRET
    app.config["WTF_CSRF_ENABLED"] = True
    yield app.test_client()
    app.config["SETTINGS"].bounce_secret = ""
    app.config["WTF_CSRF_ENABLED"] = False


def reported(relay: FlaskClient, **details: object) -> tuple[int, str]:
    answer = relay.post("/bounces", **{"headers": BEARER, **details})
    return answer.status_code, answer.get_data(as_text=True).strip()


def test_nothing_is_taken_without_the_secret(app: Flask, relay: FlaskClient):
    said = {"kind": "hard", "address": "ada@example.com"}
    basic = {"Authorization": "Basic " + base64.b64encode(f"relay:{SECRET}".encode()).decode()}
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Basic eDp5"}, {"Authorization": SECRET}):
        assert reported(relay, json=said, headers=headers)[0] == 401
    assert count_of(select(Bounce)) == 0
    assert reported(relay, json=said, headers=basic) == (200, "1 bounce taken.")
    app.config["SETTINGS"].bounce_secret = ""
    assert reported(relay, json=said, headers={"Authorization": "Bearer "}) == (
        404,
        "ENGAGEMENT_BOUNCE_SECRET is not set: nothing is taken here.",
    )


def test_a_report_counts_for_its_address_and_marks_the_message(relay: FlaskClient):
    first, second = sent(2)
    named = f"<{first.id}.{instant_mark(first.queued_at)}@example.com>"
    said = [
        {"kind": "hard", "address": first.address, "text": "550 user unknown", "message_id": named},
        {"kind": "hard", "address": second.address.upper()},
    ]
    assert reported(relay, json=said) == (200, "2 bounces taken.")
    assert reported(relay, json=said) == (200, "0 bounces taken.")
    db.session.expire_all()
    assert [row.state for row in db.session.scalars(select(Delivery).order_by(Delivery.id))] == [
        DeliveryState.BOUNCED,
        DeliveryState.SENT,
    ]
    assert suppression_of(first.address) is not None
    assert suppression_of(second.address) is not None


def test_a_full_mailbox_with_the_same_words_each_day_counts_each_day(relay: FlaskClient, frozen):
    said = {"kind": "soft", "address": "ada@example.com", "text": "552 5.2.2 mailbox full"}
    for _ in range(4):
        assert suppression_of("ada@example.com") is None
        assert reported(relay, json=said) == (200, "1 bounce taken.")
        assert reported(relay, json=said) == (200, "0 bounces taken.")
        frozen.shift(86_400)
    assert suppression_of("ada@example.com") is not None


def test_what_no_database_keeps_is_left_out(relay: FlaskClient):
    said = {"kind": "hard", "address": "a\0da@example.com", "text": "no\0 such user \ud800"}
    assert reported(relay, json=said) == (200, "1 bounce taken.")
    assert db.session.execute(select(Bounce.address, Bounce.text)).one() == ("ada@example.com", "no such user ?")
    raw = written("complaint").replace(b"Feedback-Type:", b"X-Told: by\0 somebody\nFeedback-Type:")
    assert reported(relay, data=raw, content_type="message/rfc822") == (200, "1 bounce taken.")


def test_a_bounce_is_taken_as_the_mail_that_it_is(relay: FlaskClient):
    (row,) = sent()
    raw = written("exim_unknown_user").replace(b"ada@example.net", row.address.encode())
    assert reported(relay, data=raw, content_type="message/rfc822") == (200, "1 bounce taken.")
    assert suppression_of(row.address) is not None
    assert reported(relay, data=written("away_german"), content_type="message/rfc822") == (200, "0 bounces taken.")


def test_what_is_not_understood_is_refused_or_kept_for_somebody_to_read(relay: FlaskClient):
    assert reported(relay, data=b"kind=hard", content_type="text/plain")[0] == 400
    assert reported(relay, data=b"[" * 100_000)[0] == 400
    code, words = reported(relay, json={"what": "else"})
    assert (code, words) == (422, "None of its fields says what came back; the README lists the shapes that are known.")
    asks = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.example.com/confirm?Token=1"}
    assert reported(relay, json=asks) == (200, "1 bounce taken.")
    text = db.session.scalars(select(Bounce.text)).one()
    assert text.endswith("open this address:\n\nhttps://sns.example.com/confirm?Token=1")
