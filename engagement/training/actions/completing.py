"""Finishing modules: by a quiz, on a person's own word, or recorded by somebody else; each with its source."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.content import quiz
from engagement.db import db, insert_new, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.training.models import Completion, Module, QuizAttempt
from engagement.training.queries.learning import learning_item
from engagement.training.queries.quizzes import QuizOutcome, outcome_of
from engagement.training.rules import RECORDED_SOURCES, CompletionSource, is_passed
from engagement.verbs import Verb


def answer_quiz(
    person: Person, module: Module, answers: Mapping[str, Sequence[str]], seed: str, *, by: Actor
) -> QuizOutcome:
    """Judge a person's answers to a module's quiz, store the attempt, and record the completion if it passes.

    `answers` maps ids of questions to the keys chosen; `seed` is that of the sheet. The same sheet with the same
    answers is one attempt, however often it arrives. Raises RuleBroken when the module has no quiz, is not in the
    person's curricula, or another one comes first; BadInput, by question, for questions without an answer or no longer
    asked.
    """
    _refuse_unless_open(person, module)
    if not module.questions:
        raise RuleBroken(f"“{module.title}” has no questions. Say that you have read it instead.")
    given = _checked_answers(module, answers, seed)
    same = {question_id: sorted(keys) for question_id, keys in given.items()}
    fingerprint = sha256(json.dumps([module.version, seed, same], sort_keys=True).encode()).hexdigest()
    right = sum(question.is_answered_by(given[question.id]) for question in module.questions)
    asked = len(module.questions)
    passed = is_passed(right, asked, module.pass_mark)
    is_new = rows_changed(
        insert_new(QuizAttempt)
        .values(
            person_id=person.id,
            module_id=module.id,
            module_version=module.version,
            at=clock.now(),
            fingerprint=fingerprint,
            answers=given,
            right=right,
            asked=asked,
            is_passed=passed,
        )
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )
    attempt = db.session.scalars(
        select(QuizAttempt).where(
            QuizAttempt.person_id == person.id,
            QuizAttempt.module_id == module.id,
            QuizAttempt.fingerprint == fingerprint,
        )
    ).one()
    outcome = outcome_of(attempt, module)
    if is_new and passed:
        _record(person, module, CompletionSource.QUIZ, clock.now(), by, score=outcome.score)
    return outcome


def _checked_answers(module: Module, answers: Mapping[str, Sequence[str]], seed: str) -> dict[str, list[str]]:
    """Return the chosen keys by question, both in the order of the sheet, as the result page shows them."""
    problems = {}
    given = {}
    for question in quiz.shuffled(module.questions, seed):
        asked = set(answers.get(question.id, ()))
        chosen = [choice.key for choice in question.choices if choice.key in asked]
        if not asked:
            problems[question.id] = "Choose an answer."
        elif len(chosen) < len(asked):
            problems[question.id] = "This question was rewritten while you were reading. Choose again."
        elif len(chosen) > 1 and not question.several:
            problems[question.id] = "Choose one answer only."
        given[question.id] = chosen
    if problems:
        raise BadInput("Some questions are not answered yet.", problems)
    return given


def report_done(person: Person, module: Module, *, by: Actor) -> None:
    """Record on a person's own word that they finished a module; a second time on one day changes nothing.

    Raises RuleBroken for a module with a quiz, one outside the person's curricula, or one after an unfinished module.
    """
    _refuse_unless_open(person, module)
    if module.questions:
        raise RuleBroken(f"“{module.title}” ends with questions. It is done when you have passed them.")
    _record(person, module, CompletionSource.SELF_REPORT, clock.now(), by)


def record_completion(person: Person, module: Module, source: CompletionSource, *, on: date, by: Actor) -> None:
    """Record on a trainer's or a document's word that a person finished a module on a day, once a day at most.

    Stored as noon UTC of that day, which is the same day in almost every zone. Raises BadInput for a day in the future,
    RuleBroken for somebody who has left, a source that only the person can give, or a module after an unfinished one.
    """
    if source not in RECORDED_SOURCES:
        raise RuleBroken("A quiz and a person’s own word come from the person alone.")
    if on > clock.now().date() + timedelta(days=1):
        raise BadInput("The day lies ahead.", {"on": "Choose the day on which it was finished, today at the latest."})
    if person.has_left:
        raise RuleBroken(f"{person.name} has left.")
    item = learning_item(person.id, module.id)
    if item is not None and item.is_locked and item.after is not None:
        raise RuleBroken(f"{person.name} has to finish “{item.after.title}” first.")
    _record(person, module, source, datetime.combine(on, time(12), UTC), by)


def _refuse_unless_open(person: Person, module: Module) -> None:
    item = learning_item(person.id, module.id)
    if item is None:
        raise RuleBroken(f"“{module.title}” is not part of your training.")
    if item.is_locked and item.after is not None:
        raise RuleBroken(f"Finish “{item.after.title}” first; this course builds on it.")


def _record(
    person: Person, module: Module, source: CompletionSource, at: datetime, by: Actor, score: int | None = None
) -> None:
    added = rows_changed(
        insert_new(Completion)
        .values(
            person_id=person.id,
            module_id=module.id,
            module_version=module.version,
            source=source,
            score=score,
            completed_at=at,
            recorded_by=by.name[:401],
        )
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )
    if added:
        changes = {"completed": (None, at), "how": (None, source), "version": (None, module.version)}
        audit.record(Verb.RECORDED_COMPLETION, audit.about(module, person), by=by, **changes)
