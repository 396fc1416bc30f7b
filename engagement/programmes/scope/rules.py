"""Whom a scope statement is for, what it has to say before it is published, and its question."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from engagement.content.question import ReaderQuestion
from engagement.people.rules import TrainingRole
from engagement.programmes.rules import SCOPE_QUESTIONS
from engagement.vocabulary import Worded
from engagement.words import lines_of

LONGEST_TEXT = 5_000


class StatementFor(Worded):
    """Whom a statement is for: everybody, or those with one training role, who then read theirs instead."""

    EVERYBODY = "everybody", "All roles"
    USER = "user"
    BUILDER = "builder"
    SUPPORT = "support"
    LEADER = "leader"

    @property
    def phrase(self) -> str:
        """The readers in the middle of a sentence."""
        return "all roles" if self is StatementFor.EVERYBODY else f"the role {self.word.lower()}"


@dataclass(frozen=True)
class Answer:
    """A question of a statement with its points; `then`, under the signs that something is wrong, is what to do."""

    question: str
    points: list[str]
    then: list[str]


@dataclass(frozen=True)
class StatementTexts:
    """What a statement says, under the same names in its form and its row.

    `answers` has one answer a line, `right_answer` is the number of the right one; without a question both are empty.
    `changed` says what is new since the version before.
    """

    system_does: str = ""
    people_do: str = ""
    who_decides: str = ""
    signs_of_error: str = ""
    then_do: str = ""
    about_the_job: str = ""
    question: str = ""
    answers: str = ""
    right_answer: int | None = None
    why: str = ""
    changed: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the five questions have an answer."""
        return all(lines_of(getattr(self, field)) for field, _ in SCOPE_QUESTIONS)


FIELDS = tuple(field.name for field in fields(StatementTexts))


def applying(published: Collection[StatementFor], roles: Collection[TrainingRole]) -> list[StatementFor]:
    """Return which of the published statements are for somebody with these roles.

    It is that of each role, and the one for all roles where a role has none of its own, or the person has no role.
    """
    own = [StatementFor(role) for role in TrainingRole if role in roles and StatementFor(role) in published]
    needs_common = len(own) < len(set(roles)) or not roles
    common = [StatementFor.EVERYBODY] if needs_common and StatementFor.EVERYBODY in published else []
    return common + own


def limits_passed(said: StatementTexts) -> dict[str, str]:
    """Return, by field, what is too long to be kept even as a draft."""
    problems = {}
    for name in FIELDS:
        text = getattr(said, name)
        if isinstance(text, str) and len(text) > LONGEST_TEXT:
            problems[name] = f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."
    return problems


def lacking(said: StatementTexts, *, follows_another: bool) -> dict[str, str]:
    """Return, by field, what keeps a statement from being published.

    The five questions are answered; a question to its readers is whole or left out; what follows another version says what changed.
    """
    problems = {
        field: "Answer this first. Where it isn’t said, people fear the worst."
        for field, _ in SCOPE_QUESTIONS
        if not lines_of(getattr(said, field))
    }
    if follows_another and not said.changed.strip():
        problems["changed"] = "Say what is new. Whoever confirmed the version before is asked to confirm again."
    return problems | ReaderQuestion(said.question, said.answers, said.right_answer, said.why).problems
