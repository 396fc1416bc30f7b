"""Tables of plans: what is counted from a milestone, and each re-planning with its rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.communications.models import Occurrence
from engagement.days.cadence import HolidayPolicy
from engagement.db import Base, Key, UtcDateTime, short, word_of
from engagement.mail.models import Mailing
from engagement.planning.rules import Effect, RowKind
from engagement.stakeholders.leadership.models import LeadershipStep
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.rules import Counted, Offset
from engagement.waves.models import Wave


class Anchor(Base):
    """That a message, or a step of a sponsor, is counted from a milestone and follows it.

    Its time of day is that of the message. What is moved by hand loses its anchor.
    """

    __tablename__ = "anchor"
    __table_args__ = (CheckConstraint("(occurrence_id IS NULL) != (step_id IS NULL)", name="of_one_thing"),)

    id: Mapped[Key]
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id", ondelete="CASCADE"), unique=True)
    step_id: Mapped[int | None] = mapped_column(ForeignKey("leadership_step.id"), unique=True)
    offset_days: Mapped[int]
    counted_in: Mapped[Counted] = mapped_column(word_of(Counted))
    day_policy: Mapped[HolidayPolicy] = mapped_column(word_of(HolidayPolicy))

    milestone: Mapped[Milestone] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship()
    step: Mapped[LeadershipStep | None] = relationship()

    @classmethod
    def at(
        cls, milestone: Milestone, offset: Offset, *, occurrence_id: int | None = None, step_id: int | None = None
    ) -> "Anchor":
        """Return the anchor of a message or a step at a milestone."""
        counting = {"offset_days": offset.days, "counted_in": offset.counted, "day_policy": offset.policy}
        return cls(milestone_id=milestone.id, occurrence_id=occurrence_id, step_id=step_id, **counting)

    @property
    def offset(self) -> Offset:
        return Offset(self.offset_days, self.counted_in, self.day_policy)

    @property
    def words(self) -> str:
        """How the day comes about: "14 working days before go-live"."""
        return self.offset.words(self.milestone.noun)


class Replan(Base):
    """A re-planning that was applied: which milestone moved, from and to which day, by whom and why.

    Taken back once, `undone_at` says when. `planners_letter_id` and `learners_letter_id` are the letters about it.
    """

    __tablename__ = "replan"

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    milestone_key: Mapped[int]
    name: Mapped[str] = mapped_column(short(100))
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(short(401))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(short(401))
    planners_letter_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"))
    learners_letter_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"))

    wave: Mapped[Wave] = relationship()
    planners_letter: Mapped[Mailing | None] = relationship(foreign_keys=[planners_letter_id])
    learners_letter: Mapped[Mailing | None] = relationship(foreign_keys=[learners_letter_id])


class ReplanRow(Base):
    """What a re-planning changed about one thing; `was` is what undoing gives back besides its day."""

    __tablename__ = "replan_row"

    id: Mapped[Key]
    replan_id: Mapped[int] = mapped_column(ForeignKey("replan.id"), index=True)
    kind: Mapped[RowKind] = mapped_column(word_of(RowKind))
    key: Mapped[int]
    effect: Mapped[Effect] = mapped_column(word_of(Effect))
    old_on: Mapped[date]
    new_on: Mapped[date]
    old_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    new_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was: Mapped[dict[str, Any]] = mapped_column(JSON)
