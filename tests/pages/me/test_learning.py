"""An employee's training: courses, their state, and quizzes."""

import re
from datetime import timedelta

import time_machine
from factories import PASSWORD, TESTER
from flask import Flask
from pages.me.own_pages import answers, sign_in, text_of
from sqlalchemy import func, select

from engagement.db import db
from engagement.people.models import Person
from engagement.training.actions.completing import report_done
from engagement.training.models import Completion, Module, QuizAttempt
from engagement.training.rules import CompletionSource
from engagement.waves.models import Wave


def test_training_lists_every_course_with_its_state(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    page = text_of(sign_in(app, person), "/me/training")
    assert "One of two done, 25 minutes left." in page
    assert "Done 14 April" in page
    assert "By 5 May" in page
    assert "Optional" in page


def test_course_without_questions_is_done_by_ones_own_word(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    client = sign_in(app, person)
    assert "I have finished this course" in text_of(client, f"/me/training/{modules[0].id}")
    for _ in range(2):
        assert client.post(f"/me/training/{modules[0].id}/completion").status_code == 303
    assert db.session.scalars(select(Completion.source)).all() == [CompletionSource.SELF_REPORT]


def test_a_course_done_on_an_earlier_day_can_be_done_again(
    app: Flask, person: Person, wave: Wave, modules: list[Module], frozen: time_machine.Traveller
) -> None:
    client, path = sign_in(app, person), f"/me/training/{modules[0].id}"
    client.post(f"{path}/completion")
    assert "I have done it again" not in text_of(client, path)
    frozen.shift(timedelta(days=3))
    client.post("/login", data={"email": person.email, "password": PASSWORD})
    assert "I have done it again" in text_of(client, path)
    client.post(f"{path}/completion")
    assert "You said on Friday 17 April" in text_of(client, path)
    assert db.session.scalar(select(func.count()).select_from(Completion)) == 2


def test_locked_course_can_be_read_but_not_answered(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    client = sign_in(app, person)
    page = text_of(client, f"/me/training/{modules[1].id}")
    assert "First: First" in page
    assert "The text of second." in page
    assert "Question second-0?" not in page
    assert client.post(f"/me/training/{modules[1].id}", data={"seed": "s"}).status_code == 422


def test_no_answer_is_in_the_page_before_answering(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    page = text_of(sign_in(app, person), f"/me/training/{modules[1].id}")
    assert page.count('type="radio"') == 6
    assert "Because" not in page
    assert "checked" not in page
    assert not re.search(r"right: ?true|is_right|```", page)


def test_quiz_is_failed_explained_tried_again_and_passed(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    client, quiz = sign_in(app, person), modules[1]
    failed = client.post(f"/me/training/{quiz.id}", data=answers(quiz, wrong=2), follow_redirects=True)
    page = failed.get_data(as_text=True)
    assert "<h1>Not yet: 1 of 3 right</h1>" in page
    assert "Two have to be right." in page
    assert (page.count("Because it is wrong."), page.count("Because it is right.")) == (2, 1)
    assert page.count("Recognising when it is wrong") == 1
    assert "Try again" in page
    passed = client.post(f"/me/training/{quiz.id}", data=answers(quiz), follow_redirects=True)
    assert "<h1>Passed: 3 of 3 right</h1>" in passed.get_data(as_text=True)
    assert "Passed 14 April" in text_of(client, "/me/training")


def test_quiz_form_sent_twice_leads_to_the_same_try(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    client, quiz = sign_in(app, person), modules[1]
    places = [client.post(f"/me/training/{quiz.id}", data=answers(quiz)).headers["Location"] for _ in range(2)]
    assert places[0] == places[1]
    assert db.session.scalar(select(func.count()).select_from(QuizAttempt)) == 1


def test_unanswered_questions_are_named_and_the_rest_is_kept(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    quiz = modules[1]
    given = {name: value for name, value in answers(quiz).items() if name != "q-second-1"}
    answer = sign_in(app, person).post(f"/me/training/{quiz.id}", data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "One question needs an answer" in page
    assert page.count(" checked>") == 2
    assert "<title>Error: " in page
