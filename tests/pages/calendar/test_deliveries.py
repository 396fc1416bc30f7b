"""The delivery log for those who may read it, those who may only read, and those who may not."""

from datetime import timedelta

import pytest
from factories import make_account, make_change_manager, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from mail.outbox import attempted, make_mailing, queue, queue_to_many, settle
from sqlalchemy import select, update

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import SETTLING, DeliveryState, MailingKind, Outcome
from engagement.people.models import Person
from engagement.set_aside import set_aside

REFUSED = Outcome(DeliveryState.BOUNCED, "550 5.1.1 <person1@example.com> No such person")
CUT = Outcome(DeliveryState.UNKNOWN, "Connection unexpectedly closed", "Sending was cut off.")


@pytest.fixture
def filled(app: Flask, frozen: object) -> Flask:
    """Four deliveries of one mailing: sent, refused, uncertain, waiting."""
    queue_to_many(4)
    for outcome in (Outcome(DeliveryState.SENT, "250 Ok"), REFUSED, CUT):
        settle(attempted(), outcome)
    return app


def delivery_to(name: str) -> Delivery:
    db.session.rollback()
    return db.session.scalars(select(Delivery).where(Delivery.address == f"{name}@example.com")).one()


def page(client: FlaskClient, address: str = "/deliveries") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_log_shows_states_in_words_and_what_the_server_said(filled: Flask):
    shown = page(signed_in(filled, make_change_manager()))
    assert "1 of 4 messages sent. 1 waiting, 1 refused by the mail server, 1 not certain." in shown
    assert "550 5.1.1 &lt;person1@example.com&gt; No such person" in shown
    assert "One message is not certain" in shown
    assert "What changes, Person1" in shown
    assert (shown.count(">Send it again</button>"), shown.count(">Leave it</button>")) == (2, 1)


def test_letters_to_sign_in_that_wait_are_counted_only_where_they_are_listed(filled: Flask):
    """Four letters and one message wait for working hours: without the letters one waits, with them five."""
    queue(make_mailing(MailingKind.SIGN_IN))
    waiting = update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
    db.session.execute(waiting.values(due_at=clock.now() + timedelta(hours=5)))
    db.session.commit()
    client = signed_in(filled, make_change_manager())
    without, with_letters = page(client), page(client, "/deliveries?mail=all")
    assert "1 of 4 messages sent. 1 refused by the mail server, 1 not certain. 1 waits for" in without
    assert "1 of 8 messages sent. 1 refused by the mail server, 1 not certain. 5 wait for" in with_letters


@pytest.mark.parametrize(
    ("query", "addresses"),
    [
        ("state=bounced", ["person1"]),
        ("state=queued", ["person3"]),
        ("words=person2", ["person2"]),
        ("words=PERSON0@example.com", ["person0"]),
        ("state=nonsense&message=x", ["person3", "person2", "person1", "person0"]),
        ("state=sent&words=person1", []),
    ],
)
def test_log_is_narrowed(filled: Flask, query: str, addresses: list[str]):
    shown = page(signed_in(filled, make_change_manager()), f"/deliveries?{query}")
    assert [f"person{n}" for n in (3, 2, 1, 0) if f"person{n}@example.com</span>" in shown] == addresses
    if not addresses:
        assert "No message matches this" in shown


def test_log_of_one_message_and_of_one_person(filled: Flask):
    client = signed_in(filled, make_change_manager())
    other = make_mailing(MailingKind.NOTICE, "Another one")
    queue(other)
    person_id = db.session.scalar(select(Person.id).where(Person.email == "person1@example.com"))
    db.session.commit()
    shown = page(client, f"/deliveries?message={other.id}")
    assert "<h1>Another one</h1>" in shown
    assert "4 waiting" in shown
    shown = page(client, f"/deliveries?person={person_id}")
    assert "Only messages to Person1 Of Many." in shown
    assert shown.count('<th scope="row"') == 2


def test_refused_and_uncertain_are_sent_again_and_uncertain_is_left(filled: Flask):
    client = signed_in(filled, make_change_manager())
    answer = client.post(f"/deliveries/{delivery_to('person1').id}/sending", data={"back": "/deliveries?state=bounced"})
    assert (answer.status_code, answer.location) == (303, "/deliveries?state=bounced")
    assert delivery_to("person1").state is DeliveryState.QUEUED
    client.post(f"/deliveries/{delivery_to('person2').id}/leaving", data={"back": "https://elsewhere.example.com"})
    assert delivery_to("person2").needs_decision is False
    assert client.post(f"/deliveries/{delivery_to('person2').id}/leaving").status_code == 422
    client.post(f"/deliveries/{delivery_to('person2').id}/sending")
    assert delivery_to("person2").state is DeliveryState.QUEUED
    entries = db.session.execute(
        select(AuditEntry.verb, AuditEntry.actor_name)
        .where(AuditEntry.subject_kind == "delivery")
        .order_by(AuditEntry.id)
    )
    assert [tuple(entry) for entry in entries] == [
        ("sent again", "Ines Okafor"),
        ("left an uncertain delivery", "Ines Okafor"),
        ("sent again", "Ines Okafor"),
    ]


def test_decision_leads_back_to_this_site_only(filled: Flask):
    client = signed_in(filled, make_change_manager())
    answer = client.post(
        f"/deliveries/{delivery_to('person2').id}/leaving", data={"back": "https://elsewhere.example.com"}
    )
    assert answer.location == "/deliveries"


