"""Who claims what is due, and what becomes of it after a death, a departure or a refusal."""

from datetime import timedelta

from mail.outbox import attempted, claim, make_mailing, only_row, queue_to_many, states
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.claiming import LEASE
from engagement.mail.rules import GIVEN_UP, HAS_LEFT, DeliveryState, MailingKind, Outcome, wait_after
from engagement.people.models import Person

PUT_OFF = Outcome(DeliveryState.DEFERRED, "450 4.2.1 Too much mail")


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
