"""Reminders go to those who have not confirmed, days apart, a few times, each once, and to nobody else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from factories import TESTER, make_person, make_wave
from mail.outbox import FROM, link_for
from mail.smtp_peer import SmtpPeer, smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.communications.actions import approving, reminding
from engagement.communications.actions.calendar import change_communication, end_communication
from engagement.communications.actions.sending import queue_occurrence, resume_occurrence
from engagement.communications.actions.waiting import stop_sending
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.approvals import approvals_of
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery, Reminder
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import HAS_CONFIRMED, HAS_LEFT, DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.people import actions as people
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import AT_TWO, make_approved, make_line

pytestmark = pytest.mark.usefixtures("app", "frozen")
DAY = timedelta(days=1)


def make_asking_line(**details: object) -> Communication:
    return make_line(asks_confirmation=True, remind_after_days=2, **details)


def send(line: Communication | None = None) -> Occurrence:
    """Two people get a message that asks for a confirmation, on Tuesday at two."""
    for name in ("Ann Silent", "Bob Quick"):
        make_person(name, f"{name.split()[0].lower()}@example.com")
    occurrence = make_approved(line or make_asking_line())
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer, AT_TWO)
        assert sorted(peer.recipients) == ["ann@example.com", "bob@example.com"]
    return occurrence


def deliver(peer: SmtpPeer, at: datetime) -> None:
    with clock.standing_at(at):
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)


def remind(at: datetime) -> int:
    with clock.standing_at(at):
        queued = sum(reminding.remind(one, now=at) for one in reminding.messages_to_remind_of(at))
        db.session.commit()
    return queued


def confirm(address: str) -> None:
    rows = select(Delivery).where(Delivery.address == address).order_by(Delivery.id)
    acknowledge(db.session.scalars(rows).first(), by=TESTER)
    db.session.commit()


def reminded(at: datetime) -> list[str]:
    """Let the clock remind and deliver, twice each, and return who got something."""
    with smtp_peer() as peer:
        for _ in range(2):
            remind(at)
            deliver(peer, at)
        return sorted(peer.recipients)


def test_only_who_has_not_confirmed_is_reminded_after_the_days_and_once_each_time() -> None:
    send()
    confirm("bob@example.com")
    assert reminded(AT_TWO + DAY) == []
    assert reminded(AT_TWO + 2 * DAY) == ["ann@example.com"]
    assert reminded(AT_TWO + 3 * DAY) == []
    assert reminded(AT_TWO + 6 * DAY) == ["ann@example.com"]
    assert reminded(AT_TWO + 9 * DAY) == []
    rows = db.session.scalars(select(Reminder).order_by(Reminder.number)).all()
    assert [(row.number, row.mailing.title) for row in rows] == [
        (1, "Reminder 1: Department briefing, 14 April 2026"),
        (2, "Reminder 2: Department briefing, 14 April 2026"),
    ]


def test_a_clock_that_stood_still_does_not_send_two_reminders_at_once() -> None:
    send()
    confirm("bob@example.com")
    assert reminded(AT_TWO + 8 * DAY) == ["ann@example.com"]
    assert reminded(AT_TWO + 9 * DAY) == []
    assert reminded(AT_TWO + 10 * DAY) == ["ann@example.com"]


def test_a_reminder_leads_to_the_message_and_says_what_it_is() -> None:
    send()
    confirm("bob@example.com")
    at = AT_TWO + 2 * DAY
    remind(at)
    with smtp_peer() as peer:
        deliver(peer, at)
    [received] = peer.messages
    text = received.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    mailing_id = db.session.scalars(select(Reminder.of_mailing_id)).one()
    assert received.message["Subject"] == "Reminder: What changes in claims"
    assert text.startswith(
        "You were sent “What changes in claims” and asked to confirm that you have read it. Your confirmation has not come yet."
    )
    assert f"/me/mailings/{mailing_id}?for=" in text
    assert "Once you have, no more reminders come." in text


def test_a_subject_with_fields_is_filled_for_each() -> None:
    make_person("Ann Silent", "ann@example.com")
    occurrence = make_approved(make_asking_line())
    occurrence.subject = "For {{ first_name }} <in {{ department }}>"
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer, AT_TWO)
        remind(AT_TWO + 2 * DAY)
        deliver(peer, AT_TWO + 2 * DAY)
    assert [m.message["Subject"] for m in peer.messages] == [
        "For Ann <in Claims>",
        "Reminder: For Ann <in Claims>",
    ]
    assert "“For Ann &lt;in Claims&gt;”" in peer.messages[1].message.get_body(("html",)).get_content()


def test_reminders_are_in_the_language_of_the_message_and_in_working_hours() -> None:
    make_person("Ann Polish", "ann@example.com", language="pl", timezone="Asia/Tokyo", country="JP")
    occurrence = make_approved(make_asking_line())
    by = occurrence.communication.owner.actor
    approving.withdraw_approval(occurrence, by=by)
    write_translation(occurrence, "pl", "Co się zmienia", "Dzień dobry.", by=by)
    approving.ask_approval(occurrence, by=by)
    approving.approve(occurrence, by=approvals_of(occurrence)[0].approved_by.actor)
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer, AT_TWO)
    assert remind(AT_TWO + 2 * DAY) == 1
    reminder = db.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
    assert reminder.letter.subject == "Przypomnienie: Co się zmienia"
    assert reminder.due_at == AT_TWO + 2 * DAY + timedelta(hours=11)


def test_who_confirms_or_leaves_between_queueing_and_sending_gets_none() -> None:
    send()
    at = AT_TWO + 2 * DAY
    assert remind(at) == 2
    confirm("bob@example.com")
    ann = db.session.scalars(select(Delivery).where(Delivery.address == "ann@example.com").limit(1)).one()
    assert ann.person
    people.mark_as_left(ann.person, by=TESTER)
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer, at)
        assert peer.recipients == []
    reminders = select(Delivery.address, Delivery.state, Delivery.reason).join(
        Reminder, Reminder.mailing_id == Delivery.mailing_id
    )
    assert [tuple(row) for row in db.session.execute(reminders.order_by(Delivery.address))] == [
        ("ann@example.com", DeliveryState.SUPPRESSED, HAS_LEFT),
        ("bob@example.com", DeliveryState.SUPPRESSED, HAS_CONFIRMED),
    ]


@pytest.mark.parametrize("why", ["ended", "cancelled", "none wanted", "closed", "too old"])
def test_nobody_is_reminded_of_what_is_over(why: str) -> None:
    wave = make_wave()
    occurrence = send(make_asking_line(programme=wave.programme, wave=wave))
    line, later = occurrence.communication, AT_TWO + 2 * DAY
    if why == "ended":
        end_communication(line, by=TESTER)
    elif why == "cancelled":
        wave.status = WaveStatus.CANCELLED
    elif why == "none wanted":
        change_communication(line, replace(line.details, remind_times=0), by=TESTER)
    elif why == "closed":
        line.programme.closed_at = clock.now()
    else:
        later = AT_TWO + 101 * DAY
    db.session.commit()
    assert remind(later) == 0


def test_stopping_a_message_stops_its_reminders_that_wait() -> None:
    occurrence = send()
    make_person("Cay Tokyo", "cay@example.com", timezone="Asia/Tokyo", country="JP")
    change_communication(
        occurrence.communication, replace(occurrence.communication.details, in_working_hours=True), by=TESTER
    )
    resume_occurrence(occurrence, now=AT_TWO, by=TESTER)
    assert remind(AT_TWO + 2 * DAY) == 2
    assert stop_sending(occurrence, "Wrong.", by=TESTER) == 3
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer, AT_TWO + 3 * DAY)
        assert peer.recipients == []


def test_who_gets_the_message_later_is_reminded_later() -> None:
    make_person("Cay Tokyo", "cay@example.com", timezone="Asia/Tokyo", country="JP")
    send(make_asking_line(in_working_hours=True))
    confirm("ann@example.com")
    confirm("bob@example.com")
    with smtp_peer() as peer:
        deliver(peer, AT_TWO + timedelta(hours=11))
        assert peer.recipients == ["cay@example.com"]
    assert remind(AT_TWO + 2 * DAY) == 0
    assert remind(AT_TWO + 2 * DAY + timedelta(hours=11)) == 1


def test_a_message_that_can_be_switched_off_cannot_ask() -> None:
    line = make_asking_line()
    for field, value in (("is_required", False), ("remind_after_days", 0), ("remind_times", 9)):
        with pytest.raises(BadInput) as refused:
            change_communication(line, replace(line.details, **{field: value}), by=TESTER)
        assert set(refused.value.problems) == {"asks_confirmation" if field == "is_required" else field}


def test_asking_is_part_of_what_is_approved() -> None:
    occurrence = make_approved(make_line())
    by = occurrence.communication.owner.actor
    written = write_occurrence(occurrence, occurrence.subject, occurrence.body, by=by, asks_confirmation=True)
    assert (written.is_changed, written.withdrew_approval, occurrence.asks_confirmation) == (True, True, True)


def test_a_message_without_the_question_has_no_button_and_no_reminder() -> None:
    occurrence = send(make_line(remind_after_days=2))
    assert occurrence.mailing
    assert "confirm" not in occurrence.mailing.html
    assert remind(AT_TWO + 2 * DAY) == 0
