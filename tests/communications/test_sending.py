"""Handing messages to delivery: once, on time, to those whom the audience reaches now."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from factories import TESTER, make_people, make_person, make_wave, make_workflow
from flask import Flask
from sqlalchemy import func, select, update

from engagement import clock
from engagement.accounts.actions import deactivate
from engagement.communications.actions import sending
from engagement.communications.actions.approving import approve, ask_approval
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import counts_of
from engagement.communications.queries.due import due_occurrences
from engagement.communications.queries.one_message import occurrence_page, why_reached
from engagement.communications.queries.previews import preview_as
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.communications.texts.queries.problems import problems_of
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import (
    AT_TWO,
    TEXT,
    make_approved,
    make_approver,
    make_audience,
    make_draft,
    make_line,
)
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app", "frozen")


def queue(occurrence: Occurrence, late: timedelta = timedelta(0), limit: int = 24) -> QueueOutcome:
    return sending.queue_occurrence(occurrence.id, now=AT_TWO + late, lateness_limit_hours=limit)


def deliveries() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_due_message_goes_to_everybody_in_the_audience_once() -> None:
    make_people(3)
    occurrence = make_approved()
    assert due_occurrences(AT_TWO - timedelta(seconds=1)) == []
    assert due_occurrences(AT_TWO) == [occurrence.id]
    assert queue(occurrence) is QueueOutcome.QUEUED
    assert queue(occurrence) is QueueOutcome.TAKEN
    assert occurrence.status is OccurrenceStatus.SENDING
    assert sorted(d.address for d in deliveries()) == [f"person{n}@example.com" for n in range(3)]
    assert (occurrence.reach_when_planned, occurrence.reached) == (3, 3)


def test_recipients_are_found_at_the_moment_of_sending() -> None:
    first, *_ = make_people(2)
    occurrence = make_approved()
    make_person("New Colleague", "new@example.com")
    first.left_at = clock.now()
    queue(occurrence)
    assert sorted(d.address for d in deliveries()) == ["new@example.com", "person1@example.com"]
    assert (occurrence.reach_when_planned, occurrence.reached) == (2, 2)


def test_values_are_each_persons_own_and_the_message_holds_what_is_common() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com", roles=(TrainingRole.USER, TrainingRole.LEADER))
    wave = make_wave(members=[person])
    workflow = make_workflow(wave.programme, "Triage & <letters>")
    from engagement.waves.models import WaveWorkflow

    db.session.add(WaveWorkflow(wave_id=wave.id, workflow=workflow))
    line = make_line(
        wave.programme, wave=wave, audience=make_audience("Wave 3", {"field": "wave", "values": [wave.id]})
    )
    body = "{{ department }}, {{ training_role }}: {{ workflow }} from {{ go_live }}.\n\n{{ my_change_link }}"
    occurrence = make_approved(line, body=body)
    queue(occurrence)
    [delivery] = deliveries()
    assert delivery.filled == {"department": "Claims", "training_role": "leader and user", "my_change_link": "/me"}
    mailing = delivery.mailing
    assert (mailing.kind, mailing.sender_name, mailing.reply_to) == (
        MailingKind.COMMUNICATION,
        "Ines Okafor",
        "ines@example.com",
    )
    assert mailing.text.startswith(
        "{{ department }}, {{ training_role }}: Triage & <letters> from Tuesday 12 May.\n\n{{ my_change_link }}\n\n--\n"
    )
    assert "You get this because you work in {{ department }} and are in Wave 3: Property claims." in mailing.text
    assert "“Wave 3”" not in mailing.text + mailing.html
    assert "Triage &amp; &lt;letters&gt; from Tuesday 12 May" in mailing.html
    assert 'href="{{ my_change_link }}"' in mailing.html
    assert "See what changes for you" in mailing.html


def test_a_person_without_department_or_role_gets_words() -> None:
    make_person("Solo", "solo@example.com", department=None, roles=(), first_name="")
    queue(make_approved(body="{{ first_name }}, {{ department }}, {{ training_role }}, {{ name }}"))
    assert deliveries()[0].filled == {
        "first_name": "Solo",
        "department": "your department",
        "training_role": "user",
        "name": "Solo",
    }


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


def test_an_audience_that_reaches_nobody_ends_the_message_and_says_so() -> None:
    occurrence = make_approved()
    assert queue(occurrence) is QueueOutcome.NOBODY
    assert occurrence.status is OccurrenceStatus.SENT
    assert occurrence.finished_at == AT_TWO
    assert occurrence.reason == "No recipients: “Everybody” reached nobody when it was due."
    assert due_occurrences(AT_TWO + timedelta(days=1)) == []


def test_sending_is_finished_when_all_deliveries_are() -> None:
    make_people(2)
    occurrence = make_approved()
    queue(occurrence)
    first, second = deliveries()
    first.state, second.state = DeliveryState.SENT, DeliveryState.DEFERRED
    db.session.flush()
    assert sending.settle_sending(AT_TWO) == 0
    second.state = DeliveryState.BOUNCED
    db.session.flush()
    assert sending.settle_sending(AT_TWO) == 1
    assert (occurrence.status, occurrence.finished_at) == (OccurrenceStatus.SENT, AT_TWO)
    assert counts_of([occurrence]) == {occurrence.id: {DeliveryState.SENT: 1, DeliveryState.BOUNCED: 1}}


def test_resuming_reaches_only_those_who_are_missing() -> None:
    make_people(2)
    occurrence = make_approved()
    queue(occurrence)
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    sending.settle_sending(AT_TWO)
    make_person("New Colleague", "new@example.com")
    assert occurrence_page(occurrence).missing == 1
    assert sending.resume_occurrence(occurrence, now=AT_TWO, by=TESTER) == 1
    assert occurrence.status is OccurrenceStatus.SENDING
    assert sending.resume_occurrence(occurrence, now=AT_TWO, by=TESTER) == 0
    assert len(deliveries()) == 3
    assert occurrence.reached == 3


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


def test_a_test_copy_goes_to_the_author_with_the_values_of_the_chosen_recipient() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    occurrence = make_approved()
    author = occurrence.communication.owner
    delivery = sending.send_test_copy(occurrence, person, author, by=author.actor)
    assert (delivery.address, delivery.person_id) == ("ines@example.com", None)
    assert delivery.filled == {"first_name": "Tomasz", "my_change_link": "/me", "department": "Claims"}
    assert delivery.mailing.kind is MailingKind.TEST_COPY
    assert delivery.mailing.subject == "Test copy: What changes in claims"
    assert occurrence.status is OccurrenceStatus.APPROVED


def test_a_test_copy_is_refused_while_the_text_has_problems() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    draft = make_draft()
    with pytest.raises(RuleBroken):
        sending.send_test_copy(draft, person, draft.communication.owner, by=TESTER)


def test_a_preview_shows_real_values_escaped() -> None:
    person = make_person("Eve", "eve@example.com", first_name="<b>Eve</b>")
    preview = preview_as(make_approved(), person)
    assert preview.html.startswith("<p>Dear &lt;b&gt;Eve&lt;/b&gt;,</p>")
    assert '<a href="/me">See what changes for you</a>' in preview.html
    assert preview.text.startswith("Dear <b>Eve</b>,")


def test_a_message_that_is_out_is_shown_as_it_was_sent() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    wave = make_wave()
    occurrence = make_approved(make_line(wave.programme, wave=wave), body="{{ first_name }}: **{{ wave }}** <now>")
    queue(occurrence)
    wave.name, person.first_name = "Renamed", "Thomas"
    db.session.flush()
    assert preview_as(occurrence, person).html == (
        "<p>Tomasz: <strong>Wave 3: Property claims</strong> &lt;now&gt;</p>"
    )


def test_a_copy_whose_values_were_let_go_is_shown_without_them() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    wave = make_wave()
    text = "{{ first_name }}, of **{{ wave }}**: {{ my_change_link }}"
    occurrence = make_approved(make_line(wave.programme, wave=wave), body=text)
    queue(occurrence)
    db.session.execute(update(Delivery).values(address="", name="", filled={}))
    preview = preview_as(occurrence, person)
    assert preview.is_emptied
    assert preview.html == (
        "<p>[…], of <strong>Wave 3: Property claims</strong>: "
        '<a rel="noopener noreferrer nofollow">See what changes for you</a></p>'
    )


def test_why_reached_names_audience_moment_and_approval() -> None:
    make_person("Tomasz Wójcik", "tomasz@example.com")
    occurrence = make_approved()
    queue(occurrence)
    assert why_reached(deliveries()[0], "Asia/Tokyo") == (
        "Tomasz Wójcik belonged to “Everybody” when the recipients of “Department briefing, 14 April 2026” were found, "
        "14 April 2026 at 17:00, Tokyo time. Sam Pryce approved version 2 of the text."
    )


def test_of_two_processes_one_queues(app: Flask) -> None:
    make_people(5)
    occurrence_id = make_approved().id
    db.session.commit()
    start = threading.Barrier(4)
    outcomes: list[Any] = []

    def tick() -> None:
        with app.app_context():
            start.wait()
            outcomes.append(sending.queue_occurrence(occurrence_id, now=AT_TWO, lateness_limit_hours=24))
            db.session.commit()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [QueueOutcome.QUEUED] + [QueueOutcome.TAKEN] * 3
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 5


def test_an_edit_that_comes_while_it_is_being_sent_is_refused(app: Flask) -> None:
    make_people(1)
    occurrence = make_approved()
    db.session.commit()
    assert occurrence.status is OccurrenceStatus.APPROVED
    db.session.rollback()

    def tick() -> None:
        with app.app_context():
            sending.queue_occurrence(1, now=AT_TWO, lateness_limit_hours=24)
            db.session.commit()

    thread = threading.Thread(target=tick)
    thread.start()
    thread.join(30)
    with pytest.raises(RuleBroken):
        write_occurrence(occurrence, "Too late", "Text", by=TESTER)


def test_queueing_takes_the_same_number_of_statements_for_many(app: Flask, statements: Statements) -> None:
    counted: list[int] = []
    for number, name in ((2, "few"), (40, "many")):
        for n in range(number):
            make_person(f"{name} {n}", f"{name}{n}@example.com", department=f"Dept {name}")
        line = make_line(name=name) if number == 2 else db.session.scalars(select(Occurrence)).first().communication
        at = AT_TWO + timedelta(minutes=number)
        approver = (
            make_approver()
            if number == 2
            else occurrence_page(db.session.scalars(select(Occurrence)).first()).history[0].approved_by
        )
        occurrence = make_approved(line, at, approver=approver)
        db.session.flush()
        with statements() as sent:
            sending.queue_occurrence(occurrence.id, now=at, lateness_limit_hours=24)
        counted.append(len(sent))
    assert db.session.scalar(select(func.count()).select_from(Person)) == 42
    assert counted[0] == counted[1]


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


@pytest.mark.parametrize("text", ["[x]({{programme}})", "https://evil.example/?u={{ my_change_link }}"])
def test_nobody_approves_a_field_inside_an_address(text: str) -> None:
    occurrence = make_draft()
    write_occurrence(occurrence, "News", text, by=TESTER)
    with pytest.raises(BadInput, match="address"):
        ask_approval(occurrence, by=TESTER)
    write_translation(occurrence, "pl", "Nowe", f"{text} tak", by=TESTER)
    assert any(problem.startswith("Polish: ") and "address" in problem for problem in problems_of(occurrence))


def test_a_text_that_cannot_be_laid_out_is_not_saved() -> None:
    occurrence = make_draft()
    with pytest.raises(BadInput, match="too deep"):
        write_occurrence(occurrence, "News", ">" * 40 + " a", by=TESTER)
    with pytest.raises(BadInput, match="it has 20,001"):
        write_occurrence(occurrence, "News", "a" * 20_001, by=TESTER)
