"""The report on communication: how many each message and topic reached, who confirmed, and what was understood."""

import csv
import re
from io import StringIO

import pytest
from factories import (
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_statement,
    make_wave,
    make_workflow,
    signed_in,
)
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.communications.answers.actions import answer_message
from engagement.communications.models import Occurrence
from engagement.content.question import ReaderQuestion
from engagement.db import db
from engagement.mail.models import Acknowledgement
from engagement.mail.rules import DeliveryState
from engagement.training.scope_answers.actions import answer_statement
from engagement.words import share_words
from tests.communications.calendar_rows import (
    deliveries,
    make_approved,
    make_approver,
    make_audience,
    make_line,
    queue,
)

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def programme(app):
    return make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def address(programme, ending=""):
    return f"/reports/programmes/{programme.id}/communication{ending}"


def test_before_the_first_message_it_says_what_will_stand_here(app, programme):
    db.session.commit()
    browser = signed_in(app, make_change_manager())
    shown = text_of(browser.get(address(programme)))
    assert "No message of this programme has gone out yet." in shown
    assert "Neither a message nor a published scope statement asks its readers a question" in shown
    assert len(browser.get(address(programme, ".csv")).get_data(as_text=True).splitlines()) == 2


def test_each_message_and_topic_says_how_many_it_reached_and_who_confirmed(app, programme):
    for number in range(8):
        make_person(f"Member {number}", f"m{number}@example.com")
    occurrence = make_approved(make_line(programme, asks_confirmation=True))
    queue(occurrence)
    db.session.refresh(occurrence)
    mailing = occurrence.mailing
    mailing.asks_confirmation = True
    copies = deliveries()
    for copy in copies:
        copy.state, copy.attempted_at = DeliveryState.SENT, clock.now()
    copies[0].state = DeliveryState.BOUNCED
    db.session.add_all(
        Acknowledgement(mailing_id=mailing.id, person_id=copy.person_id, acknowledged_at=clock.now())
        for copy in copies[1:4]
    )
    db.session.commit()
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    browser = signed_in(app, account)
    source = browser.get(address(programme)).get_data(as_text=True)
    number = len(copies)
    assert f"So far 1 message: mail servers accepted {share_words(number - 1, number)} copies." in source
    shown = text_of(browser.get(address(programme)))
    confirmed = share_words(3, number).replace(
        "\N{NO-BREAK SPACE}", " "
    )  # a copy that came back can be read in the service
    assert shown.count(confirmed) == 3  # all messages, their topic, and the message
    assert "What changes in claims" in shown
    assert 'href="/occurrences' not in source
    table = browser.get(address(programme, ".csv")).get_data().decode("utf-8-sig").splitlines()
    assert sum(line.startswith("What was said to people,") for line in table) == 6
    planner = signed_in(app, make_account("pat@example.com", "Pat Planner", Role.CHANGE_MANAGER))
    assert f'href="/occurrences/{occurrence.id}"' in planner.get(address(programme)).get_data(as_text=True)


def test_what_few_confirmed_cannot_be_worked_out_of_the_sums(app, programme):
    for number in range(8):
        make_person(f"Member {number}", f"m{number}@example.com")
    everybody, asked, owner, approver = make_audience(), {}, make_change_manager(), make_approver()
    for name, readers in (("Many", 100), ("Few", 3)):
        line = make_line(programme, name=name, audience=everybody, owner=owner, asks_confirmation=True)
        occurrence = make_approved(line, approver=approver)
        queue(occurrence)
        db.session.refresh(occurrence)
        occurrence.mailing.asks_confirmation = True
        copies = [copy for copy in deliveries() if copy.mailing_id == occurrence.mailing_id]
        for copy in copies[readers:]:
            copy.state = DeliveryState.SUPPRESSED
        for copy in copies[:readers]:
            copy.state, copy.attempted_at = DeliveryState.SENT, clock.now()
        person_id = copies[0].person_id
        db.session.add(
            Acknowledgement(mailing_id=occurrence.mailing_id, person_id=person_id, acknowledged_at=clock.now())
        )
        asked[name] = len(copies[:readers])
    db.session.commit()
    table = signed_in(app, owner).get(address(programme, ".csv")).get_data().decode("utf-8-sig")
    rows = [line.split(",") for line in table.splitlines() if ",Confirmed," in line]
    assert [(row[5], row[6]) for row in rows if row[3] != "not shown"] == [("1", str(asked["Many"]))] * 3


