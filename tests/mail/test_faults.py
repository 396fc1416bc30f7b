"""Mail servers that misbehave in the middle of a window: nobody is left out, nobody gets two, and the log tells the truth."""

from collections import Counter

import pytest
from flask import Flask
from mail.outbox import claim, deliver, queue_to_many, states, wait_until, working
from mail.smtp_peer import SmtpPeer, smtp_peer
from mail.truth import assert_log_is_true
from sqlalchemy import select, text, update

from engagement import clock
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions import courier, delivering, telling
from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.mail.outbox.queries import sending_now
from engagement.mail.outbox.rules import SILENT
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.rules.replies import BROKE_OFF

PEOPLE = 2 * WINDOW + 5


def number(address: str) -> int:
    return int(address.removeprefix("person").partition("@")[0])


def deliver_again(peer: SmtpPeer) -> None:
    """Send what was put off, at once."""
    db.session.execute(update(Delivery).where(Delivery.state == DeliveryState.DEFERRED).values(due_at=clock.now()))
    db.session.execute(text("DELETE FROM mail_domain_pace"))
    db.session.commit()
    deliver(peer)


def trouble() -> str | None:
    found = sending_now(clock.now()).trouble
    db.session.rollback()
    return found


def by_state(state: DeliveryState) -> set[int]:
    db.session.rollback()
    found = {number(address) for address in db.session.scalars(select(Delivery.address).where(Delivery.state == state))}
    # On SQLite nobody else writes while this transaction lasts.
    db.session.rollback()
    return found


@pytest.mark.parametrize("pipelines", [True, False])
def test_refusals_in_a_window_stay_with_their_recipients(app: Flask, pipelines: bool):
    queue_to_many(PEOPLE)
    answers = {0: "550 5.1.1 No such person", 3: "452 4.3.1 Full", 7: "450 4.7.1 Greylisted"}
    with smtp_peer(pipelines=pipelines, on_recipient=lambda to: answers.get(number(to) % 10)) as peer:
        deliver(peer)
        refused = {n for n in range(PEOPLE) if n % 10 == 0}
        put_off = {n for n in range(PEOPLE) if n % 10 in (3, 7)}
        assert by_state(DeliveryState.BOUNCED) == refused
        assert by_state(DeliveryState.DEFERRED) == put_off
        peer.on_recipient = lambda _: None
        deliver_again(peer)
    assert Counter(map(number, peer.recipients)) == Counter(n for n in range(PEOPLE) if n not in refused)
    assert len(peer.connections) == 2
    attempts = dict(db.session.execute(select(Delivery.address, Delivery.attempts)).all())
    assert {number(to): n for to, n in attempts.items()} == {n: 2 if n in put_off else 1 for n in range(PEOPLE)}


@pytest.mark.parametrize("pipelines", [True, False])
def test_a_server_that_ends_connections_in_a_window_gets_the_rest_over_new_ones(app: Flask, pipelines: bool):
    queue_to_many(PEOPLE)
    with smtp_peer(pipelines=pipelines, most_per_connection=7) as peer:
        assert deliver(peer).in_words() == {"sent": PEOPLE}
    assert Counter(map(number, peer.recipients)) == Counter(range(PEOPLE))
    assert set(db.session.scalars(select(Delivery.attempts))) == {1}


def test_only_messages_whose_answer_was_lost_are_not_certain(app: Flask):
    queue_to_many(PEOPLE)
    with smtp_peer(drop_after_data=lambda to: number(to) % 10 == 4) as peer:
        deliver(peer)
        lost = {n for n in range(PEOPLE) if n % 10 == 4}
        assert by_state(DeliveryState.UNKNOWN) == lost
        deliver(peer)
    assert Counter(map(number, peer.recipients)) == Counter(range(PEOPLE))


def test_a_server_that_shuts_down_in_a_window_leaves_the_rest_untouched(app: Flask):
    queue_to_many(PEOPLE)
    with smtp_peer() as peer:
        peer.on_message = lambda to: "421 4.3.2 Shutting down" if number(to) == 5 else None
        assert deliver(peer).trouble == "421 4.3.2 Shutting down"
        # In which order one claim gives them out is the database's choice.
        before = len(peer.messages)
        assert states() == {"sent": before, "deferred": 1, "queued": PEOPLE - 1 - before}
        waits = select(Delivery.attempts, Delivery.attempted_at).where(Delivery.state == DeliveryState.QUEUED)
        assert set(map(tuple, db.session.execute(waits))) == {(0, None)}
        peer.on_message = lambda _: None
        deliver_again(peer)
    assert Counter(map(number, peer.recipients)) == Counter(range(PEOPLE))


@pytest.mark.parametrize("pipelines", [True, False])
def test_a_server_that_drops_a_window_at_some_recipients_keeps_no_other_from_theirs(app: Flask, pipelines: bool):
    mailing = queue_to_many(PEOPLE)
    with smtp_peer(pipelines=pipelines, drop_at_recipient=lambda to: number(to) % 10 == 4) as peer:
        deliver(peer)
        cut = {n for n in range(PEOPLE) if n % 10 == 4}
        assert by_state(DeliveryState.DEFERRED) == cut
        reasons = select(Delivery.reason).where(Delivery.state == DeliveryState.DEFERRED)
        assert set(db.session.scalars(reasons)) == {BROKE_OFF}
        peer.drop_at_recipient = lambda _: False
        deliver_again(peer)
        assert_log_is_true(peer, mailing, PEOPLE)
    assert Counter(map(number, peer.recipients)) == Counter(range(PEOPLE))


def test_what_a_server_dropped_before_and_after_it_was_accepted_is_repeated_as_the_same_message(app: Flask):
    mailing = queue_to_many(PEOPLE)
    with smtp_peer() as peer:
        peer.drop_before_keeping = lambda to: number(to) % 10 == 4
        peer.drop_after_data = lambda to: number(to) % 10 == 7
        deliver(peer)
        assert by_state(DeliveryState.UNKNOWN) == {n for n in range(PEOPLE) if n % 10 in (4, 7)}
        peer.drop_before_keeping = peer.drop_after_data = lambda _: False
        assert_log_is_true(peer, mailing, PEOPLE, doubt=PEOPLE)
    assert Counter(Counter(map(number, peer.recipients)).values()) == {1: PEOPLE - 4, 2: 4}


def test_a_server_that_hangs_keeps_one_connection_and_the_others_send_what_waits_behind(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(courier, "PATIENCE", 0.2)
    monkeypatch.setattr(telling, "TOLD_EVERY", 0.0)
    monkeypatch.setattr(delivering, "TAKE_OVER_EVERY", 0.1)
    mailing = queue_to_many(PEOPLE)
    claim("dies", 1)
    with smtp_peer() as peer:
        peer.hangs_at = lambda to: number(to) == 3
        with working(app, peer):
            wait_until(lambda: len(peer.messages) >= PEOPLE - 2 and trouble() == SILENT)
            assert not {0, 3} & set(map(number, peer.recipients))
            # Whichever connection is free takes over from the dead.
            db.session.execute(update(Delivery).where(Delivery.claimed_by == "dies").values(claimed_until=clock.now()))
            db.session.commit()
            wait_until(lambda: by_state(DeliveryState.UNKNOWN) == {0})
            peer.hangs_at = lambda _: False
            wait_until(lambda: len(peer.messages) >= PEOPLE - 1)
        assert states() == {"sent": PEOPLE - 1, "unknown": 1}
        assert sending_now(clock.now()).connections == 0
        assert_log_is_true(peer, mailing, PEOPLE)
