"""The table of answers to the questions of messages."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engagement.communications.models import Occurrence
from engagement.db import Base, Key, UtcDateTime
from engagement.people.models import Department, Person


class MessageAnswer(Base):
    """What somebody answered to the question of a message, once, and whether that was right. Nobody else reads it.

    `is_counted` is set together for as many as may be told of; an answer waits for the others until then. `department_id` is the
    department with which it is counted, as it stood then; None with those that have too few readers.
    """

    __tablename__ = "message_answer"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "person_id"),
        CheckConstraint("answer BETWEEN 1 AND 4", name="answer_range"),
        Index("ix_message_answer_group", "occurrence_id", "is_counted", "department_id", "is_right"),
        Index("ix_message_answer_person", "person_id"),
    )

    id: Mapped[Key]
    occurrence_id: Mapped[int] = mapped_column(ForeignKey(Occurrence.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    department_id: Mapped[int | None] = mapped_column(ForeignKey(Department.id))
    answer: Mapped[int]
    is_right: Mapped[bool]
    is_counted: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
