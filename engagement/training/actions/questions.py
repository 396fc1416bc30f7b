"""Edits the questions of a module one by one; they are blocks at the end of its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from engagement.audit import Actor
from engagement.content import quiz
from engagement.content.quiz import Choice, Question
from engagement.errors import BadInput, NotFound
from engagement.training.actions.modules import edit_module
from engagement.training.models import Module
from engagement.training.rules import RECOGNISE_WRONG, short_name

MOST_CHOICES, LONGEST_QUESTION = 8, 500


@dataclass(frozen=True)
class Answer:
    """A choice as its author writes it; without any text it is ignored."""

    text: str
    why: str
    is_right: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.why.strip())


def put_question(
    module: Module, text: str, answers: Sequence[Answer], *, trains_recognising: bool, instead_of: str = "", by: Actor
) -> Question:
    """Add a question to a module, or replace the one with the id `instead_of`, which keeps its id.

    With several right answers, all of them have to be chosen. Raises BadInput, with a sentence for "text" and for each
    answer as "answer-1" and so on, for a question that nobody could answer; NotFound when the old question is gone.
    """
    _check(text, answers)
    there = {question.id: question for question in module.questions}
    if instead_of and instead_of not in there:
        raise NotFound("This question was taken out meanwhile.")
    question_id = instead_of or _free_id(text, there)
    right = sum(answer.is_right for answer in answers if not answer.is_empty)
    tags = there[instead_of].tags if instead_of else frozenset()
    question = Question(
        question_id,
        " ".join(text.split()),
        tuple(_choice(question_id, answer) for answer in answers if not answer.is_empty),
        several=right > 1,
        tags=tags | {RECOGNISE_WRONG} if trains_recognising else tags - {RECOGNISE_WRONG},
    )
    _save(module, quiz.with_question(module.body, question, instead_of), by)
    return question


def take_out_question(module: Module, question_id: str, *, by: Actor) -> None:
    """Remove a question; a module without any is finished on the reader's own word."""
    _save(module, quiz.without_question(module.body, question_id), by)


def _save(module: Module, body: str, by: Actor) -> None:
    edit_module(
        module,
        from_version=module.version,
        title=module.title,
        summary=module.summary,
        body=body,
        minutes=module.minutes,
        pass_mark=module.pass_mark,
        by=by,
    )


def _free_id(text: str, there: dict[str, Question]) -> str:
    stem = short_name(text) or "question"
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(free for free in numbered if free not in there)


def _choice(question_id: str, answer: Answer) -> Choice:
    text = " ".join(answer.text.split())
    return Choice(quiz.choice_key(question_id, text), text, answer.is_right, " ".join(answer.why.split()))


def _check(text: str, answers: Sequence[Answer]) -> None:
    problems: dict[str, str] = {}
    if not text.strip() or len(text) > LONGEST_QUESTION:
        problems["text"] = f"Write the question, at most {LONGEST_QUESTION} characters."
    seen: set[str] = set()
    for number, answer in enumerate(answers, 1):
        words = " ".join(answer.text.split())
        if answer.is_empty and answer.is_right:
            problems[f"answer-{number}"] = (
                "This one is marked as right, but nothing is written. Write it, or take the mark away."
            )
        elif answer.is_empty:
            continue
        elif not words or not answer.why.strip():
            problems[f"answer-{number}"] = "Write both: the answer, and why it is right or not."
        elif max(len(answer.text), len(answer.why)) > LONGEST_QUESTION:
            problems[f"answer-{number}"] = f"Use at most {LONGEST_QUESTION} characters for each of the two."
        elif words in seen:
            problems[f"answer-{number}"] = "The same answer stands above. Write another one, or leave this empty."
        seen.add(words)
    written = [answer for answer in answers if not answer.is_empty]
    if not 2 <= len(written) <= MOST_CHOICES:
        problems.setdefault("answer-1", f"Write two answers at least, and {MOST_CHOICES} at most.")
    if not any(answer.is_right for answer in written):
        problems.setdefault("answer-1", "Mark the answer that is right, or all that are.")
    if problems:
        raise BadInput("The question can’t be saved like this.", problems)
