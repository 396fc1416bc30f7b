"""Handing messages to delivery: once, on time, to those whom the audience reaches now."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from factories import TESTER, make_people, make_person, make_wave, make_workflow
from flask import Flask
from sqlalchemy import func, select, update

from engagement import clock
from engagement.communications.actions import sending
from engagement.communications.actions.approving import ask_approval
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import counts_of
from engagement.communications.queries.due import due_occurrences
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.communications.texts.queries.problems import problems_of
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from tests.communications.calendar_rows import (
    AT_TWO,
    deliveries,
    make_approved,
    make_approver,
    make_audience,
    make_draft,
    make_line,
    queue,
)
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app", "frozen")


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
