"""While some wait for their working hours: stopping, sending at once, leaving, and what ends a message by itself."""

from datetime import timedelta

import pytest
from factories import TESTER, make_person, make_wave
from mail.outbox import FROM, claim, link_for
from mail.smtp_peer import smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.communications.actions.calendar import end_communication
from engagement.communications.actions.sending import queue_occurrence, settle_sending
from engagement.communications.actions.waiting import send_to_waiting, stop_overtaken, stop_sending
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.people import actions as people
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import AT_TWO, make_approved, make_draft, make_line

pytestmark = pytest.mark.usefixtures("app", "frozen")
NEXT_DAY = AT_TWO + timedelta(hours=12)


def send(line: Communication | None = None) -> Occurrence:
    """One gets it now; two in Tokyo wait for the morning."""
    make_person("Ann London", "ann@example.com")
    for n in range(2):
        make_person(f"Bob Tokyo{n}", f"bob{n}@example.com", timezone="Asia/Tokyo", country="JP")
    occurrence = make_approved(line or make_line(in_working_hours=True))
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    db.session.commit()
    assert deliver() == ["ann@example.com"]
    return occurrence


def deliver(after: timedelta = timedelta(0)) -> list[str]:
    """Send what is due so long after the message's time, and return who got it."""
    with smtp_peer() as peer, clock.standing_at(AT_TWO + after):
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
        db.session.commit()
        return sorted(peer.recipients)


def states() -> list[tuple[str, DeliveryState, str | None]]:
    rows = select(Delivery.address, Delivery.state, Delivery.reason).order_by(Delivery.address)
    return [tuple(row) for row in db.session.execute(rows)]


def test_delivering_until_empty_does_not_wait_for_the_morning() -> None:
    send()
    assert deliver() == []
    assert deliver(timedelta(hours=10)) == []
    assert deliver(timedelta(hours=11)) == ["bob0@example.com", "bob1@example.com"]
    assert deliver(timedelta(hours=12)) == []


def test_a_message_is_stopped_for_those_who_wait_and_finished_by_that() -> None:
    occurrence = send()
    assert stop_sending(occurrence, "The date was wrong.", by=TESTER) == 2
    assert states() == [
        ("ann@example.com", DeliveryState.SENT, None),
        *(
            (f"bob{n}@example.com", DeliveryState.SUPPRESSED, "Stopped before it was sent to this person: The date was wrong.")
            for n in range(2)
        ),
    ]  # fmt: skip
    assert occurrence.reason == "Stopped by The tests: The date was wrong."
    assert settle_sending(NEXT_DAY) == 1
    assert occurrence.status is OccurrenceStatus.SENT
    db.session.commit()
    assert deliver(timedelta(days=1)) == []
    assert db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id.desc())).first() == "stopped message"


def test_stopping_needs_a_reason_and_a_message_that_is_being_sent() -> None:
    occurrence = send()
    with pytest.raises(BadInput):
        stop_sending(occurrence, " ", by=TESTER)
    with pytest.raises(RuleBroken):
        stop_sending(make_draft(occurrence.communication, AT_TWO + timedelta(days=2)), "Why not", by=TESTER)


def test_what_a_worker_attempts_is_not_stopped_any_more() -> None:
    occurrence = send()
    with clock.standing_at(NEXT_DAY):
        assert len(claim("one", 1)) == 1
        assert stop_sending(occurrence, "Wrong.", by=TESTER) == 1
        assert claim() == []
    # Of two that wait equally long, either may be first.
    (_, sent, _), *others = states()
    assert sent == DeliveryState.SENT
    assert {state for _, state, _ in others} == {DeliveryState.ATTEMPTING, DeliveryState.SUPPRESSED}


def test_those_who_wait_can_be_sent_it_at_once() -> None:
    occurrence = send()
    with clock.standing_at(AT_TWO):
        assert send_to_waiting(occurrence, by=TESTER) == 2
        assert send_to_waiting(occurrence, by=TESTER) == 0
    db.session.commit()
    assert deliver() == ["bob0@example.com", "bob1@example.com"]


def test_who_leaves_while_waiting_gets_nothing() -> None:
    send()
    waiting = db.session.scalars(select(Delivery).where(Delivery.address == "bob0@example.com")).one()
    assert waiting.person is not None
    people.mark_as_left(waiting.person, by=TESTER)
    db.session.commit()
    assert deliver(timedelta(hours=12)) == ["bob1@example.com"]


def test_ending_the_communication_stops_what_waits() -> None:
    occurrence = send()
    end_communication(occurrence.communication, by=TESTER)
    assert occurrence.reason == "Stopped by The tests: The communication was ended."
    db.session.commit()
    assert deliver(timedelta(days=1)) == []


def test_a_cancelled_wave_stops_what_waits_at_the_next_tick() -> None:
    wave = make_wave()
    occurrence = send(make_line(wave.programme, wave=wave, in_working_hours=True))
    assert stop_overtaken() == 0
    wave.status = WaveStatus.CANCELLED
    db.session.flush()
    assert stop_overtaken() == 2
    assert stop_overtaken() == 0
    assert occurrence.reason == "Stopped by The clock: Wave 3: Property claims was cancelled."
    assert occurrence_page(occurrence).counts[DeliveryState.SUPPRESSED] == 2
