"""Short ways to a filled outbox for the tests of mail."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from mail.smtp_peer import SmtpPeer
from sqlalchemy import Select, insert, literal, select

from engagement import clock
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_people
from engagement.mail.models import Delivery, Mailing
from engagement.mail.outbox.actions import claiming, recording
from engagement.mail.outbox.actions.claiming import Claimed
from engagement.mail.outbox.actions.delivering import Worker, deliver_until_empty
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.rules import Counts, settled
from engagement.mail.queries import outbox_counts
from engagement.mail.rules import Letter, MailingKind, Outcome
from engagement.mail.wire.actions.transport import Transport
from engagement.people.models import Person

FROM = "Engagement <engagement@example.com>"


def link_for(delivery: Claimed, path: str) -> str:
    """What a door hands to delivery: a link that names its recipient."""
    return f"https://engagement.example.com{path}?for={delivery.person_id}"


def make_mailing(
    kind: MailingKind = MailingKind.COMMUNICATION, subject: str = "What changes, {{ first_name }}"
) -> Mailing:
    return build_mailing(
        kind,
        Letter(
            subject,
            "Dear {{ first_name }},\nread {{ me_link }}",
            '<p>Dear {{ first_name }}</p><a href="{{ me_link }}">x</a>',
        ),
    )


def add_people(number: int) -> None:
    """Add many people at once."""
    db.session.execute(
        insert(Person),
        [
            {
                "email": f"person{n}@example.com",
                "first_name": f"Person{n}",
                "last_name": "Of Many",
                "name": f"Person{n} Of Many",
                "joined_at": clock.now(),
                "searched_by": f"person{n} of many",
            }
            for n in range(number)
        ],
    )


def everybody() -> Select[int]:
    return select(Person.id)


def queue(mailing: Mailing, people: Select[int] | None = None) -> int:
    filled = {"first_name": Person.first_name, "me_link": literal("/me")}
    return queue_for_people(mailing, everybody() if people is None else people, due_at=clock.now(), filled=filled)


def queue_to_many(number: int) -> Mailing:
    """Add people and queue a mailing to all of them, committed."""
    add_people(number)
    mailing = make_mailing()
    assert queue(mailing) == number
    db.session.commit()
    return mailing


def states() -> dict[str, int]:
    """How many deliveries there are in each state, those with none left out."""
    return {state.value: number for state, number in outbox_counts().items() if number}


def claim(worker: str = "one", size: int = 10) -> list[Claimed]:
    db.session.flush()
    window = claiming.claim_window(db.session.connection(), worker, size, clock.now())
    db.session.commit()
    return window


def attempted(worker: str = "one") -> Claimed:
    (row,) = claim(worker, 1)
    assert row.may_be_sent
    return row


def settle(row: Claimed, outcome: Outcome, worker: str = "one") -> None:
    """Write the outcome of an attempt."""
    written = settled(row.id, row.attempts, row.due_at, outcome, clock.now())
    recording.record(db.session.connection(), worker, [written])
    db.session.commit()


def only_row() -> Delivery:
    return db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


def deliver(peer: SmtpPeer, worker: str = "one", **details: object) -> Counts:
    return deliver_until_empty(Transport(peer.url), worker, link_for, FROM, **details)


@contextmanager
def working(app: Flask, peer: SmtpPeer, connections: int = 2, pace: Pace | None = None) -> Iterator[Worker]:
    """Run a worker in threads of this process for the block."""
    worker = Worker(app.app_context, peer.url, link_for, FROM, connections=connections, pace=pace)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        db.session.rollback()


def wait_until(question: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)
