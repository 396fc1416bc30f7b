"""Who claims what is due, and what becomes of it after a death, a departure or a refusal."""

from datetime import timedelta

from factories import TESTER
from mail.outbox import attempted, claim, make_mailing, only_row, queue_to_many, settle, states
from sqlalchemy import select, update

from engagement import clock
from engagement.db import db
from engagement.mail.actions.deciding import decide_unknown
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions import claiming, recording
from engagement.mail.outbox.actions.ledger import Ledger
from engagement.mail.outbox.queries import expired_claims
from engagement.mail.outbox.rules import LEASE, untouched
from engagement.mail.rules import GIVEN_UP, HAS_LEFT, DeliveryState, MailingKind, Outcome, wait_after
from engagement.people.models import Person

SENT = Outcome(DeliveryState.SENT, "250 Ok")
PUT_OFF = Outcome(DeliveryState.DEFERRED, "450 4.2.1 Too much mail")


def test_claims_do_not_overlap_and_keep_the_order(app, frozen):
    queue_to_many(5)
    first, second = claim("one", 3), claim("two", 3)
    assert [row.id for row in first] + [row.id for row in second] == [1, 2, 3, 4, 5]
    assert {(row.attempts, row.may_be_sent) for row in first} == {(1, True)}
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


def test_attempts_of_a_dead_worker_become_uncertain_and_nothing_else_is_held(app, frozen):
    queue_to_many(3)
    claim("dead", 2)
    assert len(claim("other")) == 1
    assert str(claiming.release_expired(clock.now())) == "0 waiting and 0 uncertain"
    frozen.shift(LEASE - timedelta(seconds=1))
    assert claiming.renew_claims(db.session.connection(), "other", clock.now()) == {3}
    frozen.shift(timedelta(seconds=1))
    assert str(claiming.release_expired(clock.now())) == "0 waiting and 2 uncertain"
    db.session.commit()
    assert states() == {"attempting": 1, "unknown": 2}
    assert claiming.renew_claims(db.session.connection(), "dead", clock.now()) == set()


def test_attempts_from_before_the_clock_was_put_back_are_not_held_for_a_day(app, frozen):
    queue_to_many(1)
    frozen.shift(timedelta(days=1))
    claim("dead")
    frozen.shift(-timedelta(days=1))
    assert expired_claims(clock.now()) == [1]
    assert claiming.release_expired(clock.now()).uncertain == 1


def test_slow_worker_still_says_what_happened(app, frozen):
    queue_to_many(2)
    first, second = claim("slow")
    frozen.shift(LEASE)
    claiming.release_expired(clock.now())
    settle(first, SENT, "slow")
    rows = [untouched(second.id, second.attempts, second.due_at)]
    recording.record(db.session.connection(), "slow", rows)
    db.session.commit()
    assert states() == {"sent": 1, "queued": 1}


def test_what_a_person_decided_to_leave_does_not_wait_again(app, frozen):
    queue_to_many(1)
    row = attempted("slow")
    frozen.shift(LEASE)
    claiming.release_expired(clock.now())
    decide_unknown(only_row(), False, by=TESTER)
    recording.record(db.session.connection(), "slow", [untouched(row.id, row.attempts, row.due_at)])
    db.session.commit()
    assert states() == {"unknown": 1}


def test_a_claim_whose_commit_was_not_answered_goes_out_all_the_same(app):
    queue_to_many(5)
    ledger = Ledger("one")
    # The claim was committed, and the connection to the database broke before that was said.
    lost = claim("one", 3)
    ledger._is_unsure = True
    assert [row.id for row in ledger.claim(3)] == [row.id for row in lost]
    ledger.leave_rest()
    ledger.write()
    ledger.put_back()
    assert states() == {"queued": 5}
    assert set(db.session.scalars(select(Delivery.attempts))) == {0}


def test_what_follows_a_claim_can_be_undone(app):
    queue_to_many(2)
    ledger = Ledger("one")
    for _ in range(2):
        ledger.claim(1)
        ledger.connection.execute(update(Delivery).values(name="Somebody else"))
        ledger.connection.rollback()
    ledger.put_back()
    assert set(db.session.scalars(select(Delivery.name))) == {"Person0 Of Many", "Person1 Of Many"}


def test_outcome_of_another_worker_is_not_taken(app):
    queue_to_many(1)
    settle(attempted("one"), SENT, "two")
    assert states() == {"attempting": 1}


def test_person_who_left_after_queueing_gets_nothing(app):
    queue_to_many(1)
    db.session.scalars(select(Person)).one().left_at = clock.now()
    db.session.commit()
    (claimed,) = claim()
    assert not claimed.may_be_sent
    row = only_row()
    assert (row.state, row.reason, row.attempts) == (DeliveryState.SUPPRESSED, HAS_LEFT, 0)
    assert (row.claimed_by, row.attempted_at) == (None, None)


def test_back_off_grows_and_ends_after_about_three_days(app, frozen):
    queue_to_many(1)
    began = clock.now()
    waits = []
    while True:
        settle(attempted(), PUT_OFF)
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
    trouble = Outcome(
        DeliveryState.DEFERRED, "Connection refused", "The mail server could not be reached.", is_ours=True
    )
    settle(attempted(), trouble)
    row = only_row()
    assert (row.state, row.attempts, row.due_at - clock.now()) == (DeliveryState.DEFERRED, 0, timedelta(minutes=1))


def test_what_was_not_handed_over_waits_as_if_nobody_had_claimed_it(app, frozen):
    queue_to_many(1)
    row = attempted()
    recording.record(db.session.connection(), "one", [untouched(row.id, row.attempts, row.due_at)])
    db.session.commit()
    found = only_row()
    assert (found.state, found.attempts, found.attempted_at, found.claimed_by) == (DeliveryState.QUEUED, 0, None, None)
    assert found.due_at == row.due_at
