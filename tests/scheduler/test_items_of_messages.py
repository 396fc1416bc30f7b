"""One bad message or delivery stops no other: lines of the timetable that plan, send, remind and take back."""

from datetime import timedelta

import pytest
from factories import (
    make_account,
    make_person,
    make_programme,
    signed_in,
)
from flask import Flask
from mail.outbox import FROM, claim, deliver, link_for, make_mailing, queue, queue_to_many, states
from mail.smtp_peer import smtp_peer
from scheduler.running_lines import Poison, left_alone, run
from sqlalchemy import delete, select, text, update

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audiences.models import Audience
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.sending import decide_held
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Delivery, Reminder
from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.queries import sending_now
from engagement.mail.outbox.rules import LEASE
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.set_aside import SetAside
from tests.communications.calendar_rows import AT_TWO, make_approved, make_approver, make_audience, make_line

pytestmark = pytest.mark.usefixtures("frozen")


def test_a_cadence_that_makes_no_sense_keeps_no_other_from_being_planned(app: Flask) -> None:
    bad, good = (make_line(cadence="FREQ=WEEKLY;BYDAY=MO", name=name, **shared(name)) for name in ("Bad", "Good"))
    db.session.execute(delete(Occurrence))
    db.session.execute(update(Communication).where(Communication.id == bad.id).values(cadence="FREQ=WHENEVER"))
    state = run("plan-occurrences")
    assert (state.has_failed, state.outcome) == (False, "14 planned, 0 missed.")
    assert set(db.session.scalars(select(Occurrence.communication_id))) == {good.id}
    assert left_alone() == [("plan-occurrences", "communication", str(bad.id))]


_SHARED: dict[str, object] = {}


def shared(name: str) -> dict[str, object]:
    """What two communications of one programme have in common, made with the first of them."""
    if name in ("Bad", "One"):
        line = {"programme": make_programme(), "audience": make_audience(), "owner": make_account()}
        _SHARED.update(line)
    return dict(_SHARED)


def test_a_message_that_cant_be_marked_as_missed_keeps_no_other_from_it(poison: Poison) -> None:
    lines = [make_line(name=name, **shared(name)) for name in ("One", "Two")]  # type: ignore[arg-type]
    first, second = (schedule_briefing(line, AT_TWO, by=line.owner.actor) for line in lines)
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(AT_TWO + timedelta(minutes=1)):
        assert run("plan-occurrences").outcome == "0 planned, 1 missed."
    assert db.session.get_one(Occurrence, second.id).status is OccurrenceStatus.MISSED
    assert left_alone() == [("plan-occurrences", "occurrence", str(first.id))]


def two_due() -> tuple[Occurrence, Occurrence]:
    make_person("Ann Silent", "ann@example.com")
    approver = make_approver()
    first, second = (
        make_approved(make_line(name=name, **shared(name)), approver=approver)  # type: ignore[arg-type]
        for name in ("One", "Two")
    )
    return first, second


def test_a_message_that_can_be_sent_to_nobody_is_held_with_its_reason(app: Flask) -> None:
    first, second = two_due()
    first.communication.audience = make_audience("Broken")
    db.session.flush()
    db.session.execute(update(Audience).where(Audience.name == "Broken").values(rule={"field": "mood"}))
    with clock.standing_at(AT_TWO):
        run("queue-occurrences")
    assert (first.status, second.status) == (OccurrenceStatus.HELD, OccurrenceStatus.SENDING)
    assert first.reason == "The audience “Broken” asks for other people than when it was approved."
    owner = signed_in(app, make_account("cm@example.com", "Cora May", Role.CHANGE_MANAGER))
    for path in (f"/occurrences/{first.id}", "/", f"/audiences/{first.communication.audience_id}", "/audiences"):
        answer = owner.get(path)
        assert answer.status_code == 200, path
    assert "can’t be understood" in owner.get(f"/occurrences/{first.id}").get_data(as_text=True)


def test_an_approval_that_cant_be_read_lapses_and_the_next_message_goes_out(app: Flask) -> None:
    first, second = two_due()
    unreadable = update(Approval).where(Approval.occurrence_id == first.id).values(acted_on={"sends_at": "yesterday"})
    db.session.execute(unreadable)
    with clock.standing_at(AT_TWO):
        state = run("queue-occurrences")
    assert (state.has_failed, state.set_aside) == (False, 0)
    assert (first.status, second.status) == (OccurrenceStatus.HELD, OccurrenceStatus.SENDING)
    assert first.reason == "What was approved can’t be read any more."
    owner = signed_in(app, make_account("cm@example.com", "Cora May", Role.CHANGE_MANAGER))
    for path in ("/", f"/occurrences/{first.id}", "/communications"):
        assert owner.get(path).status_code == 200, path