def test_sent_message_is_not_sent_again(filled: Flask):
    client = signed_in(filled, make_change_manager())
    assert client.post(f"/deliveries/{delivery_to('person0').id}/sending").status_code == 422
    assert delivery_to("person0").state is DeliveryState.SENT
    assert client.post("/deliveries/999999/sending").status_code == 404


def test_auditor_reads_and_decides_nothing(filled: Flask):
    client = signed_in(filled, make_account("vera@example.com", "Vera Auditor", Role.AUDITOR))
    shown = page(client)
    assert "person1@example.com" in shown
    assert "Send it again" not in shown
    for way in ("sending", "leaving"):
        assert client.post(f"/deliveries/{delivery_to('person2').id}/{way}").status_code == 403
    assert delivery_to("person2").needs_decision is True


def test_employee_reads_nothing(filled: Flask):
    make_person("Tomasz Wójcik", "tomasz@example.com")
    client = signed_in(filled, make_account("tomasz@example.com", "Tomasz Wójcik"))
    answer = client.get("/deliveries")
    assert answer.status_code == 403
    assert "person1@example.com" not in answer.get_data(as_text=True)
    assert client.post(f"/deliveries/{delivery_to('person2').id}/sending").status_code == 403


def test_empty_log_says_what_will_be_here(app: Flask):
    assert "Nothing has been sent yet" in page(signed_in(app, make_change_manager()))


def test_log_asks_as_many_queries_for_fifty_rows_as_for_one(app: Flask, statements):
    client = signed_in(app, make_change_manager())
    counts = []
    for number in (1, 60):
        if number == 60:
            db.session.execute(Delivery.__table__.delete())
            db.session.execute(Person.__table__.delete())
        queue_to_many(number)
        with statements() as sent:
            page(client)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_fields_of_a_subject_are_words_in_heading_filter_and_list(filled: Flask):
    mailing = db.session.scalars(select(Delivery)).first().mailing
    mailing.subject = "{{ department }}: what changes, {{first_name}}, {{ my_change_link }}"
    db.session.execute(
        update(Delivery).values(filled={"department": "Claims", "first_name": "Ann", "my_change_link": "x"})
    )
    db.session.commit()
    shown = page(signed_in(filled, make_change_manager()), f"/deliveries?message={mailing.id}")
    assert "Each department: what changes, each reader, …</h1>" in shown
    assert "Each department: what changes, each reader, …, " in shown
    assert "{{" not in shown


def test_a_notice_names_its_message_in_heading_filter_and_list(filled: Flask):
    mailing = db.session.scalars(select(Delivery)).first().mailing
    mailing.subject, mailing.title = "Please approve: {{ title }}", "What changes for Claims"
    db.session.execute(update(Delivery).values(filled={"title": "What changes for Claims"}))
    db.session.commit()
    client = signed_in(filled, make_change_manager())
    for path in ("/deliveries", f"/deliveries?message={mailing.id}"):
        shown = page(client, path)
        assert "Please approve: What changes for Claims, " in shown
        assert "{{" not in shown


def test_a_letter_with_fields_of_its_own_is_named_without_them(filled: Flask):
    mailing = db.session.scalars(select(Delivery)).first().mailing
    mailing.subject = "What you promised is due on {{ due }}"
    db.session.execute(update(Delivery).values(filled={"due": "5 May"}))
    db.session.commit()
    client = signed_in(filled, make_change_manager())
    assert "What you promised is due on …</h1>" in page(client, f"/deliveries?message={mailing.id}")
    shown = page(client, "/deliveries")
    assert "What you promised is due on …, " in shown
    assert "What you promised is due on 5 May" in shown
    assert "{{" not in shown


@pytest.mark.parametrize(("way", "state"), [("sending", DeliveryState.QUEUED), ("leaving", DeliveryState.UNKNOWN)])
def test_all_that_is_uncertain_of_one_message_is_decided_at_once(filled: Flask, way: str, state: DeliveryState):
    sent = delivery_to("person0")
    others = [delivery_to(name) for name in ("person1", "person2")]
    for row in others:
        row.state, row.decided_at = DeliveryState.UNKNOWN, None
    mailing_id = sent.mailing_id
    db.session.commit()
    client = signed_in(filled, make_change_manager())
    here = f"/deliveries?message={mailing_id}"
    assert "Choose a message below to decide about all of it at once." in page(client, "/deliveries")
    shown = page(client, here)
    assert "Send all 2 of this message again" in shown
    assert "Leave all 2 of this message" in shown
    answer = client.post(f"/deliveries/messages/{mailing_id}/{way}", data={"back": here})
    assert (answer.status_code, answer.location) == (303, here)
    assert [row.state for row in others] == [state, state]
    assert [row.needs_decision for row in others] == [False, False]
    assert sent.state is DeliveryState.SENT
    assert "all 2 of this message" not in page(client, here)
    assert client.post("/deliveries/messages/999999/leaving").status_code == 404


def test_what_is_set_aside_says_why_and_how_it_is_tried_again(filled: Flask):
    waits = delivery_to("person3")
    set_aside(SETTLING, "delivery", str(waits.id), waits.address, "The service met a fault.")
    db.session.commit()
    shown = page(signed_in(filled, make_change_manager()))
    assert shown.count("Set aside, so that it holds up no other message. The service met a fault.") == 1
    assert "Not tried yet" not in shown
    assert "due, and nothing that sends them" not in shown
