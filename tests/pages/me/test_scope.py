"""What a workflow changes for the reader: confirming it, its question, and what is new."""

import pytest
from factories import make_statement
from flask import Flask
from markup import text_of
from pages.me.own_pages import sign_in

from engagement.people.models import Person
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves

ASKING = {"question": "Who decides?", "answers": "You do\nThe system", "right_answer": 1, "why": "You always can."}


@pytest.fixture
def statement(wave: Wave) -> ScopeStatement:
    return make_statement(workflows_of_waves([wave.id])[wave.id][0], **ASKING)


def test_an_employee_answers_wrongly_reads_why_and_confirms(app: Flask, person: Person, statement: ScopeStatement):
    browser, address = sign_in(app, person), f"/me/changes/{statement.id}"
    assert "What Claims triage changes for you" in text_of(browser.get("/me"))
    assert "Who decides? Your answer is for you alone." in text_of(browser.get(address))
    for nonsense in ({}, {"answer": "9"}, {"answer": "²"}, {"answer": "3"}):
        refused = browser.post(address, data=nonsense)
        assert (refused.status_code, "Choose one." in text_of(refused)) == (422, True)
    wrong = browser.post(address, data={"answer": "2"}, follow_redirects=True)
    assert "That was not it Nobody else sees what you chose." in text_of(wrong)
    assert "You always can." in text_of(wrong)
    right = browser.post(address, data={"answer": "1"}, follow_redirects=True)
    page = text_of(right)
    assert "You have confirmed what Claims triage changes for you." in page
    assert "What Claims triage changes for you" not in page
    assert "You confirmed this on Tuesday 14 April." in page
    assert "Who decides? Your answer" not in text_of(browser.get(address))


def test_a_new_version_asks_again_and_says_what_is_new(app: Flask, person: Person, statement: ScopeStatement):
    browser = sign_in(app, person)
    browser.post(f"/me/changes/{statement.id}", data={"answer": "1"})
    newer = make_statement(statement.workflow, changed="Letters too.", who_decides="Your manager.")
    page = text_of(browser.get("/me"))
    assert "What Claims triage changes for you It has changed since you confirmed it." in page
    assert "Your manager." in page
    shown = text_of(browser.get(f"/me/changes/{newer.id}"))
    assert "What is new Letters too. Since version 2, which you confirmed" in shown
    assert browser.get(f"/me/changes/{statement.id}").status_code == 404
    assert browser.post(f"/me/changes/{newer.id}").status_code == 303
    assert "You confirmed this on" in text_of(browser.get(f"/me/changes/{newer.id}"))


def test_a_role_with_a_statement_of_its_own_reads_that_one(app: Flask, person: Person, statement: ScopeStatement):
    own = make_statement(statement.workflow, StatementFor.USER, who_decides="Your manager, for users.")
    browser = sign_in(app, person)
    page = text_of(browser.get("/me"))
    assert ("Your manager, for users." in page, "You do." in page) == (True, False)
    assert browser.get(f"/me/changes/{statement.id}").status_code == 404
    assert browser.get(f"/me/changes/{own.id}").status_code == 200
