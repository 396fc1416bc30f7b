"""Delivery end to end over a real mail server: everybody once, whatever is refused, cut off or wrong."""

import socket
import time
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from mail.outbox import FROM, claim, deliver, link_for, make_mailing, queue, queue_to_many, states
from mail.smtp_peer import smtp_peer
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError

from engagement import clock
from engagement.db import db
from engagement.mail import queries
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.mailbox.actions import start_mailbox
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.mailbox.queries import mailbox_listed
from engagement.mail.models import Delivery, Mailing
from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.mail.outbox.actions.courier import Courier
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.outbox.models import MailDomainPace
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.mail.wire.actions.transport import Transport
from engagement.people.models import Person

TROUBLED = "person1@example.com"


def test_everybody_gets_the_message_with_their_own_values_and_link(app: Flask):
    queue_to_many(3)
    with smtp_peer() as peer:
        assert deliver(peer).sent == 3
    assert peer.recipients == [f"person{n}@example.com" for n in range(3)]
    person_id = db.session.scalar(select(Person.id).where(Person.email == TROUBLED))
    message = peer.messages[1].message
    link = f"https://engagement.example.com/me?for={person_id}"
    assert message["Subject"] == "What changes, Person1"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == f"Dear Person1,\nread {link}"
    assert f'href="{link}"' in message.get_body(("html",)).get_content()
    row = db.session.scalars(select(Delivery).where(Delivery.address == TROUBLED)).one()
    assert (row.state, row.reply, row.attempts) == (DeliveryState.SENT, "250 2.0.0 Ok: queued", 1)
    assert row.attempted_at <= row.sent_at
    assert (row.claimed_by, row.claimed_until) == (None, None)


def test_link_that_is_whole_already_stays_as_it_is(app: Flask):
    mailing = make_mailing(MailingKind.SIGN_IN)
    whole = "https://engagement.example.com/login/link/token"
    queue_for_address(mailing, "zoe@example.com", "Zoë", {"first_name": "Zoë", "me_link": whole})
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer)
    assert peer.messages[0].message.get_body(("plain",)).get_content().splitlines() == ["Dear Zoë,", f"read {whole}"]


def test_second_run_sends_nothing(app: Flask):
    queue_to_many(3)
    with smtp_peer() as peer:
        deliver(peer)
        assert deliver(peer).total == 0
        assert len(peer.messages) == 3


def test_refusals_stay_with_their_recipient_and_all_others_are_sent(app: Flask):
    queue_to_many(5)
    answers = {"person1@example.com": "550 5.1.1 No such person", "person3@example.com": "450 4.2.1 Too much mail"}
    with smtp_peer(on_recipient=answers.get) as peer:
        counts = deliver(peer)
    assert counts.in_words() == {"sent": 3, "trying again": 1, "refused": 1}
    assert states() == {"sent": 3, "deferred": 1, "bounced": 1}
    replies = db.session.execute(select(Delivery.address, Delivery.reply).where(Delivery.state != DeliveryState.SENT))
    assert {row.address: row.reply for row in replies} == answers


def test_server_that_puts_off_the_rest_gets_them_later_and_nobody_twice(app: Flask):
    queue_to_many(20)
    with smtp_peer() as peer:
        peer.on_recipient = lambda _: "450 4.7.1 Too much mail" if len(peer.messages) >= 6 else None
        assert deliver(peer).in_words() == {"sent": 6, "trying again": 14}
        assert deliver(peer).total == 0
        peer.on_recipient = lambda _: None
        db.session.execute(update(Delivery).values(due_at=clock.now()))
        db.session.execute(delete(MailDomainPace))
        db.session.commit()
        assert deliver(peer).sent == 14
    assert sorted(peer.recipients) == sorted(f"person{n}@example.com" for n in range(20))


def test_cut_connection_leaves_one_uncertain_and_it_is_not_sent_again(app: Flask):
    queue_to_many(4)
    with smtp_peer(drop_after_data=lambda address: address == TROUBLED) as peer:
        assert deliver(peer).in_words() == {"sent": 3, "not certain": 1}
        assert deliver(peer).total == 0
    assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(4)})
    assert queries.undecided() == 1


def test_unreachable_server_leaves_everything_waiting_and_is_named(app: Flask):
    queue_to_many(5)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    counts = deliver_until_empty(Transport(f"smtp://127.0.0.1:{port}"), "one", link_for, FROM)
    assert "refused" in counts.trouble
    assert states() == {"queued": 4, "deferred": 1}
    assert db.session.scalars(select(Delivery.attempts)).all() == [0] * 5


def test_sender_refused_bounces_nobody(app: Flask):
    queue_to_many(5)
    with smtp_peer(on_sender=lambda _: "550 5.7.60 Not allowed to send as this sender") as peer:
        assert deliver(peer).trouble == "550 5.7.60 Not allowed to send as this sender"
    assert states() == {"queued": 4, "deferred": 1}


def test_person_who_left_after_queueing_is_not_mailed(app: Flask):
    queue_to_many(3)
    db.session.execute(update(Person).where(Person.email == TROUBLED).values(left_at=clock.now()))
    db.session.commit()
    with smtp_peer() as peer:
        assert deliver(peer).in_words() == {"sent": 2, "not sent": 1}
    assert peer.recipients == ["person0@example.com", "person2@example.com"]


