"""Reads of quizzes: the sheet of a person's next attempt, and the outcome of an attempt."""

from dataclasses import dataclass

from sqlalchemy import func, select

from engagement.content import quiz
from engagement.content.quiz import Choice, Question
from engagement.db import db
from engagement.training.models import Module, QuizAttempt
from engagement.training.rules import is_passed, score_of


@dataclass(frozen=True)
class QuizSheet:
    """A module's questions in the order for one person's attempt; `seed` reproduces the order."""

    seed: str
    questions: tuple[Question, ...]


def quiz_sheet(person_id: int, module: Module, seed: str | None = None) -> QuizSheet:
    """Return the sheet of a person's next attempt, or the one with this `seed` again.

    The order differs between people and attempts, and stays the same when a page is reloaded.
    """
    if seed is None:
        tries = select(func.count()).where(QuizAttempt.person_id == person_id, QuizAttempt.module_id == module.id)
        seed = f"{person_id}.{module.id}.{module.version}.{db.session.scalar(tries) or 0}"
    return QuizSheet(seed[:80], quiz.shuffled(module.questions, seed[:80]))


@dataclass(frozen=True)
class JudgedQuestion:
    """A question with the chosen keys, and whether they were right.

    `shown` are the choices to explain: the chosen ones and, once the quiz is passed, the right ones that were missed.
    Before that these stay hidden, so that people think at the next attempt instead of copying.
    """

    question: Question
    chosen: frozenset[str]
    is_right: bool
    shown: tuple[Choice, ...]


@dataclass(frozen=True)
class QuizOutcome:
    """The outcome of one attempt. `score` is the share of right answers in whole percent, rounded down."""

    attempt_id: int
    right: int
    asked: int
    pass_mark: int
    is_passed: bool
    judged: tuple[JudgedQuestion, ...]

    @property
    def score(self) -> int:
        return score_of(self.right, self.asked)

    @property
    def right_needed(self) -> int:
        """How many right answers pass."""
        return next(n for n in range(self.asked + 1) if is_passed(n, self.asked, self.pass_mark))


def outcome_of(attempt: QuizAttempt, module: Module) -> QuizOutcome:
    """Return a stored attempt for its result page, in the order of its sheet, without questions removed since."""
    asked = {question.id: question for question in module.questions}
    judged = tuple(
        _judged(asked[question_id], chosen, attempt.is_passed)
        for question_id, chosen in attempt.answers.items()
        if question_id in asked
    )
    return QuizOutcome(attempt.id, attempt.right, attempt.asked, module.pass_mark, attempt.is_passed, judged)


def _judged(question: Question, chosen: list[str], may_tell: bool) -> JudgedQuestion:
    by_key = {choice.key: choice for choice in question.choices}
    left_out = [c for c in question.choices if may_tell and c.is_right and c.key not in chosen]
    shown = (*(by_key[key] for key in chosen if key in by_key), *left_out)
    return JudgedQuestion(question, frozenset(chosen), question.is_answered_by(chosen), shown)


def attempt_of(person_id: int, module_id: int, attempt_id: int) -> QuizAttempt | None:
    """Return one of a person's own attempts at a module, None for somebody else's."""
    return db.session.scalar(
        select(QuizAttempt).where(
            QuizAttempt.id == attempt_id, QuizAttempt.person_id == person_id, QuizAttempt.module_id == module_id
        )
    )
