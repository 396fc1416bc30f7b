"""What came back, on pages: read by those who read the log, and an address let in again by those who keep the people."""

import re
from html import unescape

import pytest
from factories import make_account, make_change_manager, signed_in
from flask import Flask
from flask.testing import FlaskClient
from mail.bounces.bounced import sent, take
from sqlalchemy import select

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.bounces.models import Suppression
from engagement.mail.bounces.queries import suppression_of
from engagement.mail.models import Delivery
from tests.conftest import Statements


@pytest.fixture
def bounced(app: Flask, frozen: object) -> list[Delivery]:
    """Of four messages, the first came back for good and the second for now; the third is late."""
    rows = sent(4)
    for name, row in zip(("exim_unknown_user", "postfix_mailbox_full", "postfix_delayed"), rows, strict=False):
        take(name, row)
    return rows


@pytest.fixture
def manager(app: Flask, bounced: list[Delivery]) -> FlaskClient:
    return signed_in(app, make_change_manager())


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True).replace("<wbr>", ""))).split())


def stop() -> Suppression:
    db.session.rollback()
    return db.session.scalars(select(Suppression)).one()


def test_stopped_addresses_stand_in_a_list_with_why_and_the_way_on(manager: FlaskClient):
    shown = page(manager, "/deliveries/addresses")
    assert "Person0 Of Many person0@example.com" in shown
    assert "person1@example.com" not in shown
    assert "The mailbox doesn’t exist." in shown
    assert "on 4 different days within 90 days" in shown
    assert "No address matches this" in page(manager, "/deliveries/addresses?why=full")
    assert "No address matches this" in page(manager, "/deliveries/addresses?words=ada")
    assert "person0@example.com" in page(manager, "/deliveries/addresses?words=Many+person0&why=no_mailbox")


def test_everything_that_came_back_can_be_read_with_what_follows(manager: FlaskClient):
    shown = page(manager, "/deliveries/bounces")
    for words in ("The mailbox doesn’t exist", "The mailbox is full", "Late, and still being tried", "Only a notice"):
        assert words in shown
    first = page(manager, f"/deliveries/bounces/{stop().bounce_id}")
    assert "A message that you sent could not be delivered to one or more of its" in first
    assert "engagement.example.com/enter" not in first
    assert "Nothing is sent to this address since" in first
    second = page(manager, f"/deliveries/bounces/{stop().bounce_id + 1}")
    assert "It gets none once this happened on 4 different days within 90" in second
    assert "It counts for nothing." not in second


def test_the_log_and_the_persons_page_say_that_it_came_back(manager: FlaskClient, bounced: list[Delivery]):
    log = page(manager, "/deliveries")
    assert "It came back: The mailbox doesn’t exist." in log
    assert log.count("What came back from") == 3
    shown = page(manager, f"/people/{bounced[0].person_id}")
    assert "Nothing is sent to their address since" in shown
    assert "let it get mail again" in shown
    assert "Nothing is sent" not in page(manager, f"/people/{bounced[1].person_id}")
    today = page(manager, "/")
    assert "1 address gets nothing any more" in today


def test_an_address_is_let_in_again_with_a_reason_and_what_was_typed_is_kept(manager: FlaskClient):
    address = f"/deliveries/addresses/{stop().id}/lifting"
    refused = manager.post(address, data={"reason": "x" * 301})
    assert refused.status_code == 422
    assert "x" * 301 in refused.get_data(as_text=True)
    assert "Keep the reason under 300 characters." in refused.get_data(as_text=True)
    assert manager.post(address, data={"reason": " "}).status_code == 422
    done = manager.post(address, data={"reason": "IT has opened it again"}, follow_redirects=True)
    assert "person0@example.com gets mail again." in done.get_data(as_text=True)
    assert suppression_of("person0@example.com") is None
    assert "“IT has opened it again”" in page(manager, "/deliveries/addresses?state=lifted")
    again = manager.post(address, data={"reason": "Once more"})
    assert again.status_code == 422
    assert "Somebody has let this address get mail again already." in again.get_data(as_text=True)
    assert "let an address get mail again" in page(
        signed_in(manager.application, make_account("admin@example.com", "Ada", Role.ADMINISTRATOR)), "/admin/audit"
    )


def test_who_reads_the_log_only_reads(app: Flask, bounced: list[Delivery]):
    auditor = signed_in(app, make_account("auditor@example.com", "Aud", Role.AUDITOR))
    assert "Who keeps the people decides." in page(auditor, "/deliveries/addresses")
    assert auditor.get(f"/deliveries/addresses/{stop().id}/lifting").status_code == 403
    trainer = signed_in(app, make_account("trainer@example.com", "Tra", Role.TRAINER))
    for address in ("addresses", "bounces", f"bounces/{stop().bounce_id}"):
        assert trainer.get(f"/deliveries/{address}").status_code == 403


def test_an_empty_page_says_whether_anything_could_come_back(app: Flask):
    manager = signed_in(app, make_change_manager())
    for place in ("addresses", "bounces"):
        assert "Bounces don’t reach the service yet" in page(manager, f"/deliveries/{place}")
    app.config["SETTINGS"].return_path = "bounces@example.com"
    try:
        assert "Nothing has come back" in page(manager, "/deliveries/bounces")
    finally:
        app.config["SETTINGS"].return_path = ""


def test_lists_take_the_same_statements_for_many(manager: FlaskClient, bounced: list[Delivery], statements: Statements):
    def numbers() -> list[int]:
        found = []
        for place in ("addresses", "bounces", ""):
            with statements() as sent_statements:
                page(manager, f"/deliveries/{place}".rstrip("/"))
            found.append(len(sent_statements))
        return found

    few = numbers()
    for row in bounced[1:]:
        take("qmail_no_mailbox", row)
    assert numbers() == few
