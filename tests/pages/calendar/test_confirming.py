"""Confirming a message: only the button does it, only for one's own, and only those who may see who has not."""

import csv
import re
from io import StringIO

import pytest
from factories import TESTER, make_account, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import clock, serving
from engagement.accounts.actions import account_for_person, set_password
from engagement.accounts.rules import Role
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from tests.communications.calendar_rows import AT_TWO, make_approved, make_line
from tests.pages.calendar.calendar_pages import page, post

pytestmark = pytest.mark.usefixtures("frozen")
PASSWORD = "four plain words here"


@pytest.fixture
def sent(app: Flask) -> Occurrence:
    for name in ("Ann Reader", "=Bob Formula"):
        person = make_person(name, f"{name.strip('=').split()[0].lower()}@example.com")
        set_password(account_for_person(person), PASSWORD, by=TESTER)
    occurrence = make_approved(make_line(asks_confirmation=True))
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    for delivery in db.session.scalars(select(Delivery)):
        delivery.state, delivery.sent_at = DeliveryState.SENT, AT_TWO
    db.session.commit()
    return occurrence


def reader(app: Flask, email: str) -> FlaskClient:
    person = db.session.scalars(select(Person).where(Person.email == email)).one()
    return signed_in(app, account_for_person(person))


def copy_of(email: str) -> Delivery:
    return db.session.scalars(select(Delivery).where(Delivery.address == email)).one()


def confirmed() -> list[int]:
    return list(db.session.scalars(select(Acknowledgement.person_id)))


def test_the_mail_s_link_leads_to_the_message_and_confirms_nothing(app: Flask, sent: Occurrence) -> None:
    copy = copy_of("ann@example.com")
    assert sent.mailing
    assert "{{ confirm_link }}" in sent.mailing.text
    link = serving.link_maker(app)(copy, copy.filled["confirm_link"])
    path = re.sub(r"^https?://[^/]+", "", link)
    browser = app.test_client()
    assert "Continue as Ann Reader" in page(browser, path)
    signed = browser.post(path)
    assert signed.location == f"/me/mailings/{sent.mailing_id}"
    assert browser.get(signed.location).location == f"/me/messages/{copy.id}"
    assert "I have read this" in page(browser, f"/me/messages/{copy.id}")
    assert confirmed() == []


def test_the_button_confirms_once(app: Flask, sent: Occurrence) -> None:
    client, copy = reader(app, "ann@example.com"), copy_of("ann@example.com")
    assert "Until you confirm it, reminders come by mail." in page(client, "/me")
    assert "Please confirm" in page(client, "/me/messages")
    assert client.get(f"/me/messages/{copy.id}/confirmation").status_code == 405
    post(client, f"/me/messages/{copy.id}/confirmation")
    assert confirmed() == [copy.person_id]
    shown = page(client, f"/me/messages/{copy.id}")
    assert "It is recorded that you have read this." in shown
    assert "That was today at 09:00." in shown
    assert "You confirmed having read this" in shown
    post(client, f"/me/messages/{copy.id}/confirmation")
    assert "You have confirmed this already." in page(client, f"/me/messages/{copy.id}")
    assert confirmed() == [copy.person_id]
    for path in ("/me", "/me/messages"):
        assert "confirm" not in page(client, path).lower().replace("confirmed", "")


def test_nobody_confirms_for_somebody_else(app: Flask, sent: Occurrence) -> None:
    client, other = reader(app, "ann@example.com"), copy_of("bob@example.com")
    assert client.get(f"/me/messages/{other.id}").status_code == 404
    assert client.post(f"/me/messages/{other.id}/confirmation").status_code == 404
    manager = signed_in(app, sent.communication.owner)
    assert manager.post(f"/me/messages/{other.id}/confirmation").status_code == 404
    assert manager.get(f"/me/mailings/{sent.mailing_id}").status_code == 404
    assert confirmed() == []


def test_the_message_s_page_counts_and_lists_those_who_have_not(app: Flask, sent: Occurrence) -> None:
    post(reader(app, "ann@example.com"), f"/me/messages/{copy_of('ann@example.com').id}/confirmation")
    manager = signed_in(app, sent.communication.owner)
    shown = page(manager, f"/occurrences/{sent.id}")
    assert '<span class="figure">1</span> <span class="of">of 2 people</span>' in re.sub(r"\s+", " ", shown)
    assert "Readers who get it later, in their working hours, are not counted yet." in shown
    assert "1 person has not confirmed yet" in shown
    listed = page(manager, f"/occurrences/{sent.id}/unconfirmed")
    assert "=Bob Formula" in listed
    assert "Ann Reader" not in listed
    assert "50 %, 1 of 2 have confirmed" in listed
    rows = list(csv.reader(StringIO(manager.get(f"/occurrences/{sent.id}/unconfirmed.csv").data.decode("utf-8-sig"))))
    assert rows == [
        ["name", "address", "department", "sent_at", "reminders_sent"],
        ["'=Bob Formula", "bob@example.com", "Operations/Claims", AT_TWO.isoformat(), "0"],
    ]
    assert manager.get(f"/occurrences/{sent.id}/unconfirmed.xlsx").status_code == 200
    log = page(manager, f"/deliveries?message={sent.mailing_id}&state=confirmed")
    assert "ann@example.com" in log
    assert "bob@example.com" not in log
    assert "bob@example.com" in page(manager, f"/deliveries?message={sent.mailing_id}&state=unconfirmed")


def test_those_who_only_read_the_message_see_the_figure_and_no_names(app: Flask, sent: Occurrence) -> None:
    programme_id = sent.communication.programme_id
    scoped = make_account("pat@example.com", "Pat Hill", Role.CHANGE_MANAGER, programme_id=programme_id)
    client = signed_in(app, scoped)
    shown = page(client, f"/occurrences/{sent.id}")
    assert "Have confirmed" in shown
    assert "unconfirmed" not in shown
    page(client, f"/occurrences/{sent.id}/unconfirmed", 403)
    page(client, f"/occurrences/{sent.id}/unconfirmed.csv", 403)


def test_everybody_has_confirmed_is_said_in_words(app: Flask, sent: Occurrence) -> None:
    manager = signed_in(app, sent.communication.owner)
    for email in ("ann@example.com", "bob@example.com"):
        post(reader(app, email), f"/me/messages/{copy_of(email).id}/confirmation")
    assert "Everybody has confirmed" in page(manager, f"/occurrences/{sent.id}/unconfirmed")


def test_the_box_of_a_draft_decides_whether_it_asks(app: Flask, sent: Occurrence) -> None:
    owner = sent.communication.owner
    draft = schedule_briefing(sent.communication, clock.now().replace(day=20), by=owner.actor)
    assert draft.asks_confirmation
    client = signed_in(app, owner)
    assert "Readers confirm that they have read it" in page(client, f"/occurrences/{draft.id}")
    post(client, f"/occurrences/{draft.id}", subject="S", body="B", text_version="1")
    db.session.refresh(draft)
    assert not draft.asks_confirmation
    post(client, f"/occurrences/{draft.id}", subject="S", body="B", text_version="2", asks_confirmation="y")
    db.session.refresh(draft)
    assert draft.asks_confirmation
    assert "Under it stands one button" in page(client, f"/occurrences/{draft.id}")
