"""An employee's own pages: what changes, training with its quiz, messages, team, time zone; and nobody else's."""

import re
from datetime import timedelta

import pytest
import time_machine
from factories import (
    PASSWORD,
    TESTER,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from engagement import clock
from engagement.accounts.models import Account
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.privacy.actions.retention import apply_retention, keep_for
from engagement.privacy.rules.records import RecordKind
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import report_done
from engagement.training.models import Completion, Module, QuizAttempt
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Wave
from tests.training.courses import make_curriculum, make_module, right_answers

REQUIRED = ItemKind.REQUIRED


@pytest.fixture
def person(app: Flask, frozen: object) -> Person:
    """Tomasz, a user in Claims."""
    return make_person()


@pytest.fixture
def modules(person: Person) -> list[Module]:
    """What users learn: first a text without questions, then a quiz of three, then something optional."""
    made = [make_module("first", minutes=15), make_module("second", 3, minutes=25, pass_mark=60), make_module("third")]
    make_curriculum(TrainingRole.USER, (made[0], REQUIRED), (made[1], REQUIRED, made[0]), (made[2], ItemKind.OPTIONAL))
    return made


@pytest.fixture
def wave(person: Person, modules: list[Module]) -> Wave:
    """A wave that starts claims triage on 12 May 2026 with a quiet period until 9 June."""
    programme = make_programme()
    made = make_wave(programme, members=[person], workflows=(make_workflow(programme),))
    made.stabilises_until_on = made.go_live_on + timedelta(days=28)
    settle_assignments(clock.now())
    return made


def sign_in(app: Flask, person: Person) -> FlaskClient:
    account = make_account(person.email or "", person.name)
    account.person_id = person.id
    return signed_in(app, account)


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_my_change_says_what_changes_and_when(app: Flask, person: Person, wave: Wave) -> None:
    page = text_of(sign_in(app, person), "/me")
    assert "<h1>Your work from 12 May</h1>" in page
    assert "Claims triage starts for you on Tuesday 12 May. New claims arrive sorted, with a suggestion." in page
    assert "<b>First</b>, 15 minutes, by Tuesday 5 May." in page
    assert re.findall(r"<dt>(.*?)</dt>", page) == [
        "The system does",
        "You still do",
        "Who decides exceptions",
        "How to tell it is wrong",
        "Your job",
    ]
    assert "<b>Then:</b> Press Send back." in page
    assert re.findall(r'<span class="t">(.*?)</span>', page) == ["5 May", "12 May", "to 9 June"]
    assert "0 of 2 done, 40 minutes left" in page
    assert "After “First”" in page


def test_my_change_of_two_waves_names_both_and_each_workflow_once(app: Flask, person: Person, wave: Wave) -> None:
    second = make_workflow(wave.programme, "Letter drafting")
    later = make_wave(
        wave.programme,
        members=[person],
        number=4,
        name="Letters",
        workflows=(second,),
        go_live_on=wave.go_live_on + timedelta(days=40),
    )
    settle_assignments(clock.now(), later.id)
    page = text_of(sign_in(app, person), "/me")
    assert "You are also in Letters." in page
    assert page.count("<dt>You still do</dt>") == 2


def test_my_change_in_no_wave_is_calm_and_leads_on(app: Flask, person: Person) -> None:
    page = text_of(sign_in(app, person), "/me")
    assert "Nothing changes in your work for now." in page
    assert "/concerns/new" in page


@pytest.mark.parametrize("path", ["/me", "/me/training", "/me/messages"])
def test_account_without_a_person_gets_a_clear_page(app: Flask, path: str) -> None:
    assert "You are not in the directory" in text_of(signed_in(app, make_change_manager()), path)


def test_own_pages_need_a_sign_in_and_stay_out_of_caches(app: Flask, person: Person, client: FlaskClient) -> None:
    assert client.get("/me").status_code == 302
    assert sign_in(app, person).get("/me").headers["Cache-Control"] == "no-store"


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


def answers(module: Module, wrong: int = 0) -> dict[str, object]:
    given = {f"q-{question}": keys for question, keys in right_answers(module, wrong).items()}
    return {"seed": "s", **given}


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


def test_courses_tries_and_messages_of_others_are_not_found(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    mine = sign_in(app, person).post(f"/me/training/{modules[1].id}", data=answers(modules[1])).headers["Location"]
    message = make_message(person)
    builder = make_person("Bea Uld", roles=(TrainingRole.BUILDER,))
    stranger = sign_in(app, builder)
    assert stranger.get(f"/me/training/{modules[0].id}").status_code == 404
    assert stranger.post(f"/me/training/{modules[0].id}/completion").status_code == 404
    colleague = sign_in(app, make_person("Cor Lega"))
    assert colleague.get(f"/me/training/{modules[0].id}").status_code == 200
    assert colleague.get(mine).status_code == 404
    assert colleague.get(f"/me/messages/{message.id}").status_code == 404


def make_message(person: Person, subject: str = "Why we start with {{ department }}") -> Delivery:
    mailing = Mailing(
        kind=MailingKind.COMMUNICATION,
        subject=subject,
        text="Dear {{ first_name }},\n\nhere is what changes.\n\n- One\n- Two",
        html="<p>Dear {{ first_name }}</p>",
        sender_name="Margaret Leclerc",
        built_at=clock.now(),
    )
    delivery = Delivery(
        mailing=mailing,
        person=person,
        address=person.email,
        filled={"first_name": person.first_name, "department": "Claims"},
        state=DeliveryState.SENT,
        queued_at=clock.now(),
        due_at=clock.now(),
        sent_at=clock.now(),
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def test_messages_are_read_as_they_were_sent(app: Flask, person: Person, wave: Wave) -> None:
    delivery = make_message(person)
    client = sign_in(app, person)
    assert "Message: Why we start with Claims" in text_of(client, "/me")
    assert "From Margaret Leclerc" in text_of(client, "/me/messages")
    page = text_of(client, f"/me/messages/{delivery.id}")
    assert "<h1>Why we start with Claims</h1>" in page
    assert f"<p>Dear {person.first_name},</p>" in page
    assert "<li>One</li>" in page


def test_a_message_whose_values_were_let_go_is_shown_with_a_stand_in(
    app: Flask, person: Person, wave: Wave, frozen: time_machine.Traveller
) -> None:
    delivery = make_message(person)
    delivery.mailing.html = (
        '<!--text--><p>Dear {{ first_name }}, <a href="{{ training_link }}">learn</a></p><!--/text-->'
    )
    keep_for(RecordKind.DELIVERIES, 60, by=TESTER)
    frozen.shift(timedelta(days=61))
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 1}
    client = sign_in(app, person)
    assert "Why we start with […]" in text_of(client, "/me/messages")
    page = text_of(client, f"/me/messages/{delivery.id}")
    assert '<p>Dear […], <a rel="noopener noreferrer nofollow">learn</a></p>' in page
    assert "deleted 60 days after the message went out. […] marks their places" in page
    assert "<dt>To</dt>" not in page


def test_what_still_waits_to_be_sent_keeps_its_values(
    app: Flask, person: Person, frozen: time_machine.Traveller
) -> None:
    make_message(person).state = DeliveryState.QUEUED
    keep_for(RecordKind.DELIVERIES, 60, by=TESTER)
    frozen.shift(timedelta(days=61))
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 0}


def test_no_messages_is_said_in_words(app: Flask, person: Person) -> None:
    assert "No messages yet" in text_of(sign_in(app, person), "/me/messages")


def test_manager_sees_own_team_and_nobody_else(app: Flask, wave: Wave, person: Person, modules: list[Module]) -> None:
    manager = make_person("Mara Boss", roles=())
    person.manager_id = manager.id
    make_person("Some Body")
    wave.training_due_on = clock.now().date() - timedelta(days=1)
    wave.stabilises_until_on = None
    client = sign_in(app, manager)
    page = text_of(client, "/me/team")
    assert "One person is overdue. 0 of 1 have finished what is asked of them." in page
    silent = make_person("Sil Ent", roles=(TrainingRole.BUILDER,))
    silent.manager_id = manager.id
    db.session.flush()
    assert "0 of 1 have finished what is asked of them." in text_of(client, "/me/team")
    assert person.name in page
    assert "Some Body" not in page
    assert sign_in(app, person).get("/me/team").status_code == 403


def test_time_zone_is_chosen_and_nonsense_is_refused(app: Flask, person: Person) -> None:
    client = sign_in(app, person)
    assert client.post("/me/timezone", data={"timezone": "Pacific/Auckland"}).status_code == 303
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    assert account.timezone == "Pacific/Auckland"
    assert "Auckland time" in text_of(client, "/me/timezone")
    assert client.post("/me/timezone", data={"timezone": "Mars/Olympus"}).status_code == 422
    assert client.post("/me/timezone", data={"timezone": ""}).status_code == 303
    db.session.expire_all()
    assert account.timezone is None


def test_address_to_return_to_never_leaves_the_service(app: Flask, person: Person) -> None:
    client = sign_in(app, person)
    away = client.post("/me/timezone?next=//elsewhere.example.com/", data={"timezone": "UTC"})
    assert away.headers["Location"] == "/me/timezone"
    assert client.post("/me/timezone?next=/me", data={"timezone": "UTC"}).headers["Location"] == "/me"


@pytest.mark.parametrize(("language", "turned"), [("he", ' dir="rtl"'), ("ar-EG", ' dir="rtl"'), ("pl", "")])
def test_a_message_leans_as_its_language_is_written(
    app: Flask, person: Person, wave: Wave, language: str, turned: str
) -> None:
    delivery = make_message(person)
    delivery.mailing.language, delivery.mailing.asks_confirmation = language, True
    db.session.commit()
    client = sign_in(app, person)
    page = text_of(client, f"/me/messages/{delivery.id}")
    assert f'<h1 lang="{language}"{turned}>Why we start with Claims</h1>' in page
    assert f'<div class="prose" lang="{language}"{turned}>' in page
    assert f'<span lang="{language}"{turned}>Why we start with Claims</span>' in text_of(client, "/me/messages")
    assert f'lang="{language}"{turned}>Why we start with Claims</a>' in text_of(client, "/me")