def test_an_approval_that_cant_be_looked_at_keeps_no_other_message_from_going_out(poison: Poison) -> None:
    first, second = two_due()
    first.communication.audience = make_audience("Another")
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(AT_TWO):
        state = run("queue-occurrences")
    assert (state.has_failed, state.set_aside) == (False, 1)
    assert (first.status, second.status) == (OccurrenceStatus.APPROVED, OccurrenceStatus.SENDING)
    assert left_alone() == [("queue-occurrences", "occurrence", str(first.id))]


def test_a_fault_while_queueing_holds_one_message_and_sends_the_next(poison: Poison) -> None:
    first, second = two_due()
    poison("mailing", "INSERT", "NEW.title LIKE 'One%'")
    with clock.standing_at(AT_TWO):
        state = run("queue-occurrences")
        assert state.outcome == f"{second.id} queued; 1 held or set aside because of a fault"
    assert (first.status, second.status) == (OccurrenceStatus.HELD, OccurrenceStatus.SENDING)
    assert first.reason.startswith("It could not be made ready to send. The service met a fault that it doesn’t know (")
    assert "poisoned" not in first.reason
    with clock.standing_at(AT_TWO + timedelta(minutes=1)):
        assert run("queue-occurrences").outcome == "Nothing was due."
    assert left_alone() == []
    poison.heal()  # type: ignore[attr-defined]
    with clock.standing_at(AT_TWO + timedelta(minutes=2)):
        decide_held(first, True, by=first.communication.owner.actor)
        assert run("queue-occurrences").outcome == f"{first.id} queued"


def test_a_message_that_cant_even_be_held_is_left_alone_and_shown(app: Flask, poison: Poison) -> None:
    first, second = two_due()
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(AT_TWO):
        for outcome in (f"{second.id} queued; 1 held or set aside because of a fault", None):
            state = run("queue-occurrences")
            assert (state.has_failed, state.set_aside) == (False, 1)
            assert outcome is None or state.outcome == outcome
    assert left_alone() == [("queue-occurrences", "occurrence", str(first.id))]
    writer = signed_in(app, make_account("cm@example.com", "Cora May", Role.CHANGE_MANAGER))
    for path in ("/", "/admin/jobs", f"/occurrences/{first.id}"):
        page = writer.get(path).get_data(as_text=True)
        assert "The service met a fault that it doesn’t know" in page, path
    assert "Set aside since" not in writer.get(f"/occurrences/{second.id}").get_data(as_text=True)
    poison.heal()  # type: ignore[attr-defined]
    row = db.session.scalars(select(SetAside.id)).one()
    assert (
        writer.post(f"/admin/set-aside/{row}/trying", data={"from": "page"})
        .headers["Location"]
        .endswith(f"/occurrences/{first.id}")
    )
    with clock.standing_at(AT_TWO):
        assert run("queue-occurrences").outcome == f"{first.id} queued"


def test_a_delivery_that_cant_be_taken_back_keeps_no_other_from_it(poison: Poison) -> None:
    for name in ("Ann Silent", "Bob Quick"):
        make_person(name)
    queue(make_mailing())
    first, second = claim("dead", 2)
    poison("delivery", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(clock.now() + LEASE):
        assert run("settle-deliveries").outcome.startswith("0 taken back, 1 not certain")
    assert db.session.get_one(Delivery, second.id).state is DeliveryState.UNKNOWN
    assert left_alone() == [("settle-deliveries", "delivery", str(first.id))]


def test_a_mailing_that_cant_be_closed_or_stopped_keeps_no_other_from_it(poison: Poison) -> None:
    first, second = two_due()
    with clock.standing_at(AT_TWO):
        run("queue-occurrences")
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    assert run("settle-deliveries").outcome.endswith("0 stopped, 1 mailing closed.")
    assert db.session.get_one(Occurrence, second.id).status is OccurrenceStatus.SENT
    assert left_alone() == [("settle-deliveries", "occurrence", str(first.id))]


def test_reminders_of_one_message_that_fail_keep_no_other_from_being_sent(poison: Poison) -> None:
    make_person("Ann Silent", "ann@example.com")
    approver, messages = make_approver(), []
    for name in ("One", "Two"):
        line = make_line(name=name, asks_confirmation=True, remind_after_days=2, **shared(name))  # type: ignore[arg-type]
        messages.append(make_approved(line, approver=approver))
    with clock.standing_at(AT_TWO):
        run("queue-occurrences")
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT, sent_at=AT_TWO))
    first, second = messages
    poison("reminder", "INSERT", f"NEW.of_mailing_id = {first.mailing_id}")
    with clock.standing_at(AT_TWO + timedelta(days=3)):
        assert run("send-reminders").outcome == "1 reminder queued."
        assert run("send-reminders").outcome == "0 reminders queued."
    assert list(db.session.scalars(select(Reminder.of_mailing_id))) == [second.mailing_id]
    assert left_alone() == [("send-reminders", "occurrence", str(first.id))]


