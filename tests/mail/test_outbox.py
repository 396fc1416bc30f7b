"""The outbox: who gets a row, what people decide about it, and how it reads afterwards."""

import pytest
from factories import TESTER, make_person
from mail.outbox import (
    add_people,
    attempted,
    claim,
    everybody,
    make_mailing,
    only_row,
    queue,
    queue_to_many,
    settle,
    states,
)
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail import queries
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.deciding import decide_unknown, send_again
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.slots import SlotUnfilled
from engagement.mail.models import Delivery
from engagement.mail.queries import DeliveryFilters
from engagement.mail.rules import HAS_LEFT, NO_ADDRESS, DeliveryState, Letter, MailingKind, Outcome
from engagement.people.models import Person


def test_everybody_gets_one_row_with_their_own_values(app):
    make_person("Zoë Çelik", "zoe@example.com")
    make_person("Tomasz Wójcik", "tomasz@example.com")
    mailing = make_mailing()
    assert queue(mailing) == 2
    assert queue(mailing) == 0
    rows = db.session.scalars(select(Delivery).order_by(Delivery.address)).all()
    assert [(row.address, row.name, row.state, row.filled) for row in rows] == [
        ("tomasz@example.com", "Tomasz Wójcik", "queued", {"first_name": "Tomasz", "me_link": "/me"}),
        ("zoe@example.com", "Zoë Çelik", "queued", {"first_name": "Zoë", "me_link": "/me"}),
    ]


def test_queueing_again_adds_only_who_is_missing(app):
    first = make_person("Zoë Çelik", "zoe@example.com")
    make_person("Tomasz Wójcik", "tomasz@example.com")
    mailing = make_mailing()
    assert queue(mailing, select(Person.id).where(Person.id == first.id)) == 1
    assert queue(mailing, everybody()) == 1
    assert queue(mailing, select(Person.id).where(Person.id == -1)) == 0


def test_who_left_or_has_no_address_gets_a_row_that_says_so(app):
    make_person("Here Now", "here@example.com")
    make_person("Left Long", "left@example.com").left_at = clock.now()
    make_person("No Mail", "none@example.com").email = None
    db.session.flush()
    assert queue(make_mailing()) == 3
    rows = db.session.execute(select(Delivery.name, Delivery.state, Delivery.reason).order_by(Delivery.name)).all()
    assert [tuple(row) for row in rows] == [
        ("Here Now", DeliveryState.QUEUED, None),
        ("Left Long", DeliveryState.SUPPRESSED, HAS_LEFT),
        ("No Mail", DeliveryState.SUPPRESSED, NO_ADDRESS),
    ]
    assert [row.name for row in claim()] == ["Here Now"]


def test_slot_that_nobody_fills_stops_queueing(app):
    add_people(1)
    mailing = make_mailing(subject="For {{ frist_name }}")
    with pytest.raises(SlotUnfilled):
        queue(mailing)
    with pytest.raises(SlotUnfilled):
        queue_for_address(mailing, "a@example.com", "A", {"first_name": "A"})
    assert states() == {}


def test_database_refuses_a_second_row_for_the_same_person_and_mailing(app):
    person = make_person()
    mailing = make_mailing()
    values = {"first_name": "T", "me_link": "/me"}
    queue_for_address(mailing, "a@example.com", "A", values, person_id=person.id)
    with pytest.raises(IntegrityError):
        queue_for_address(mailing, "b@example.com", "A", values, person_id=person.id)


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@example.com", "a b@example.com", "a@example.com\nBcc: c@example.com", "<a@example.com>"],
)
def test_unusable_address_is_refused(app, address: str):
    with pytest.raises(BadInput):
        queue_for_address(make_mailing(), address, "A", {"first_name": "T", "me_link": "/me"})


