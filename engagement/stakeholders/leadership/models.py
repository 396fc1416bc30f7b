"""Tables of leadership: a sponsor's steps, and what was said of each, as dated rows of which the newest holds."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.waves.models import Wave


class LeadershipStep(Base):
    """Something that a sponsor does for a wave, or for the whole programme if `wave_id` is None; `StepLine` says what."""

    __tablename__ = "leadership_step"
    audit_name = "place_words"
    __table_args__ = (Index("ix_leadership_step_place", "programme_id", "wave_id"), ADDRESSED)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), index=True)

    programme: Mapped[Programme] = relationship()
    wave: Mapped[Wave | None] = relationship()

    @property
    def place_words(self) -> str:
        """The wave, or the programme as a whole."""
        return self.wave.title if self.wave is not None else f"All of {self.programme.name}"

    @property
    def is_over(self) -> bool:
        """Whether the wave or the programme is closed, so that nobody waits for the step any more."""
        return self.programme.closed_at is not None or (self.wave is not None and not self.wave.status.is_open)


class StepLine(Base):
    """What was said of a step from `said_at` on; the row without `superseded_at` holds now.

    `what` says it in a line, `where` the team or the room. `words` are why it moved or was left out, or how it went.
    """

    __tablename__ = "leadership_line"
    __table_args__ = (
        one_open("uq_leadership_line_open", "step_id", where="superseded_at IS NULL"),
        Index("ix_leadership_line_step", "step_id", "said_at"),
        Index("ix_leadership_line_person", "person_id", "superseded_at"),
    )

    id: Mapped[Key]
    step_id: Mapped[int] = mapped_column(ForeignKey("leadership_step.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[StepKind] = mapped_column(word_of(StepKind))
    what: Mapped[str] = mapped_column(Text)
    where: Mapped[str] = mapped_column("place", short(), default="")
    due_on: Mapped[date]
    state: Mapped[StepState] = mapped_column(word_of(StepState))
    words: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    step: Mapped[LeadershipStep] = relationship()
    person: Mapped[Person] = relationship()
    said_by: Mapped[Account | None] = relationship()
