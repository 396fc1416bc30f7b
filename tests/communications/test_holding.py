"""Messages that are held instead of sent, and what somebody decides about them."""

from datetime import timedelta

import pytest
from factories import TESTER, make_people, make_wave
from sqlalchemy import select, update

from engagement import clock
from engagement.accounts.actions import deactivate
from engagement.communications.actions import sending
from engagement.communications.actions.approving import approve
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import (
    AT_TWO,
    TEXT,
    deliveries,
    make_approved,
    make_approver,
    make_draft,
    make_line,
    queue,
)

pytestmark = pytest.mark.usefixtures("app", "frozen")


@pytest.mark.parametrize(("late", "outcome"), [(24, QueueOutcome.QUEUED), (25, QueueOutcome.HELD)])
def test_a_message_later_than_the_limit_is_held_with_the_reason(late: int, outcome: QueueOutcome) -> None:
    make_people(1)
    occurrence = make_approved()
    assert queue(occurrence, timedelta(hours=late)) is outcome
    if outcome is QueueOutcome.HELD:
        assert occurrence.status is OccurrenceStatus.HELD
        assert occurrence.reason == (
            "It was due Tuesday 14 April at 14:00, London time, and could not go out then. "
            "That was 25 hours ago, more than the limit of 24 hours."
        )
        assert deliveries() == []


def test_what_no_longer_holds_is_found_at_the_moment_of_sending() -> None:
    make_people(1)
    approver = make_approver()
    wave = make_wave()
    occurrence = make_approved(make_line(wave.programme, wave=wave), approver=approver)
    wave.status = WaveStatus.CANCELLED
    assert queue(occurrence) is QueueOutcome.HELD
    assert occurrence.reason == "Wave 3: Property claims was cancelled."


def test_an_approver_who_was_deactivated_holds_the_message() -> None:
    make_people(1)
    approver = make_approver()
    occurrence = make_approved(approver=approver)
    deactivate(approver, by=TESTER)
    assert queue(occurrence) is QueueOutcome.HELD
    assert occurrence.reason == "Sam Pryce, who approved it, may no longer do so."


def test_a_text_changed_behind_the_approval_is_held() -> None:
    make_people(1)
    occurrence = make_approved()
    db.session.execute(update(Occurrence).values(text_version=9))
    assert queue(occurrence) is QueueOutcome.HELD
    assert occurrence.reason == "The text as it is now has no approval."


def test_a_draft_cannot_be_resumed() -> None:
    with pytest.raises(RuleBroken):
        sending.resume_occurrence(make_draft(), now=AT_TWO, by=TESTER)


def held() -> Occurrence:
    make_people(1)
    occurrence = make_approved()
    queue(occurrence, timedelta(days=3))
    assert occurrence.status is OccurrenceStatus.HELD
    return occurrence


def test_a_held_message_is_sent_now_when_somebody_decides_so() -> None:
    occurrence = held()
    later = AT_TWO + timedelta(days=3)
    with clock.standing_at(later):
        sending.decide_held(occurrence, True, by=TESTER)
        assert queue(occurrence, timedelta(days=3)) is QueueOutcome.QUEUED


def test_a_held_message_gets_a_new_time_or_is_left_out_with_a_reason() -> None:
    occurrence = held()
    with clock.standing_at(AT_TWO + timedelta(days=3)):
        with pytest.raises(BadInput):
            sending.decide_held(occurrence, False, by=TESTER)
        sending.decide_held(occurrence, AT_TWO + timedelta(days=4), by=TESTER)
        assert occurrence.status is OccurrenceStatus.HELD
        assert occurrence.reason.startswith("It was approved for Tuesday 14 April at 14:00")
        approver = occurrence_page(occurrence).history[0].approved_by
        approve(occurrence, by=approver.actor)
        assert (occurrence.status, occurrence.reason) == (OccurrenceStatus.APPROVED, "")
        with pytest.raises(RuleBroken):
            sending.decide_held(occurrence, False, by=TESTER, reason="Too late.")


def test_a_held_message_whose_text_changed_waits_for_approval_again() -> None:
    occurrence = held()
    with clock.standing_at(AT_TWO + timedelta(days=3)):
        write_occurrence(occurrence, "News", TEXT + " More.", by=occurrence.communication.owner.actor)
        assert occurrence.status is OccurrenceStatus.HELD
        with pytest.raises(RuleBroken) as error:
            sending.decide_held(occurrence, True, by=TESTER)
        assert error.value.sentence == "It can’t be sent now. The text as it is now has no approval."
        other = db.session.scalars(select(Occurrence)).one()
        approver = occurrence_page(other).history[0].approved_by
        approve(occurrence, by=approver.actor)
        sending.decide_held(occurrence, True, by=TESTER)
    assert occurrence.status is OccurrenceStatus.APPROVED


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[x](https://evil.example/?u={{my_change_link}})", "is joined to another address or word"),
        ("[x]({{programme}})", "stands inside an address"),
        ("".join("    " * n + "- a\n" for n in range(249))[:20_000], "nested too deep"),
    ],
)
def test_a_text_that_was_approved_before_and_leads_elsewhere_is_held_with_its_reason(body: str, reason: str) -> None:
    make_people(2)
    occurrence = make_approved()
    occurrence.body = body
    assert queue(occurrence) is QueueOutcome.HELD
    assert reason in occurrence.reason
    assert deliveries() == []
    with pytest.raises(RuleBroken, match="can’t be sent now"):
        sending.decide_held(occurrence, send=True, by=TESTER)
