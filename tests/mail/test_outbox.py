"""The outbox: who gets a row, who claims it, and what becomes of it after a death, a refusal or a decision."""

from datetime import timedelta

import pytest
from factories import TESTER, make_person
from mail.outbox import add_people, everybody, make_mailing, queue, queue_to_many, states
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
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.claiming import LEASE
from engagement.mail.queries import DeliveryFilters
from engagement.mail.rules import (
    GIVEN_UP,
    HAS_LEFT,
    NO_ADDRESS,
    DeliveryState,
    Letter,
    MailingKind,
    Outcome,
    wait_after,
)
from engagement.people.models import Person

PUT_OFF = Outcome(DeliveryState.DEFERRED, "450 4.2.1 Too much mail")


def claim(worker: str = "one", size: int = 10) -> list[Delivery]:
    claimed = claiming.claim_batch(worker, size, clock.now())
    db.session.commit()
    return claimed


def attempted(worker: str = "one") -> Delivery:
    (delivery,) = claim(worker, 1)
    assert claiming.mark_attempt(delivery, worker, clock.now())
    db.session.commit()
    return delivery


def only_row() -> Delivery:
    return db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


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


def test_claims_do_not_overlap_and_keep_the_order(app, frozen):
    queue_to_many(5)
    first, second = claim("one", 3), claim("two", 3)
    assert [row.id for row in first] + [row.id for row in second] == [1, 2, 3, 4, 5]
    assert claim("three") == []


def test_what_somebody_waits_for_overtakes_a_mailing_to_many(app, frozen):
    queue_to_many(3)
    mailing = make_mailing(MailingKind.SIGN_IN)
    queue_for_address(mailing, "zoe@example.com", "Zoë", {"first_name": "Zoë", "me_link": "/me"})
    assert [row.address for row in claim("one", 2)] == ["zoe@example.com", "person0@example.com"]


def test_what_is_not_due_is_not_claimed(app, frozen):
    mailing = make_mailing()
    later = clock.now() + timedelta(hours=1)
    queue_for_address(mailing, "zoe@example.com", "Zoë", {"first_name": "Z", "me_link": "/me"}, due_at=later)
    assert claim() == []
    frozen.shift(timedelta(hours=1))
    assert len(claim()) == 1


def test_dead_workers_claims_wait_again_and_attempts_become_uncertain(app, frozen):
    queue_to_many(3)
    claimed = claim("dead", 2)
    claiming.mark_attempt(claimed[0], "dead", clock.now())
    db.session.commit()
    assert str(claiming.release_expired(clock.now())) == "0 waiting and 0 uncertain"
    frozen.shift(LEASE)
    assert str(claiming.release_expired(clock.now())) == "1 waiting and 1 uncertain"
    db.session.commit()
    assert states() == {"queued": 2, "unknown": 1}


def test_claim_that_ran_out_may_not_be_sent(app, frozen):
    queue_to_many(1)
    (delivery,) = claim("slow")
    frozen.shift(LEASE)
    claiming.release_expired(clock.now())
    assert claim("quick")
    assert claiming.mark_attempt(delivery, "slow", clock.now()) is False
    assert states() == {"claimed": 1}


def test_slow_worker_still_says_what_happened(app, frozen):
    queue_to_many(1)
    delivery = attempted("slow")
    frozen.shift(LEASE)
    claiming.release_expired(clock.now())
    assert claiming.record_outcome(delivery, "slow", Outcome(DeliveryState.SENT, "250 Ok"), clock.now())
    assert states() == {"sent": 1}


def test_outcome_of_another_worker_is_not_taken(app):
    queue_to_many(1)
    delivery = attempted("one")
    assert not claiming.record_outcome(delivery, "two", Outcome(DeliveryState.SENT, "250 Ok"), clock.now())
    assert states() == {"attempting": 1}


def test_person_who_left_after_queueing_gets_nothing(app):
    queue_to_many(1)
    (delivery,) = claim()
    db.session.scalars(select(Person)).one().left_at = clock.now()
    db.session.commit()
    assert claiming.mark_attempt(delivery, "one", clock.now()) is False
    row = only_row()
    assert (row.state, row.reason, row.attempts) == (DeliveryState.SUPPRESSED, HAS_LEFT, 0)


def test_back_off_grows_and_ends_after_about_three_days(app, frozen):
    queue_to_many(1)
    began = clock.now()
    waits = []
    while True:
        delivery = attempted()
        assert claiming.record_outcome(delivery, "one", PUT_OFF, clock.now())
        db.session.commit()
        row = only_row()
        if row.state is not DeliveryState.DEFERRED:
            break
        waits.append(row.due_at - clock.now())
        assert claim() == []
        frozen.move_to(row.due_at)
    assert waits == [wait_after(n) for n in range(1, 10)]
    assert waits == sorted(waits)
    assert timedelta(days=2) < clock.now() - began < timedelta(days=4)
    assert (row.state, row.reason, row.reply) == (DeliveryState.BOUNCED, GIVEN_UP, PUT_OFF.reply)


def test_trouble_of_our_own_is_not_counted_against_the_recipient(app, frozen):
    queue_to_many(1)
    delivery = attempted()
    trouble = Outcome(
        DeliveryState.DEFERRED, "Connection refused", "The mail server could not be reached.", is_ours=True
    )
    claiming.record_outcome(delivery, "one", trouble, clock.now())
    row = only_row()
    assert (row.state, row.attempts, row.due_at - clock.now()) == (DeliveryState.DEFERRED, 0, timedelta(minutes=1))


def make_uncertain() -> Delivery:
    queue_to_many(1)
    claiming.record_outcome(attempted(), "one", Outcome(DeliveryState.UNKNOWN, "cut"), clock.now())
    db.session.commit()
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
    claiming.record_outcome(attempted(), "one", Outcome(DeliveryState.BOUNCED, "550 No such person"), clock.now())
    delivery = only_row()
    send_again(delivery, by=TESTER)
    row = only_row()
    assert (row.state, row.attempts, row.due_at) == (DeliveryState.QUEUED, 0, clock.now())
    with pytest.raises(RuleBroken):
        send_again(delivery, by=TESTER)


def test_sent_message_cannot_be_sent_again(app):
    queue_to_many(1)
    claiming.record_outcome(attempted(), "one", Outcome(DeliveryState.SENT, "250 Ok"), clock.now())
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
    claiming.record_outcome(attempted(), "one", Outcome(DeliveryState.BOUNCED, "550 Full"), clock.now())
    notice = make_mailing(MailingKind.NOTICE)
    queue(notice)
    claiming.record_outcome(attempted(), "one", Outcome(DeliveryState.SENT, "250 Ok"), clock.now())
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
    assert listed(state=DeliveryState.QUEUED) == 6
    assert listed(state=DeliveryState.SENT) == 0
    assert listed(mailing_id=mailing.id) == 3
    assert listed(person_id=person.id) == 2
    assert listed(words="PERSON2") == 2
    assert queries.delivery_counts(mailing.id)[DeliveryState.CLAIMED] == 1
