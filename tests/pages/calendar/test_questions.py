"""The question of a message on pages: written with the text, answered where readers confirm, counted without anybody’s answer."""

import re

import pytest
from factories import TESTER, make_department, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import serving
from engagement.accounts.actions import account_for_person, set_password
from engagement.communications.actions.approving import approve, ask_approval
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.answers.models import MessageAnswer
from engagement.communications.models import Occurrence
from engagement.content.question import ReaderQuestion
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery
from engagement.mail.rules import DeliveryState
from tests.communications.calendar_rows import AT_TWO, make_approved, make_approver, make_line, queue
from tests.pages.calendar.calendar_pages import page, post

pytestmark = pytest.mark.usefixtures("frozen")
ASKED = ReaderQuestion("Who decides <here>?", "The system\nI do", 2, "Every decision stays yours.")
TYPED = {"question": "Who decides?", "answers": "The system\r\nI do", "right_answer": "2", "why": "It stays yours."}


@pytest.fixture
def sent(app: Flask) -> Occurrence:
    """A message that asks, sent to six people of one department."""
    place = make_department("Operations/Claims")
    for number in range(6):
        person = make_person(f"Reader {number}", f"r{number}@example.com", place)
        set_password(account_for_person(person), "four plain words here", by=TESTER)
    occurrence = make_approved(make_line(asks_confirmation=True), question=ASKED)
    queue(occurrence)
    for delivery in db.session.scalars(select(Delivery)):
        delivery.state, delivery.sent_at = DeliveryState.SENT, AT_TWO
    db.session.commit()
    return occurrence


def copy_of(number: int) -> Delivery:
    return db.session.scalars(select(Delivery).where(Delivery.address == f"r{number}@example.com")).one()


def reader(app: Flask, number: int) -> FlaskClient:
    person = copy_of(number).person
    assert person is not None
    return signed_in(app, account_for_person(person))


def kept() -> tuple[list[tuple[int, bool]], int]:
    """Return the answers, and how many people have confirmed."""
    answers = db.session.scalars(select(MessageAnswer).order_by(MessageAnswer.id))
    return [(row.answer, row.is_right) for row in answers], len(db.session.scalars(select(Acknowledgement)).all())


def test_the_link_in_the_mail_leads_to_the_question_and_answering_confirms(app: Flask, sent: Occurrence) -> None:
    copy = copy_of(0)
    link = serving.link_maker(app)(copy, copy.filled["confirm_link"])
    browser = app.test_client()
    signed = browser.post(re.sub(r"^https?://[^/]+", "", link))
    own = browser.get(signed.location).location
    shown = page(browser, own)
    assert "One question before you confirm" in shown
    assert "Who decides &lt;here&gt;?" in shown
    assert "Every decision stays yours." not in shown
    for nothing in ({}, {"answer": "3"}, {"answer": "²"}, {"answer": "-1"}):
        refused = post(browser, f"{own}/confirmation", 422, **nothing)
        assert "Choose one. We never choose for you." in refused
        assert "<title>Error: What changes in claims" in refused
    assert kept() == ([], 0)
    post(browser, f"{own}/confirmation", answer="1")
    assert kept() == ([(1, False)], 1)
    shown = page(browser, own)
    for words in (
        "That was not it",
        "Nobody else sees what you chose.",
        "Every decision stays yours.",
        "You confirmed",
    ):
        assert words in shown
    assert re.search(r"<dt>You chose</dt><dd>The system</dd>\s*<dt>Right is</dt><dd>I do</dd>", shown)
    post(browser, f"{own}/confirmation", answer="2")
    assert "You have confirmed this already." in page(browser, own)
    assert kept() == ([(1, False)], 1)


def test_a_right_answer_is_said_to_be_right_and_nobody_answers_for_another(app: Flask, sent: Occurrence) -> None:
    client, own = reader(app, 1), f"/me/messages/{copy_of(1).id}"
    post(client, f"{own}/confirmation", answer="2")
    shown = page(client, own)
    assert "Your answer is right" in shown
    assert "You chose" not in shown
    assert client.post(f"/me/messages/{copy_of(2).id}/confirmation", data={"answer": "2"}).status_code == 404
    assert kept() == ([(2, True)], 1)


