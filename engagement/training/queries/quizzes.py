"""Reads of quizzes: the sheet of a person's next try, and what came of a try."""

from dataclasses import dataclass

from sqlalchemy import func, select

from engagement.content import quiz
from engagement.content.quiz import Choice, Question
from engagement.db import db
from engagement.training.models import Module, QuizAttempt
from engagement.training.rules import is_passed, score_of


@dataclass(frozen=True)
class QuizSheet:
    """A module's questions in the order in which one person sees them on one try; `seed` brings the same order back."""

    seed: str
    questions: tuple[Question, ...]


def quiz_sheet(person_id: int, module: Module, seed: str | None = None) -> QuizSheet:
    """Return the sheet of a person's next try, or the one with this `seed` again.

    The order differs from person to person and from try to try, and stays while a page is only reloaded.
    """
    if seed is None:
        tries = select(func.count()).where(QuizAttempt.person_id == person_id, QuizAttempt.module_id == module.id)
        seed = f"{person_id}.{module.id}.{module.version}.{db.session.scalar(tries) or 0}"
    return QuizSheet(seed[:80], quiz.shuffled(module.questions, seed[:80]))


@dataclass(frozen=True)
class JudgedQuestion:
    """A question with the keys that were chosen, and whether that was right.

    `shown` are the choices to talk about: those that were made, and once the quiz is passed also the right ones that were
    left out. Before that they stay hidden, so that the next try is a thought and not a copy.
    """

    question: Question
    chosen: frozenset[str]
    is_right: bool
    shown: tuple[Choice, ...]


@dataclass(frozen=True)
class QuizOutcome:
    """What came of one try. `score` is the share of right answers in whole percent, rounded down."""

    attempt_id: int
    right: int
    asked: int
    pass_mark: int
    is_passed: bool
    judged: tuple[JudgedQuestion, ...]

    @property
    def score(self) -> int:
        """The share of right answers in whole percent, rounded down."""
        return score_of(self.right, self.asked)

    @property
    def right_needed(self) -> int:
        """How many answers have to be right to pass."""
        return next(n for n in range(self.asked + 1) if is_passed(n, self.asked, self.pass_mark))


def outcome_of(attempt: QuizAttempt, module: Module) -> QuizOutcome:
    """Return a stored try for its result page, in the order of its sheet; questions that were taken out since are left out."""
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
    """Return one of a person's own tries at a module, None for somebody else's."""
    return db.session.scalar(
        select(QuizAttempt).where(
            QuizAttempt.id == attempt_id, QuizAttempt.person_id == person_id, QuizAttempt.module_id == module_id
        )
    )
