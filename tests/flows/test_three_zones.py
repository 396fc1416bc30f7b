"""One message to three continents over a weekend on which Europe's clocks change, with workers that die on the way."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from factories import make_person
from flask import Flask
from mail.sending_process import SendingProcess
from mail.smtp_peer import SmtpPeer, smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.communications.actions.sending import queue_occurrence, settle_sending
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.rules import LEASE
from engagement.mail.rules import DeliveryState
from tests.communications.calendar_rows import make_approved, make_line

EACH = 40
PLACES = {"london": ("Europe/London", "GB"), "tokyo": ("Asia/Tokyo", "JP"), "york": ("America/New_York", "US")}
#: Friday 27 March 2026, 18:00 in London, 14:00 in New York, in Tokyo already Saturday.
GOES_OUT = datetime(2026, 3, 27, 18, tzinfo=UTC)
TOKYO_MONDAY = datetime(2026, 3, 30, 0, tzinfo=UTC)
#: Nine in London on Monday is eight in UTC: the clocks went forward on Sunday.
LONDON_MONDAY = datetime(2026, 3, 30, 8, tzinfo=UTC)
DUE = {"york": GOES_OUT, "tokyo": TOKYO_MONDAY, "london": LONDON_MONDAY}


def place_of(address: str) -> str:
    return address.partition("-")[0]


def deliver(app: Flask, peer: SmtpPeer, at: datetime) -> int:
    """Let a worker send all that is due at an instant, and return how many that were."""
    return SendingProcess(app, peer, at).sent()


def kill_one_on_the_way(app: Flask, peer: SmtpPeer, at: datetime, after: int) -> None:
    """Start a worker and kill it once so many more have their message."""
    wanted = len(peer.messages) + after
    process = SendingProcess(app, peer, at)
    until = time.monotonic() + 30
    while len(peer.messages) < wanted:
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.01)
    process.kill()
    time.sleep(0.2)


def take_over(at: datetime) -> None:
    """Do what the clock does once the lease of a dead worker is over."""
    claiming.release_expired(at + LEASE + timedelta(seconds=1))
    db.session.commit()


def test_everybody_gets_it_once_in_their_own_working_hours(app: Flask) -> None:
    with clock.standing_at(GOES_OUT - timedelta(days=3)):
        for place, (zone, country) in PLACES.items():
            for n in range(EACH):
                make_person(f"{place} {n}", f"{place}-{n}@example.com", None, timezone=zone, country=country)
        occurrence = make_approved(make_line(in_working_hours=True), GOES_OUT)
    outcome = queue_occurrence(occurrence.id, now=GOES_OUT, lateness_limit_hours=24)
    assert outcome is QueueOutcome.QUEUED
    db.session.commit()
    rows = db.session.execute(select(Delivery.address, Delivery.due_at)).all()
    assert {(place_of(address), due_at) for address, due_at in rows} == set(DUE.items())
    db.session.commit()

    with smtp_peer(seconds_per_message=0.01) as peer:
        kill_one_on_the_way(app, peer, GOES_OUT, 10)
        take_over(GOES_OUT)
        deliver(app, peer, GOES_OUT + timedelta(minutes=11))
        assert {place_of(address) for address in peer.recipients} == {"york"}
        with clock.standing_at(GOES_OUT + timedelta(hours=1)):
            waiting = occurrence_page(occurrence).waiting
        db.session.commit()
        assert (waiting.number, waiting.last_at, waiting.timezone) == (2 * EACH, LONDON_MONDAY, "Europe/London")
        # The weekend passes.
        for quiet in (GOES_OUT + timedelta(days=1), TOKYO_MONDAY - timedelta(seconds=1)):
            assert deliver(app, peer, quiet) == 0
        kill_one_on_the_way(app, peer, TOKYO_MONDAY, 10)
        take_over(TOKYO_MONDAY)
        deliver(app, peer, TOKYO_MONDAY + timedelta(minutes=11))
        assert {place_of(address) for address in peer.recipients} == {"york", "tokyo"}
        assert deliver(app, peer, LONDON_MONDAY - timedelta(seconds=1)) == 0
        assert deliver(app, peer, LONDON_MONDAY) == EACH

    assert max(Counter(peer.recipients).values()) == 1
    # What was being handed over when a worker died is not certain, and left to a person.
    states = Counter(db.session.scalars(select(Delivery.state)).all())
    assert states[DeliveryState.UNKNOWN] <= 2 * claiming.WINDOW
    assert states[DeliveryState.SENT] + states[DeliveryState.UNKNOWN] == 3 * EACH
    assert settle_sending(LONDON_MONDAY) == 1
    assert occurrence.status is OccurrenceStatus.SENT