def test_name_that_cannot_be_written_stops_one_message_only(app: Flask):
    queue_to_many(3)
    db.session.execute(update(Delivery).where(Delivery.address == TROUBLED).values(name="A\r\nBcc: all@example.com"))
    db.session.commit()
    with smtp_peer() as peer:
        assert deliver(peer).in_words() == {"sent": 2, "refused": 1}
    reason = db.session.scalar(select(Delivery.reason).where(Delivery.address == TROUBLED))
    assert reason == "The name has a line break in it. Write it on one line."


@pytest.mark.parametrize(
    ("table", "spoilt"),
    [
        ("mailing", {"reply_to": "nobody"}),
        ("mailing", {"subject": "Two\nlines"}),
        ("mailing", {"text": "Dear {{ nobody_knows }}"}),
        ("mailing", {"html": "<a href='x{{ me_link }}'>joined</a>"}),
        ("mailing", {"sender_name": "A\r\nBcc: all@example.com"}),
        ("delivery", {"address": "no address"}),
        ("delivery", {"address": "two@example.com, three@example.com"}),
        ("delivery", {"address": "@"}),
    ],
)
def test_what_cannot_be_written_harms_itself_alone(app: Flask, table: str, spoilt: dict[str, str]):
    queue_to_many(3)
    first = make_mailing()
    queue(first)
    second = make_mailing()
    queue(second)
    if table == "mailing":
        db.session.execute(update(Mailing).where(Mailing.id == first.id).values(**spoilt))
    else:
        db.session.execute(update(Delivery).where(Delivery.mailing_id == first.id).values(**spoilt))
    db.session.commit()
    with smtp_peer() as peer:
        assert deliver(peer).in_words() == {"sent": 6, "refused": 3}
        assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 2 for n in range(3)})
    rows = db.session.execute(select(Delivery.state, Delivery.reason).where(Delivery.mailing_id == first.id)).all()
    assert {state for state, _ in rows} == {DeliveryState.BOUNCED}
    assert all(reason for _, reason in rows)


def test_database_that_takes_no_writes_stops_the_sending_and_repeats_nothing(app: Flask):
    queue_to_many(3 * WINDOW)

    def refuse_outcomes(_connection, _cursor, statement, parameters, *_rest):
        if "sent_at" in statement and statement.startswith("UPDATE"):
            raise OperationalError(statement, parameters, Exception("disk full"))

    with smtp_peer() as peer:
        courier = Courier([Transport(peer.url)], "one", link_for, FROM)
        event.listen(db.engine, "before_cursor_execute", refuse_outcomes)
        handed_over = []
        try:
            for _ in range(3):
                with pytest.raises(OperationalError):
                    courier.deliver()
                handed_over.append(len(peer.messages))
        finally:
            event.remove(db.engine, "before_cursor_execute", refuse_outcomes)
        # Some of a window, by how soon the first outcomes are written; and nobody else before they could be.
        assert 0 < handed_over[0] <= WINDOW
        assert handed_over == [handed_over[0]] * 3
        assert "sent" not in states()
        db.session.rollback()
        courier.deliver()
        courier.close()
    assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(3 * WINDOW)})
    assert states() == {"sent": 3 * WINDOW}


def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(app: Flask):
    queue_to_many(2)
    seen: list[str] = []

    def look(address: str) -> None:
        # The answer waits for this. Until the courier waits for the answer, it may be saying how far it is.
        until = time.monotonic() + 2
        while courier.is_writing and time.monotonic() < until:
            time.sleep(0.01)
        seen.append(f"{courier.is_writing} {other_view(app, address)}")

    with smtp_peer() as peer:
        courier = Courier([Transport(peer.url)], "one", link_for, FROM)
        peer.on_recipient = look
        courier.deliver()
        courier.close()
    assert seen == ["False attempting", "False attempting"]


def other_view(app: Flask, address: str) -> str:
    """What another process reads of a delivery at this moment: what was committed."""
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(select(Delivery.state).where(Delivery.address == address)).scalar_one().value


def test_built_in_mailbox_keeps_what_the_service_sends(app: Flask):
    queue_to_many(3)
    controller, url = start_mailbox(app.app_context)
    try:
        assert deliver_until_empty(Transport(url), "one", link_for, FROM).sent == 3
        with pytest.raises(OSError):
            start_mailbox(app.app_context, controller.port)
    finally:
        controller.stop()
    db.session.rollback()
    rows = db.session.scalars(mailbox_listed("PERSON1@")).all()
    assert [(row.recipient, row.sender, row.subject) for row in rows] == [
        (TROUBLED, "engagement@example.com", "What changes, Person1")
    ]
    assert db.session.query(MailboxMessage).count() == 3


def test_many_are_queued_and_claimed_without_a_query_for_each(app: Flask, statements):
    mailing = queue_to_many(300)
    other = make_mailing()
    db.session.commit()
    with statements() as sent:
        assert queue(other) == 300
        queueing = len(sent)
        with clock.standing_at(clock.now() + timedelta(seconds=1)):
            assert len(claim("one", 50)) == 50
    assert mailing.id != other.id
    # Reading the mailing's own row again after the commit, its translations, and the one INSERT.
    assert queueing <= 3
    assert len(sent) - queueing == 1
