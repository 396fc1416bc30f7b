"""From an empty database to a learner who passes: the library, a curriculum of one's own, a module that is written here."""

import html
import re
from datetime import timedelta

import pytest
from factories import make_account, make_change_manager, make_person, make_programme, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Module
from engagement.training.queries.curricula import curriculum
from engagement.training.queries.learning import learning_of
from engagement.training.rules import ItemKind, LearningState

TEXT = "## Before you accept\n\nCompare one fact with the original.\n\n- the name\n- the date\n"


def trainer() -> Account:
    return make_account("trainer@example.com", "Tra Iner", Role.TRAINER)


def fields_of(page: str) -> dict[str, str]:
    """Return what stands in the form of a page."""
    form = re.sub(r'<input(?=[^>]*type="(?:checkbox|radio)")(?![^>]*checked)[^>]*>', "", page[page.index("<main") :])
    typed = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', form)
    texts = re.findall(r'<textarea[^>]*\bname="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL)
    chosen = re.findall(r'<select[^>]*\bname="([^"]+)".*?<option selected value="([^"]*)"', form, re.DOTALL)
    return {name: html.unescape(value) for name, value in [*typed, *texts, *chosen]}


def save(client: FlaskClient, path: str, **typed: object) -> str:
    """Send the form of a page with what is typed; returns where it leads."""
    form = fields_of(client.get(path).get_data(as_text=True)) | {name: str(value) for name, value in typed.items()}
    answer = client.post(path, data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return str(answer.location)


@pytest.mark.parametrize("make_reader", [trainer, make_change_manager])
def test_from_an_empty_database_to_a_learner_who_passes(app: Flask, make_reader: object) -> None:
    client = signed_in(app, make_reader())  # type: ignore[operator]
    empty = client.get("/training").get_data(as_text=True)
    assert "Take over the starter library" in empty
    assert empty.count("No curriculum yet") == 4

    # One button
    assert client.post("/training/library").status_code == 303
    full = client.get("/training").get_data(as_text=True)
    assert "The starter library is taken over: 8 new courses" in full
    assert ("No curriculum yet" in full, "Take over the starter library" in full) == (False, False)

    # A module of one's own, with its questions
    written = save(
        client,
        "/training/modules/new",
        title="Checking letters",
        summary="How a letter is checked.",
        body=TEXT,
        minutes=5,
        pass_mark=50,
    )
    assert written == "/training/modules/checking-letters"
    assert "no curriculum has it yet" in client.get(written).get_data(as_text=True)
    for number in (1, 2):
        question = {"text": f"Question {number}?", "trains_recognising": "y", "right_1": "y"}
        answers = {"answer_1": "The original", "why_1": "It is the source.", "answer_2": "Nothing", "why_2": "A guess."}
        assert save(client, f"{written}/questions/new", **question, **answers) == written
    page = client.get(written).get_data(as_text=True)
    assert page.count("Recognising when it is wrong") == 2
    module = db.session.query(Module).filter_by(slug="checking-letters").one()

    # The curriculum: the new one first, one out, the other after it
    first, second = (line.module for line in curriculum(TrainingRole.USER).lines)
    save(
        client,
        "/training/curricula/user/editing",
        **{
            f"kind_{module.id}": "required",
            f"place_{module.id}": 1,
            f"kind_{first.id}": "",
            f"after_{second.id}": module.id,
        },
    )
    lines = curriculum(TrainingRole.USER).lines
    assert [(line.module.slug, line.kind) for line in lines] == [
        ("checking-letters", ItemKind.REQUIRED),
        ("when-it-is-wrong", ItemKind.REQUIRED),
    ]
    assert lines[1].after is module

    # A learner in a wave takes it and passes
    person = make_person("Ana Lima", email="ana@example.com")
    account = make_account("ana@example.com", "Ana Lima")
    account.person_id = person.id
    wave = make_wave(make_programme(), members=[person], go_live_on=clock.now().date() + timedelta(days=30))
    settle_assignments(clock.now())
    db.session.commit()
    learner = signed_in(app, account)
    assert "Checking letters" in learner.get("/me").get_data(as_text=True)
    pass_quiz(learner, module)
    assert [item.state for item in learning_of(person.id)] == [LearningState.DONE, LearningState.OPEN]
    pass_quiz(learner, second)
    client = signed_in(app, db.session.get_one(Account, client_id(make_reader)))
    assert "100\N{NO-BREAK SPACE}%, 1 of 1" in client.get(f"/waves/{wave.id}/training").get_data(as_text=True)


def client_id(make_reader: object) -> int:
    address = "trainer@example.com" if make_reader is trainer else "ines@example.com"
    return db.session.query(Account).filter_by(email=address).one().id


def pass_quiz(learner: FlaskClient, module: Module) -> None:
    page = learner.get(f"/me/training/{module.id}").get_data(as_text=True)
    seed = re.search(r'name="seed" value="([^"]+)"', page)
    assert seed
    right = {f"q-{question.id}": sorted(question.right_keys) for question in module.questions}
    answer = learner.post(f"/me/training/{module.id}", data={"seed": seed[1], **right}, follow_redirects=True)
    assert "Passed: " in answer.get_data(as_text=True)


def test_a_refused_question_and_curriculum_keep_what_was_typed_and_say_where(app: Flask) -> None:
    client = signed_in(app, make_change_manager())
    client.post("/training/library")
    slug = curriculum(TrainingRole.USER).lines[0].module.slug
    form = {"text": "Kept words?", "answer_1": "Only one", "why_1": "Why"}
    answer = client.post(f"/training/modules/{slug}/questions/new", data=form)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "Kept words?" in page, 'id="answer_1-error"' in page) == (422, True, True)

    first, second = (line.module for line in curriculum(TrainingRole.USER).lines)
    path = "/training/curricula/user/editing"
    typed = fields_of(client.get(path).get_data(as_text=True)) | {f"kind_{first.id}": "optional"}
    answer = client.post(path, data=typed)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, f'id="after_{second.id}-error"' in page) == (422, True)
    assert client.post(path, data=typed | {f"after_{second.id}": "", "preview": "1"}).status_code == 200
    assert curriculum(TrainingRole.USER).lines[0].kind is ItemKind.REQUIRED


