"""The table of scope statements: a version for all roles or one, a draft until it is published, and then never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.content.models import Asking
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.programmes.models import Workflow
from engagement.programmes.rules import SCOPE_QUESTIONS
from engagement.programmes.scope.rules import FIELDS, Answer, StatementFor, StatementTexts
from engagement.words import lines_of


class ScopeStatement(Asking, Base):
    """A version of what a workflow changes for its readers, in answers with one point a line.

    `then_do`, what to do after an error, belongs to `signs_of_error`. A draft has no `published_at`; each workflow has at most one
    for each `role`. Of the published ones the highest number holds.
    """

    __tablename__ = "scope_statement"
    __table_args__ = (
        UniqueConstraint("workflow_id", "role", "number"),
        one_open("uq_scope_statement_draft", "workflow_id", "role", where="published_at IS NULL"),
        CheckConstraint("right_answer BETWEEN 1 AND 4", name="right_answer_range"),
        ADDRESSED,
    )

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"))
    role: Mapped[StatementFor] = mapped_column(word_of(StatementFor))
    number: Mapped[int]
    system_does: Mapped[str] = mapped_column(Text, default="")
    people_do: Mapped[str] = mapped_column(Text, default="")
    who_decides: Mapped[str] = mapped_column(Text, default="")
    signs_of_error: Mapped[str] = mapped_column(Text, default="")
    then_do: Mapped[str] = mapped_column(Text, default="")
    about_the_job: Mapped[str] = mapped_column(Text, default="")
    changed: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str | None] = mapped_column(short(401))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(short(401))

    workflow: Mapped[Workflow] = relationship()

    @property
    def is_draft(self) -> bool:
        """Whether nobody but its planners reads it yet."""
        return self.published_at is None

    @property
    def said(self) -> StatementTexts:
        """What it says, as one value."""
        return StatementTexts(**{field: getattr(self, field) for field in FIELDS})

    @property
    def scope(self) -> list[Answer]:
        """The answered questions in their fixed order."""
        every = [
            Answer(words, lines_of(getattr(self, field)), lines_of(self.then_do) if field == "signs_of_error" else [])
            for field, words in SCOPE_QUESTIONS
        ]
        return [answer for answer in every if answer.points]

    @property
    def unanswered_questions(self) -> list[str]:
        """The questions without an answer."""
        return [words for field, words in SCOPE_QUESTIONS if not lines_of(getattr(self, field))]

    @property
    def choices(self) -> list[str]:
        """The answers to its question, in order."""
        return self.asked.choices

    @property
    def asks(self) -> bool:
        """Whether it has a question to its readers."""
        return bool(self.question)
