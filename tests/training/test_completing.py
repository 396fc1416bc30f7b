"""Quizzes are judged exactly and stored once; completions have a source; what comes first is enforced."""

from datetime import date, timedelta

import pytest
import time_machine
from factories import TESTER, make_person
from flask import Flask
from sqlalchemy import func, select

from engagement import clock
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.completing import answer_quiz, record_completion, report_done
from engagement.training.models import Completion, Module, QuizAttempt
from engagement.training.queries.curricula import completed_count
from engagement.training.queries.learning import learning_item
from engagement.training.queries.quizzes import quiz_sheet
from engagement.training.rules import CompletionSource, ItemKind, is_passed, score_of
from tests.training.courses import make_curriculum, make_module, right_answers

REQUIRED = ItemKind.REQUIRED


@pytest.fixture
def person(app: Flask) -> Person:
    """A user."""
    return make_person()


def asked(*modules: Module) -> None:
    make_curriculum(TrainingRole.USER, *((module, REQUIRED) for module in modules))


def count(table: type[Completion] | type[QuizAttempt]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("right", "total", "mark", "passed"),
    [
        (2, 3, 66, True),
        (2, 3, 67, False),
        (4, 5, 80, True),
        (3, 4, 76, False),
        (0, 0, 50, False),
        (199, 200, 100, False),
    ],
)
def test_pass_mark_compares_the_unrounded_share(right: int, total: int, mark: int, passed: bool) -> None:
    assert is_passed(right, total, mark) is passed


def test_score_is_never_rounded_up() -> None:
    assert [score_of(2, 3), score_of(199, 200), score_of(3, 3), score_of(0, 0)] == [66, 99, 100, 0]


@pytest.mark.parametrize(("mark", "passed"), [(66, True), (67, False)])
def test_two_of_three_at_the_edge_of_the_mark(person: Person, mark: int, passed: bool) -> None:
    module = make_module("edge", 3, pass_mark=mark)
    asked(module)
    outcome = answer_quiz(person, module, right_answers(module, wrong=1), "s", by=TESTER)
    assert (outcome.right, outcome.asked, outcome.score, outcome.is_passed) == (2, 3, 66, passed)
    assert count(Completion) == int(passed)
    assert outcome.right_needed == (2 if passed else 3)


def test_passing_records_source_score_version_and_who(person: Person) -> None:
    module = make_module("reading", 2)
    asked(module)
    answer_quiz(person, module, right_answers(module), "s", by=TESTER)
    row = db.session.scalars(select(Completion)).one()
    assert (row.source, row.score, row.module_version, row.recorded_by) == (CompletionSource.QUIZ, 100, 1, "The tests")


def test_form_sent_twice_is_one_try(person: Person) -> None:
    module = make_module("reading", 2)
    asked(module)
    first = answer_quiz(person, module, right_answers(module), "s", by=TESTER)
    again = answer_quiz(person, module, right_answers(module), "s", by=TESTER)
    assert first == again
    assert (count(QuizAttempt), count(Completion)) == (1, 1)


def test_failing_may_be_repeated_until_it_is_passed(person: Person) -> None:
    module = make_module("reading", 2)
    asked(module)
    seeds = []
    for wrong in (2, 1, 0):
        seeds.append(quiz_sheet(person.id, module).seed)
        answer_quiz(person, module, right_answers(module, wrong), seeds[-1], by=TESTER)
    assert (count(QuizAttempt), count(Completion), len(set(seeds))) == (3, 1, 3)


def test_sheet_stays_the_same_until_the_next_try(person: Person) -> None:
    module = make_module("reading", 6)
    asked(module)
    sheet = quiz_sheet(person.id, module)
    assert quiz_sheet(person.id, module) == sheet
    assert quiz_sheet(person.id, module, sheet.seed) == sheet
    other = make_person("Ana Lima")
    assert quiz_sheet(other.id, module).questions != sheet.questions


def test_right_choices_that_were_missed_are_told_only_after_passing(person: Person) -> None:
    module = make_module("reading", 3, pass_mark=60)
    asked(module)
    failed = answer_quiz(person, module, right_answers(module, wrong=2), "s", by=TESTER)
    assert [c.is_right for judged in failed.judged if not judged.is_right for c in judged.shown] == [False, False]
    passed = answer_quiz(person, module, right_answers(module, wrong=1), "s", by=TESTER)
    assert [sorted(c.is_right for c in judged.shown) for judged in passed.judged] == [[False, True], [True], [True]]


def test_unanswered_double_and_unknown_answers_are_named_and_count_as_no_try(person: Person) -> None:
    module = make_module("reading", 3)
    asked(module)
    one, two, _ = module.questions
    given = {one.id: [c.key for c in one.choices], two.id: ["no such key"]}
    with pytest.raises(BadInput) as caught:
        answer_quiz(person, module, given, "s", by=TESTER)
    assert caught.value.problems == {
        "reading-0": "Choose one answer only.",
        "reading-1": "This question was rewritten while you were reading. Choose again.",
        "reading-2": "Choose an answer.",
    }
    assert count(QuizAttempt) == 0


def test_newer_version_is_a_second_completion_and_the_old_one_stays(person: Person) -> None:
    module = make_module("reading", 1)
    asked(module)
    answer_quiz(person, module, right_answers(module), "s", by=TESTER)
    module.version = 2
    (item,) = [i for i in [learning_item(person.id, module.id)] if i]
    assert (item.completed, item.has_changed_since) == (True, True)
    answer_quiz(person, module, right_answers(module), "t", by=TESTER)
    versions = db.session.scalars(select(Completion.module_version).order_by(Completion.module_version)).all()
    assert list(versions) == [1, 2]