def test_the_page_of_the_message_counts_from_the_floor_on_and_shows_no_answer(app: Flask, sent: Occurrence) -> None:
    manager, answers = signed_in(app, sent.communication.owner), ("1", "2", "2", "2", "1", "2")
    for number, answer in enumerate(answers[:4]):
        post(reader(app, number), f"/me/messages/{copy_of(number).id}/confirmation", answer=answer)
    shown = page(manager, f"/occurrences/{sent.id}")
    assert "Not shown yet: answers are counted from five of a department on" in shown
    for number, answer in enumerate(answers[4:], 4):
        post(reader(app, number), f"/me/messages/{copy_of(number).id}/confirmation", answer=answer)
    shown = page(manager, f"/occurrences/{sent.id}")
    assert '<span class="figure">3</span> <span class="of">of 5 answers</span>' in shown
    assert "Answers of a department are counted five at a time" in shown
    for path in (f"/occurrences/{sent.id}/unconfirmed", f"/deliveries?message={sent.mailing_id}", "/audit"):
        assert "answered" not in manager.get(path).get_data(as_text=True).lower()


def test_a_message_without_a_question_is_confirmed_as_before(app: Flask, sent: Occurrence) -> None:
    sent.asked = ReaderQuestion()
    db.session.commit()
    client, own = reader(app, 3), f"/me/messages/{copy_of(3).id}"
    assert "I have read this" in page(client, own)
    post(client, f"{own}/confirmation", answer="2")
    assert kept() == ([], 1)
    assert "Understood" not in page(signed_in(app, sent.communication.owner), f"/occurrences/{sent.id}")


def test_readers_are_asked_in_their_own_language(app: Flask) -> None:
    bogna = make_person("Bogna Reader", "r0@example.com", language="pl")
    set_password(account_for_person(bogna), "four plain words here", by=TESTER)
    draft = schedule_briefing(make_line(asks_confirmation=True), AT_TWO, by=TESTER)
    client, address = signed_in(app, draft.communication.owner), f"/occurrences/{draft.id}"
    own = {"subject": "What changes", "body": "From May on.", "asks_confirmation": "y", "text_version": "1"}
    post(client, address, **own, **TYPED)
    db.session.refresh(draft)
    assert draft.asked == ReaderQuestion("Who decides?", "The system\nI do", 2, "It stays yours.")
    polish = {"subject": "Co się zmienia", "body": "Od maja.", "language": "pl", "text_version": "2"}
    post(client, address, **polish, question="Kto decyduje?", answers="System\nJa", why="Decyzja jest Twoja.")
    shown = page(client, f"{address}?language=pl")
    assert "Which answer is right is said with the message itself" in shown
    assert 'name="right_answer"' not in shown
    assert "Kto decyduje?" in shown
    ours = page(client, address)
    assert "Under it stands one question" in ours
    assert "<li>Ja <span" in ours
    assert "Save the draft" in ours
    versions = page(client, f"{address}/versions")
    assert versions.count("as it stands now") == 2
    ask_approval(draft, by=draft.communication.owner.actor)
    approve(draft, by=make_approver().actor)
    queue(draft)
    copy_of(0).state = DeliveryState.SENT
    db.session.commit()
    asked = page(reader(app, 0), f"/me/messages/{copy_of(0).id}")
    assert '<legend lang="pl">Kto decyduje?</legend>' in asked
    post(reader(app, 0), f"/me/messages/{copy_of(0).id}/confirmation", answer="2")
    assert kept() == ([(2, True)], 1)


def test_a_question_that_is_half_written_is_kept_and_says_what_it_lacks(app: Flask) -> None:
    draft = schedule_briefing(make_line(asks_confirmation=True), AT_TWO, by=TESTER)
    client, address = signed_in(app, draft.communication.owner), f"/occurrences/{draft.id}"
    own = {"subject": "What changes", "body": "From May on.", "asks_confirmation": "y", "text_version": "1"}
    post(client, address, **own, **TYPED | {"answers": "The <system>", "right_answer": "", "why": ""})
    shown = page(client, address)
    for problem in ("there are 1.", "Say which of the answers is right.", "Say why it is right."):
        assert f"Question: {problem}" in shown or problem in shown
    assert "The &lt;system&gt;" in shown
    refused = post(client, address, 422, **own | {"text_version": "2"}, **TYPED | {"why": "x" * 10_001})
    assert "Keep this under 10,000 characters" in refused
    post(client, address, **own | {"text_version": "2"})
    db.session.refresh(draft)
    assert draft.asked.question == "Who decides?"
    assert "The question to its readers" in page(client, versions_page(client, address))


def versions_page(client: FlaskClient, address: str) -> str:
    """Return the address of the newest version of a message."""
    return re.findall(rf'href="({address}/versions/\d+)"', client.get(f"{address}/versions").get_data(as_text=True))[0]
