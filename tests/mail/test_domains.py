"""Domains of recipients that put off our mail, or take only so much: they wait, the others and what is awaited go on."""

from datetime import timedelta

from flask import Flask
from mail.outbox import deliver, make_mailing, queue, queue_to_many
from mail.smtp_peer import smtp_peer
from sqlalchemy import select, update

from engagement import clock
from engagement.db import db
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.domains import Domains
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.models import MailDomainPace
from engagement.mail.outbox.queries import sending_now
from engagement.mail.outbox.rules import ENOUGH_REFUSALS, PUT_OFF, domain_of, pause_after
from engagement.mail.rules import DeliveryState, MailingKind, Outcome


def test_a_domain_is_left_alone_longer_each_time():
    assert [pause_after(times).total_seconds() / 60 for times in range(1, 9)] == [1, 2, 5, 15, 30, 60, 60, 60]
    assert domain_of("Zoe@Example.com") == "example.com"


def test_a_domain_that_puts_off_everything_waits_and_the_others_and_awaited_mail_go_on(app: Flask, frozen):
    queue_to_many(8)
    for row in db.session.scalars(select(Delivery).order_by(Delivery.id).offset(6)):
        row.address = row.person.email = f"{row.person.first_name.lower()}@example.org"
    db.session.commit()
    with smtp_peer() as peer:
        peer.on_recipient = lambda address: "450 4.7.1 Too much" if address.endswith("@example.com") else None
        assert deliver(peer).in_words() == {"sent": 2, "trying again": 6}
        ((domain, until),) = sending_now(clock.now()).paused
        assert (domain, until) == ("example.com", clock.now() + timedelta(minutes=1))
        peer.on_recipient = lambda _: None
        queue(make_mailing())
        letter = make_mailing(MailingKind.SIGN_IN)
        queue_for_address(letter, "zoe@example.com", "Zoë", {"first_name": "Zoë", "me_link": "/me"})
        db.session.commit()
        assert deliver(peer, "two").sent == 3
        assert sorted(peer.recipients)[-1] == "zoe@example.com"
        waiting = db.session.scalars(
            select(Delivery).where(Delivery.reason == PUT_OFF.format(domain="example.com"))
        ).all()
        assert {(row.state, row.attempts, row.due_at) for row in waiting} == {(DeliveryState.DEFERRED, 0, until)}
        assert len(waiting) == 6
        frozen.move_to(until)
        assert deliver(peer, "three").sent == 12
    assert sending_now(clock.now()).due == 0


def test_connections_that_are_put_off_at_the_same_time_make_one_pause(app: Flask, frozen):
    answer = Outcome(DeliveryState.DEFERRED, "450 4.7.1 Too much")
    with db.engine.connect() as connection:
        for domains in (Domains(), Domains()):
            for _ in range(ENOUGH_REFUSALS):
                domains.note(connection, "zoe@example.com", answer)
        assert connection.scalar(select(MailDomainPace.pauses)) == 1
    assert sending_now(clock.now()).paused == (("example.com", clock.now() + timedelta(minutes=1)),)


def test_a_limit_for_each_domain_spreads_what_waits(app: Flask, frozen):
    queue_to_many(10)
    with smtp_peer() as peer:
        assert deliver(peer, pace=Pace(per_domain=60)).sent == 1
        due = db.session.scalars(
            select(Delivery.due_at).where(Delivery.state == DeliveryState.DEFERRED).order_by(Delivery.due_at)
        )
        assert [(at - clock.now()).total_seconds() for at in due] == list(range(1, 10))
        for _ in range(9):
            frozen.shift(timedelta(seconds=1))
            assert deliver(peer, pace=Pace(per_domain=60)).sent == 1
    assert sorted(peer.recipients) == sorted(f"person{n}@example.com" for n in range(10))


def test_pauses_and_limits_from_before_the_clock_was_put_back_hold_nobody(app: Flask, frozen):
    queue_to_many(2)
    frozen.shift(timedelta(days=1))
    with db.engine.connect() as connection:
        domains = Domains()
        for _ in range(ENOUGH_REFUSALS):
            domains.note(connection, "zoe@example.com", Outcome(DeliveryState.DEFERRED, "450 4.7.1 Too much"))
        connection.execute(update(MailDomainPace).values(next_at=clock.now()))
        connection.commit()
    assert len(sending_now(clock.now()).paused) == 1
    db.session.rollback()
    frozen.shift(-timedelta(days=1))
    assert sending_now(clock.now()).paused == ()
    with smtp_peer() as peer:
        assert deliver(peer, pace=Pace(per_domain=60)).sent == 1
