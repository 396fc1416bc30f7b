"""Tables of early inclusion: occasions of design, who took part, and what was raised there."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.waves.inclusion.rules import LONGEST_ABOUT, OccasionKind, Outcome
from engagement.waves.models import Wave


class DesignOccasion(Base):
    """A day on which people took part in the design of a workflow; without a wave it counts for each wave with the workflow."""

    __tablename__ = "design_occasion"
    __table_args__ = ADDRESSED
    audit_name = "title"

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), index=True)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[OccasionKind] = mapped_column(word_of(OccasionKind))
    held_on: Mapped[date]
    about: Mapped[str] = mapped_column(short(LONGEST_ABOUT))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(short(401))

    workflow: Mapped[Workflow] = relationship()
    wave: Mapped[Wave | None] = relationship()
    points: Mapped[list["DesignPoint"]] = relationship(
        back_populates="occasion", order_by="DesignPoint.id", cascade="all, delete-orphan"
    )

    @property
    def title(self) -> str:
        """How it was, and of what."""
        return f"{self.kind.word}: {self.about}"

    @property
    def open_points(self) -> list["DesignPoint"]:
        """What was raised and has no answer."""
        return [point for point in self.points if point.is_open]

    @property
    def programme_id(self) -> int:
        """The programme to which it belongs."""
        return self.workflow.programme_id


class DesignParticipant(Base):
    """Somebody who took part in an occasion."""

    __tablename__ = "design_participant"

    occasion_id: Mapped[int] = mapped_column(ForeignKey("design_occasion.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)

    person: Mapped[Person] = relationship()


class DesignPoint(Base):
    """What was raised at an occasion, and what it changed. It belongs to the occasion: nobody stores who raised it."""

    __tablename__ = "design_point"
    __table_args__ = (
        CheckConstraint("(outcome = 'open') = (answered_at IS NULL)", name="answered_or_open"),
        CheckConstraint("(outcome = 'open') = (answer = '')", name="answer_said"),
        ADDRESSED,
    )

    id: Mapped[Key]
    occasion_id: Mapped[int] = mapped_column(ForeignKey("design_occasion.id"), index=True)
    raised: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome] = mapped_column(word_of(Outcome), default=Outcome.OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(short(401))

    occasion: Mapped[DesignOccasion] = relationship(back_populates="points")

    @property
    def is_open(self) -> bool:
        """Whether it has no answer."""
        return self.outcome is Outcome.OPEN