@pytest.mark.parametrize(
    ("subject", "text", "details"),
    [
        ("", "Text", {}),
        ("Subject", " ", {}),
        ("Two\nlines", "Text", {}),
        ("S", "T", {"sender_name": "A\r\nBcc: b"}),
        ("S", "T", {"reply_to": "x"}),
    ],
)
def test_unusable_mailing_is_refused(app, subject: str, text: str, details: dict[str, str]):
    with pytest.raises(BadInput):
        build_mailing(MailingKind.NOTICE, Letter(subject, text, "<p>x</p>"), **details)


def make_uncertain() -> Delivery:
    queue_to_many(1)
    settle(attempted(), Outcome(DeliveryState.UNKNOWN, "cut"))
    return only_row()


def test_uncertain_delivery_is_sent_again_only_by_decision(app, frozen):
    delivery = make_uncertain()
    assert claim() == []
    assert queries.undecided() == 1
    decide_unknown(delivery, True, by=TESTER)
    with pytest.raises(RuleBroken):
        decide_unknown(delivery, True, by=TESTER)
    assert len(claim()) == 1
    assert queries.undecided() == 0
    assert db.session.scalars(select(AuditEntry.verb)).all() == ["sent again"]


def test_uncertain_delivery_is_left_as_it_is(app, frozen):
    delivery = make_uncertain()
    decide_unknown(delivery, False, by=TESTER)
    row = only_row()
    assert (row.state, row.needs_decision, row.decided_at) == (DeliveryState.UNKNOWN, False, clock.now())
    with pytest.raises(RuleBroken):
        decide_unknown(delivery, False, by=TESTER)
    assert queries.undecided() == 0


def test_refused_message_is_sent_again_with_fresh_attempts(app, frozen):
    queue_to_many(1)
    settle(attempted(), Outcome(DeliveryState.BOUNCED, "550 No such person"))
    delivery = only_row()
    send_again(delivery, by=TESTER)
    row = only_row()
    assert (row.state, row.attempts, row.due_at) == (DeliveryState.QUEUED, 0, clock.now())
    with pytest.raises(RuleBroken):
        send_again(delivery, by=TESTER)


def test_sent_message_cannot_be_sent_again(app):
    queue_to_many(1)
    settle(attempted(), Outcome(DeliveryState.SENT, "250 Ok"))
    delivery = only_row()
    for again in (
        lambda: send_again(delivery, by=TESTER),
        lambda: decide_unknown(delivery, True, by=TESTER),
    ):
        with pytest.raises(RuleBroken):
            again()
    assert only_row().state is DeliveryState.SENT


def test_inbox_holds_communications_that_went_out_or_were_refused(app):
    queue_to_many(1)
    person = db.session.scalars(select(Person)).one()
    assert db.session.scalars(queries.messages_to(person.id)).all() == []
    settle(attempted(), Outcome(DeliveryState.BOUNCED, "550 Full"))
    notice = make_mailing(MailingKind.NOTICE)
    queue(notice)
    settle(attempted(), Outcome(DeliveryState.SENT, "250 Ok"))
    (delivery,) = db.session.scalars(queries.messages_to(person.id)).all()
    assert queries.subject_for(delivery) == "What changes, Person0"
    assert queries.text_for(delivery) == "Dear Person0,\nread /me"
    assert queries.html_for(delivery) == '<p>Dear Person0</p><a href="/me">x</a>'


def test_log_is_narrowed_by_state_message_and_person(app):
    mailing = queue_to_many(3)
    claim("one", 1)
    other = make_mailing()
    queue(other)
    person = db.session.scalars(select(Person).where(Person.email == "person2@example.com")).one()

    def listed(**filters: object) -> int:
        return db.session.scalar(
            select(func.count()).select_from(queries.deliveries_listed(DeliveryFilters(**filters)).subquery())
        )

    assert listed() == 6
    assert listed(state=DeliveryState.QUEUED) == 5
    assert listed(state=DeliveryState.SENT) == 0
    assert listed(mailing_id=mailing.id) == 3
    assert listed(person_id=person.id) == 2
    assert listed(words="PERSON2") == 2
    assert queries.delivery_counts(mailing.id)[DeliveryState.ATTEMPTING] == 1