def test_answers_to_the_questions_of_statements_are_told_from_the_floor_on(app, programme):
    workflow = make_workflow(programme)
    question = {"question": "Who decides?", "answers": "You\nThe system", "right_answer": 1, "why": "You do."}
    statement = make_statement(workflow, **question)
    members = [make_person(f"Member {n}", f"m{n}@example.com") for n in range(4)]
    make_wave(programme, workflows=(workflow,), members=members)
    db.session.commit()
    browser = signed_in(app, make_change_manager())
    assert "Claims triage not shown" in text_of(browser.get(address(programme)))
    more = [make_person(f"More {n}", f"more{n}@example.com") for n in range(2)]
    make_wave(programme, workflows=(workflow,), members=more, number=4)
    by = make_account("someone@example.com").actor
    for person in members[:3]:
        assert answer_statement(person, statement, 1, by=by)
    assert not answer_statement(more[0], statement, 2, by=by)
    db.session.commit()
    assert "Claims triage 50 %, 3 of 6" in text_of(browser.get(address(programme)))


def test_it_is_for_who_reads_the_sheet(app, programme):
    browser = signed_in(app, make_account("e@example.com", "Emil Employee"))
    assert {browser.get(address(programme, ending)).status_code for ending in ("", ".csv", ".xlsx")} == {403}


def test_the_sheet_leads_to_it(app, programme):
    browser = signed_in(app, make_change_manager())
    assert f'href="{address(programme)}"' in browser.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)


def test_answers_to_questions_of_messages_are_told_by_message_wave_and_department(app, programme):
    places = [make_department(f"Operations/{name}") for name in ("Motor", "Letters")]
    readers = [make_person(f"Member {n}", f"m{n}@example.com", places[n % 2]) for n in range(12)]
    wave = make_wave(programme, members=readers)
    asked = ReaderQuestion("Who decides?", "I do\nThe system", 1, "You do.")
    everybody, owner, approver = make_audience(), make_change_manager(), make_approver()
    line = make_line(programme, audience=everybody, owner=owner, wave=wave, asks_confirmation=True)
    silent = make_line(programme, audience=everybody, owner=owner, name="Without one", asks_confirmation=True)
    for of, question in ((line, asked), (silent, None)):
        queue(make_approved(of, approver=approver, question=question))
    occurrence = db.session.scalars(select(Occurrence).where(Occurrence.communication_id == line.id)).one()
    for number, person in enumerate(readers[:11]):
        answer_message(occurrence, person, 2 if number < 3 else 1, floor=5)
    db.session.commit()
    browser = signed_in(app, owner)
    shown = text_of(browser.get(address(programme))).replace("\N{NO-BREAK SPACE}", " ")
    assert shown.count("70 %, 7 of 10") == 4  # all messages, their topic, the message, its wave
    assert "Operations/ Letters 80 %, 4 of 5" in shown
    assert "Operations/ Motor 60 %, 3 of 5" in shown
    table = browser.get(address(programme, ".csv")).get_data().decode("utf-8-sig")
    rows = [row for row in csv.reader(StringIO(table)) if row[2] == "Question answered right"]
    assert [(row[1], row[5], row[6]) for row in rows] == [
        ("All messages", "7", "10"),
        ("Department briefing", "7", "10"),
        *[("What changes in claims", "", ""), ("What changes in claims", "7", "10")],
        (wave.title, "7", "10"),
        ("Operations/Letters", "4", "5"),
        ("Operations/Motor", "3", "5"),
    ]
    assert {row[3] for row in rows if not row[5]} == {"not asked"}
    assert browser.get(address(programme, ".xlsx")).status_code == 200
