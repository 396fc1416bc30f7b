"""What a learner is told agrees with itself: what is left, what is optional, a later try, why a message came."""

import re
from html import unescape

import pytest
from factories import TESTER, make_person, make_programme, make_wave
from flask import Flask
from pages.me.own_pages import answers, make_message, sign_in, text_of

from engagement import clock
from engagement.communications.actions.building import build_message
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import report_done
from engagement.training.models import Module
from engagement.training.queries.counts import Count
from engagement.training.queries.learning import learning_of, own_count
from engagement.training.queries.quizzes import quiz_sheet
from engagement.training.rules import ItemKind
from tests.communications.calendar_rows import make_audience, make_draft, make_line
from tests.training.courses import make_curriculum, make_module, right_answers

REQUIRED, OPTIONAL, CHOICE = ItemKind.REQUIRED, ItemKind.OPTIONAL, ItemKind.CHOICE


@pytest.fixture
def person(app: Flask, frozen: object) -> Person:
    """Tomasz, a user in Claims, in a wave."""
    made = make_person()
    make_wave(members=[made])
    return made


def asked_of(person: Person, *entries: tuple[Module, ItemKind], needed: int = 0) -> None:
    make_curriculum(TrainingRole.USER, *entries, choices_needed=needed)
    settle_assignments(clock.now())


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_nothing_is_finished_while_a_message_waits_for_confirmation(app: Flask, person: Person) -> None:
    module = make_module("first")
    asked_of(person, (module, REQUIRED))
    report_done(person, module, by=TESTER)
    message = make_message(person, "Please read")
    message.mailing.asks_confirmation = True
    client = sign_in(app, person)
    for path in ("/me", "/me/training"):
        page = plain(text_of(client, path))
        assert "finished all" not in page
        assert "Your training is finished. One message waits for your confirmation." in page
        assert page.count("waits for your confirmation") == 1
    client.post(f"/me/messages/{message.id}/confirmation")
    assert "You have finished all the training that is asked of you." in plain(text_of(client, "/me"))


@pytest.mark.parametrize(
    ("entries", "needed", "finished", "count"),
    [
        ([("a", REQUIRED), ("b", OPTIONAL)], 0, "", Count(1, 0)),
        ([("a", REQUIRED), ("b", OPTIONAL)], 0, "b", Count(1, 0)),
        ([("a", REQUIRED), ("b", OPTIONAL)], 0, "ab", Count(1, 1)),
        ([("a", OPTIONAL), ("b", OPTIONAL)], 0, "a", Count(0, 0)),
        ([("a", CHOICE), ("b", CHOICE), ("c", CHOICE)], 2, "", Count(2, 0)),
        ([("a", CHOICE), ("b", CHOICE), ("c", CHOICE)], 2, "b", Count(2, 1)),
        ([("a", CHOICE), ("b", CHOICE), ("c", CHOICE)], 1, "b", Count(1, 1)),
        ([("a", REQUIRED), ("b", CHOICE), ("c", CHOICE)], 1, "a", Count(2, 1)),
    ],
)
def test_what_is_optional_is_called_so_and_not_counted_as_asked(
    app: Flask, person: Person, entries: list[tuple[str, ItemKind]], needed: int, finished: str, count: Count
) -> None:
    modules = {slug: make_module(slug) for slug, _ in entries}
    asked_of(person, *((modules[slug], kind) for slug, kind in entries), needed=needed)
    for slug in finished:
        report_done(person, modules[slug], by=TESTER)
    assert own_count(learning_of(person.id)) == count
    page = plain(text_of(sign_in(app, person), "/me/training"))
    optional = sum(kind is OPTIONAL for _, kind in entries)
    assert page.count(" optional ") >= optional
    assert ("optional, since your choice is made" in page) == (
        entries[-1][1] is CHOICE and needed == 1 and "b" in finished
    )
    assert "If you like" not in page


def test_a_course_that_waits_for_another_is_not_called_finished(app: Flask, person: Person) -> None:
    # As a curriculum may have been made before it was refused: what is needed waits for what is optional.
    first, second = make_module("first"), make_module("second")
    make_curriculum(TrainingRole.USER, (first, OPTIONAL), (second, REQUIRED, first))
    settle_assignments(clock.now())
    page = plain(text_of(sign_in(app, person), "/me"))
    assert ("finished" in page, "Your next step First" in page) == (False, True)


def test_a_try_after_passing_takes_nothing_away(app: Flask, person: Person) -> None:
    module = make_module("quiz", 3)
    asked_of(person, (module, REQUIRED))
    client = sign_in(app, person)
    client.post(f"/me/training/{module.id}", data=answers(module))
    wrong = {f"q-{name}": keys for name, keys in right_answers(module, wrong=3).items()}
    page = client.post(f"/me/training/{module.id}", data={"seed": "later", **wrong}, follow_redirects=True)
    text = plain(page.get_data(as_text=True))
    assert "This try: 0 of 3 right This course is done since Tuesday 14 April" in text
    assert ("Not yet" in text, "Not passed" in text) == (False, False)


def test_a_result_keeps_the_order_of_its_questions_and_answers(app: Flask, person: Person) -> None:
    module = make_module("quiz", 6)
    asked_of(person, (module, REQUIRED))
    client = sign_in(app, person)
    orders = []
    for seed in ("one", "two", "three"):
        sheet = quiz_sheet(person.id, module, seed)
        page = client.post(
            f"/me/training/{module.id}", data={**answers(module), "seed": seed}, follow_redirects=True
        ).get_data(as_text=True)
        shown = re.findall(r"<h3>(\d+)\. (.*?)</h3>", page)
        assert shown == [(str(n), question.text) for n, question in enumerate(sheet.questions, 1)]
        orders.append([text for _, text in shown])
    assert orders[0] != orders[1] != orders[2]


@pytest.mark.parametrize("by_wave", [True, False])
def test_a_message_says_why_it_came_in_words_about_its_reader(app: Flask, person: Person, by_wave: bool) -> None:
    wave = make_wave(make_programme("Second"), number=4, name="Letters", members=[person])
    everybody = {"field": "everybody"}
    rule = {"all": [{"field": "wave", "values": [wave.id]}, everybody]} if by_wave else {"any": [everybody]}
    line = make_line(wave.programme, audience=make_audience("Laggards, second attempt", rule))
    message = make_message(person)
    message.mailing = build_message(make_draft(line))
    db.session.flush()
    page = plain(text_of(sign_in(app, person), f"/me/messages/{message.id}"))
    why = "and are in Wave 4: Letters." if by_wave else f"and are kept informed about “{line.programme.name}”."
    assert f"You get this because you work in Claims {why}" in page
    assert "Laggards" not in page
