"""What a role has to learn is arranged here: kinds, order, what comes first, and a choice; questions are written one by one."""

import pytest
from factories import TESTER, make_person, make_programme, make_wave
from flask import Flask

from engagement import clock
from engagement.content import quiz
from engagement.db import db
from engagement.errors import BadInput, NotFound
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.actions.curricula import Place, arrange_curriculum
from engagement.training.actions.library import settle_library
from engagement.training.actions.modules import write_module
from engagement.training.actions.questions import Answer, put_question, take_out_question
from engagement.training.models import CurriculumItem, Module
from engagement.training.queries.curricula import curricula, curriculum
from engagement.training.queries.library import LibraryNews, library_news
from engagement.training.queries.progress import wave_progress
from engagement.training.rules import RECOGNISE_WRONG, CompletionSource, ItemKind
from tests.training.courses import make_module

REQUIRED, OPTIONAL, CHOICE = ItemKind.REQUIRED, ItemKind.OPTIONAL, ItemKind.CHOICE
USER = TrainingRole.USER


def arrange(*places: Place, needed: int = 0, role: TrainingRole = USER) -> None:
    arrange_curriculum(role, places, needed, by=TESTER)


def shown(role: TrainingRole = USER) -> list[tuple[str, ItemKind, str | None]]:
    lines = curriculum(role).lines
    return [(line.module.slug, line.kind, line.after.slug if line.after else None) for line in lines]


def test_a_curriculum_is_made_and_changed_and_keeps_the_items_that_stay(app: Flask) -> None:
    one, two, three = (make_module(slug) for slug in ("one", "two", "three"))
    arrange(Place(one, REQUIRED), Place(two, REQUIRED, one))
    kept = {item.module_id: item.id for item in db.session.query(CurriculumItem)}
    arrange(Place(three, REQUIRED), Place(one, OPTIONAL, three))
    assert shown() == [("three", REQUIRED, None), ("one", OPTIONAL, "three")]
    assert db.session.query(CurriculumItem).filter_by(module_id=one.id).one().id == kept[one.id]
    arrange()
    assert shown() == []
    assert shown(TrainingRole.LEADER) == []