@pytest.mark.parametrize(
    "filled", [{}, {"first_name": "Ann", "me_link": None}, ["Ann"], {"first_name": {}, "me_link": 3}]
)
def test_a_delivery_that_cant_be_written_is_refused_and_the_next_goes_out(app: Flask, filled: object) -> None:
    for name in ("Ann Silent", "Bob Quick", "Cas Third"):
        make_person(name)
    queue(make_mailing())
    first = db.session.scalars(select(Delivery).order_by(Delivery.id)).first()
    assert first is not None
    db.session.execute(update(Delivery).where(Delivery.id == first.id).values(filled=filled))
    db.session.commit()
    with smtp_peer() as peer:
        counts = deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    assert counts.total == 3
    assert counts.sent >= 2
    assert sorted(peer.recipients)[-2:] == ["bob.quick@example.com", "cas.third@example.com"]


def test_a_delivery_whose_outcome_cant_be_written_is_set_aside_and_stops_no_other(poison: Poison) -> None:
    queue_to_many(3)
    first = db.session.scalars(select(Delivery.id).order_by(Delivery.id)).first()
    poison("delivery", "UPDATE", f"OLD.id = {first} AND NEW.state = 'sent'")
    with smtp_peer() as peer:
        deliver(peer)
        assert len(peer.recipients) == 3
        assert states() == {"sent": 2, "attempting": 1}
        assert left_alone() == [("settle-deliveries", "delivery", str(first))]
        reason = db.session.scalars(select(SetAside.reason)).one()
        assert reason.startswith("What became of it could not be written down: Sent. The service met a fault")
        poison.heal()  # type: ignore[attr-defined]
        # It is not held to be dead work while it is set aside; tried again, it waits for a decision and for nothing else.
        with clock.standing_at(clock.now() + 3 * LEASE):
            run("settle-deliveries")
            deliver(peer, "two")
            assert states() == {"sent": 2, "attempting": 1}
            run("settle-deliveries", anyway=True)
            assert states() == {"sent": 2, "unknown": 1}
            deliver(peer, "three")
    assert len(peer.recipients) == 3


def test_deliveries_that_cant_be_claimed_are_set_aside_and_everything_behind_them_is_sent(poison: Poison) -> None:
    queue_to_many(WINDOW + 10)
    bad = list(db.session.scalars(select(Delivery.id).order_by(Delivery.id).limit(WINDOW + 4)))
    if db.engine.dialect.name == "sqlite":
        # What no column of PostgreSQL can hold.
        db.session.execute(text(f"UPDATE delivery SET queued_at = 'once' WHERE id = {bad.pop()}"))
    poison("delivery", "UPDATE", f"OLD.id <= {bad[-1]}")
    with smtp_peer() as peer:
        assert deliver(peer).sent == 6
        assert [key for *_, key in left_alone()[: len(bad)]] == [str(key) for key in bad]
        assert len(left_alone()) == WINDOW + 4
        assert sending_now(clock.now()).due == 0
        assert deliver(peer, "two", pace=Pace(6000, peer.url)).total == 0
        poison.heal()  # type: ignore[attr-defined]
        run("settle-deliveries", anyway=True)
        assert deliver(peer, "three").sent == len(bad)
    assert len(set(peer.recipients)) == len(peer.recipients) == 6 + len(bad)


def test_of_what_a_dead_worker_had_the_one_that_cant_be_taken_back_is_set_aside(poison: Poison) -> None:
    queue_to_many(4)
    first, *_ = claim("dead", 3)
    poison("delivery", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(clock.now() + LEASE), smtp_peer() as peer:
        assert deliver(peer).sent == 1
    assert states() == {"attempting": 1, "unknown": 2, "sent": 1}
    assert left_alone() == [("settle-deliveries", "delivery", str(first.id))]


def test_one_that_cant_be_put_off_with_its_domain_keeps_no_other_from_it(poison: Poison) -> None:
    queue_to_many(WINDOW + 3)
    last = db.session.scalars(select(Delivery.id).order_by(Delivery.id.desc())).first()
    poison("delivery", "UPDATE", f"OLD.id = {last}")
    with smtp_peer() as peer:
        # The first window is put off with what waits behind it.
        assert deliver(peer, pace=Pace(per_domain=60)).sent == 1
    assert states() == {"sent": 1, "deferred": WINDOW + 1, "queued": 1}
    assert left_alone() == [("settle-deliveries", "delivery", str(last))]