def test_a_curriculum_that_somebody_else_changed_is_not_written_over(app: Flask) -> None:
    client = signed_in(app, make_change_manager())
    client.post("/training/library")
    first, second = (line.module for line in curriculum(TrainingRole.USER).lines)
    path = "/training/curricula/user/editing"
    mine = fields_of(client.get(path).get_data(as_text=True))
    save(client, path, **{f"kind_{second.id}": "optional"})
    answer = client.post(path, data=mine | {f"kind_{first.id}": "optional", f"after_{second.id}": ""})
    assert answer.status_code == 422
    assert [line.kind for line in curriculum(TrainingRole.USER).lines] == [ItemKind.REQUIRED, ItemKind.OPTIONAL]


WRITING = ["modules/new", "modules/{}/questions/new", "modules/{}/questions/{}", "curricula/user/editing"]


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.SPONSOR, Role.ADMINISTRATOR])
def test_who_does_not_train_writes_nothing(app: Flask, role: Role | None) -> None:
    client = signed_in(app, make_change_manager())
    client.post("/training/library")
    module = curriculum(TrainingRole.USER).lines[0].module
    question = module.questions[0].id
    other = signed_in(app, make_account("other@example.com", "O Ther", *([role] if role else [])))
    for path in WRITING:
        assert other.get(f"/training/{path.format(module.slug, question)}").status_code == 403, path
    assert other.post("/training/library").status_code == 403
    assert other.post(f"/training/modules/{module.slug}/questions/{question}/removal").status_code == 403