def test_what_was_finished_counts_when_a_curriculum_is_arranged_anew(app: Flask) -> None:
    one, two, three = (make_module(slug) for slug in ("one", "two", "three"))
    arrange(Place(one, REQUIRED))
    person = make_person()
    wave = make_wave(make_programme(), members=[person])
    settle_assignments(clock.now())
    record_completion(person, one, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    arrange(Place(one, REQUIRED), Place(two, CHOICE), Place(three, CHOICE), needed=1)
    assert wave_progress(wave.id).finished == 0
    record_completion(person, three, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    assert wave_progress(wave.id).finished == 1


@pytest.mark.parametrize(
    ("kinds", "needed", "problem"),
    [
        ([CHOICE], 1, "One course alone is no choice"),
        ([CHOICE, CHOICE], 0, "how many of the 2 courses"),
        ([CHOICE, CHOICE], 3, "how many of the 2 courses"),
        ([CHOICE, CHOICE], -1, "how many of the 2 courses"),
        ([REQUIRED, OPTIONAL], 1, "No course is one of a choice"),
    ],
)
def test_a_choice_that_nobody_could_make_is_refused(
    app: Flask, kinds: list[ItemKind], needed: int, problem: str
) -> None:
    places = [Place(make_module(f"m{n}"), kind) for n, kind in enumerate(kinds)]
    with pytest.raises(BadInput) as refused:
        arrange(*places, needed=needed)
    assert problem in refused.value.problems["choices_needed"]
    assert shown() == []


@pytest.mark.parametrize(
    ("first", "then", "is_fine"),
    [
        (REQUIRED, REQUIRED, True),
        (REQUIRED, OPTIONAL, True),
        (OPTIONAL, OPTIONAL, True),
        (OPTIONAL, REQUIRED, False),
    ],
)
def test_nothing_waits_for_what_people_may_leave_out(
    app: Flask, first: ItemKind, then: ItemKind, is_fine: bool
) -> None:
    one, two = make_module("one"), make_module("two")
    if is_fine:
        arrange(Place(one, first), Place(two, then, one))
        assert shown() == [("one", first, None), ("two", then, "one")]
    else:
        with pytest.raises(BadInput) as refused:
            arrange(Place(one, first), Place(two, then, one))
        assert list(refused.value.problems) == [str(two.id)]


def test_what_comes_first_stands_above_so_that_no_circle_can_be(app: Flask) -> None:
    one, two = make_module("one"), make_module("two")
    for places in ([Place(one, REQUIRED, two), Place(two, REQUIRED, one)], [Place(one, REQUIRED, one)]):
        with pytest.raises(BadInput) as refused:
            arrange(*places)
        assert list(refused.value.problems) == [str(one.id)]
    other = make_module("elsewhere")
    with pytest.raises(BadInput):
        arrange(Place(one, REQUIRED, other))


def test_the_library_leaves_a_curriculum_alone_that_was_arranged_here(app: Flask) -> None:
    settle_library(by=TESTER)
    lines = curriculum(USER).lines
    arrange(Place(lines[1].module, REQUIRED))
    lines[0].module.library_fingerprint = "an earlier file"
    builder = curriculum(TrainingRole.BUILDER).lines[0]
    builder.item.kind, builder.module.library_fingerprint = OPTIONAL, "an earlier file"
    assert settle_library(by=TESTER).renewed == 2
    assert [slug for slug, *_ in shown()] == ["when-it-is-wrong"]
    assert shown(TrainingRole.BUILDER)[0][1] is REQUIRED


def test_library_news_say_what_is_new_and_what_has_changed(app: Flask) -> None:
    assert library_news() == LibraryNews(8, 0)
    settle_library(by=TESTER)
    assert library_news() == LibraryNews(0, 0)
    lines = curriculum(USER).lines
    lines[0].module.library_fingerprint = "an earlier file"
    assert library_news() == LibraryNews(0, 1)
    lines[0].module.edited_at = clock.now()
    assert library_news() == LibraryNews(0, 0)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Reading a suggestion", "reading-a-suggestion"),
        ("Prüfen & zurückgeben", "prufen-zuruckgeben"),
        ("Don't accept it", "dont-accept-it"),
        ("New", "new-2"),
        ("日本語", "course"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_new_module_gets_an_address_of_its_own(app: Flask, title: str, slug: str) -> None:
    made = [write_module(title, "", "Text", minutes=5, pass_mark=80, by=TESTER) for _ in range(2)]
    assert made[0].slug == slug
    assert made[1].slug not in ("new", slug)
    assert (made[0].edited_by, made[0].version, made[0].library_fingerprint) == ("The tests", 1, None)
    assert db.session.query(Module).filter_by(slug=slug).one() is made[0]


def ask(module: Module, text: str = "What do you do first?", **changes: object) -> quiz.Question:
    answers = [Answer("Read it: all of it", "You # know", True), Answer("No", "- not yet"), Answer("", "")]
    values = {"answers": answers, "trains_recognising": True, **changes}
    return put_question(module, text, by=TESTER, **values)  # type: ignore[arg-type]


def test_questions_are_written_changed_and_taken_out_without_touching_the_text(app: Flask) -> None:
    module = write_module("A course", "", "## Text\n\nWords.", minutes=5, pass_mark=80, by=TESTER)
    first = ask(module)
    second = ask(module, 'Is "yes: no" an answer? [true]', trains_recognising=False)
    assert module.questions == (first, second)
    assert (first.several, first.tags, second.tags) == (False, frozenset({RECOGNISE_WRONG}), frozenset())
    assert [choice.text for choice in first.choices] == ["Read it: all of it", "No"]
    assert module.text == "## Text\n\nWords.\n"
    several = [Answer("a", "why a", True), Answer("b", "why b", True), Answer("c", "why c")]
    changed = ask(module, "Which two?", answers=several, instead_of=first.id)
    assert (changed.id, changed.several) == (first.id, True)
    assert module.questions == (changed, second)
    take_out_question(module, changed.id, by=TESTER)
    assert module.questions == (second,)
    take_out_question(module, second.id, by=TESTER)
    assert (module.questions, module.text) == ((), "## Text\n\nWords.\n")
    with pytest.raises(NotFound):
        ask(module, instead_of=first.id)


def test_a_question_of_the_library_keeps_its_id_its_tags_and_its_neighbours(app: Flask) -> None:
    settle_library(by=TESTER)
    for plan in curricula().values():
        for line in plan.lines:
            module, before = line.module, line.module.questions
            for question in before:
                body = quiz.with_question(module.body, question, question.id)
                assert quiz.split(body) == (module.text, before)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([Answer("a", "b", True)], "answer-1"),
        ([Answer("a", "b"), Answer("c", "d")], "answer-1"),
        ([Answer("a", "b", True), Answer("c", "")], "answer-2"),
        ([Answer("a", "b", True), Answer("", "d")], "answer-2"),
        ([Answer("a", "b", True), Answer(" a ", "d")], "answer-2"),
        ([Answer("a", "b"), Answer("c", "d"), Answer("", "", True)], "answer-3"),
        ([Answer("a" * 501, "b", True), Answer("c", "d")], "answer-1"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused_at_its_answer(
    app: Flask, answers: list[Answer], field: str
) -> None:
    module = make_module("plain")
    with pytest.raises(BadInput) as refused:
        ask(module, answers=answers)
    assert field in refused.value.problems
    assert module.questions == ()