def test_finishing_again_on_a_later_day_renews_and_the_newest_counts(
    person: Person, frozen: time_machine.Traveller
) -> None:
    quizzed, plain, attended = make_module("quizzed", 1), make_module("plain"), make_module("attended")
    asked(quizzed, plain, attended)
    first_at = clock.now()
    for _ in range(2):
        sheet = quiz_sheet(person.id, quizzed)
        answer_quiz(person, quizzed, right_answers(quizzed), sheet.seed, by=TESTER)
        report_done(person, plain, by=TESTER)
        record_completion(person, attended, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    assert count(Completion) == 3
    frozen.shift(timedelta(days=365))
    sheet = quiz_sheet(person.id, quizzed)
    answer_quiz(person, quizzed, right_answers(quizzed), sheet.seed, by=TESTER)
    report_done(person, plain, by=TESTER)
    record_completion(person, attended, CompletionSource.EVIDENCE, on=clock.now().date(), by=TESTER)
    # A record of a day that lies before is added, but is not the newest.
    record_completion(person, attended, CompletionSource.IMPORT, on=first_at.date() + timedelta(days=9), by=TESTER)
    assert count(Completion) == 7
    for module in (quizzed, plain, attended):
        item = learning_item(person.id, module.id)
        done = item.completion if item else None
        assert (done and done.completed_on, item and item.may_be_renewed) == (clock.now().date(), False)
        assert completed_count(module.id) == 1


def test_a_completion_of_an_earlier_day_may_be_renewed(person: Person, frozen: time_machine.Traveller) -> None:
    module = make_module("plain")
    asked(module)
    may = []
    for days in (0, 0, 1):
        frozen.shift(timedelta(days=days))
        item = learning_item(person.id, module.id)
        may.append(item is not None and item.may_be_renewed)
        report_done(person, module, by=TESTER)
    assert (may, count(Completion)) == ([False, False, True], 2)


def test_the_form_of_a_passed_quiz_sent_again_later_renews_nothing(
    person: Person, frozen: time_machine.Traveller
) -> None:
    module = make_module("quizzed", 1)
    asked(module)
    answer_quiz(person, module, right_answers(module), "s", by=TESTER)
    frozen.shift(timedelta(days=30))
    assert answer_quiz(person, module, right_answers(module), "s", by=TESTER).is_passed
    assert count(Completion) == 1


def test_what_comes_first_is_enforced_for_quiz_word_and_record(person: Person) -> None:
    first, second, third = make_module("first"), make_module("second", 1), make_module("third")
    make_curriculum(TrainingRole.USER, (first, REQUIRED), (second, REQUIRED, first), (third, REQUIRED, first))
    with pytest.raises(RuleBroken, match="Finish “First” first"):
        answer_quiz(person, second, right_answers(second), "s", by=TESTER)
    with pytest.raises(RuleBroken, match="Finish “First” first"):
        report_done(person, third, by=TESTER)
    with pytest.raises(RuleBroken, match="has to finish “First” first"):
        record_completion(person, third, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    report_done(person, first, by=TESTER)
    assert answer_quiz(person, second, right_answers(second), "s", by=TESTER).is_passed
    report_done(person, third, by=TESTER)
    assert count(Completion) == 3


def test_own_word_counts_once_and_only_without_a_quiz(person: Person) -> None:
    plain, quizzed = make_module("plain"), make_module("quizzed", 1)
    asked(plain, quizzed)
    report_done(person, plain, by=TESTER)
    report_done(person, plain, by=TESTER)
    assert db.session.scalars(select(Completion.source)).all() == [CompletionSource.SELF_REPORT]
    with pytest.raises(RuleBroken, match="ends with questions"):
        report_done(person, quizzed, by=TESTER)
    with pytest.raises(RuleBroken, match="has no questions"):
        answer_quiz(person, plain, {}, "s", by=TESTER)


def test_module_outside_ones_curricula_is_refused(person: Person) -> None:
    module = make_module("builders-only", 1)
    make_curriculum(TrainingRole.BUILDER, (module, REQUIRED))
    with pytest.raises(RuleBroken, match="not part of your training"):
        answer_quiz(person, module, right_answers(module), "s", by=TESTER)


def test_recorded_completion_keeps_day_source_and_recorder(person: Person) -> None:
    module = make_module("session", 1)
    asked(module)
    record_completion(person, module, CompletionSource.ATTENDANCE, on=date(2026, 3, 2), by=TESTER)
    record_completion(person, module, CompletionSource.ATTENDANCE, on=date(2026, 3, 2), by=TESTER)
    row = db.session.scalars(select(Completion)).one()
    assert (row.completed_at.date(), row.source, row.recorded_by) == (
        date(2026, 3, 2),
        CompletionSource.ATTENDANCE,
        "The tests",
    )


def test_recorded_completion_refuses_the_future_and_sources_of_the_person(person: Person) -> None:
    module = make_module("session")
    with pytest.raises(BadInput) as caught:
        record_completion(
            person, module, CompletionSource.EVIDENCE, on=clock.now().date() + timedelta(days=3), by=TESTER
        )
    assert list(caught.value.problems) == ["on"]
    with pytest.raises(RuleBroken, match="come from the person alone"):
        record_completion(person, module, CompletionSource.QUIZ, on=clock.now().date(), by=TESTER)
