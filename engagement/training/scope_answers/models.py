"""The table of answers to scope statements; the right one confirms the statement."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base, Key, UtcDateTime, one_open
from engagement.people.models import Person
from engagement.programmes.scope.models import ScopeStatement


class ScopeAnswer(Base):
    """What somebody answered to the question of a statement, None where it asks nothing, and whether that was right.

    Every answer is kept. A person confirms a statement once, with the first right one. Nobody else reads which answers were given.
    """

    __tablename__ = "scope_answer"
    __table_args__ = (
        CheckConstraint("answer BETWEEN 1 AND 4", name="answer_range"),
        one_open("uq_scope_answer_confirmed", "statement_id", "person_id", where="is_right"),
        Index("ix_scope_answer_person", "person_id", "statement_id"),
    )

    id: Mapped[Key]
    statement_id: Mapped[int] = mapped_column(ForeignKey("scope_statement.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[int | None]
    is_right: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    statement: Mapped[ScopeStatement] = relationship()
    person: Mapped[Person] = relationship()
