"""Tables of waves, what they deploy and where, and their members."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base, Key, UtcDateTime, short, word_of
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme, Workflow
from engagement.waves.rules import MembershipOrigin, WaveStatus


class Wave(Base):
    """One step of a programme: workflows that go live in departments on one day.

    `stabilises_until_on` ends the quiet period after go-live. `training_lead_days` is how many days before go-live the
    training of the wave is due.
    """

    __tablename__ = "wave"
    audit_name = "title"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("stabilises_until_on IS NULL OR stabilises_until_on >= go_live_on", name="quiet_after_go_live"),
    )

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(short())
    aim: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[WaveStatus] = mapped_column(word_of(WaveStatus), default=WaveStatus.PLANNED)
    go_live_on: Mapped[date] = mapped_column(index=True)
    stabilises_until_on: Mapped[date | None]
    training_lead_days: Mapped[int] = mapped_column(default=7)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()
    lead: Mapped[Person | None] = relationship(foreign_keys=[lead_id])
    sponsor: Mapped[Person | None] = relationship(foreign_keys=[sponsor_id])

    @property
    def title(self) -> str:
        """The wave with its number, as messages name it."""
        return f"Wave {self.number}: {self.name}"


class WaveWorkflow(Base):
    """A workflow that goes live with a wave."""

    __tablename__ = "wave_workflow"
    __table_args__ = (UniqueConstraint("wave_id", "workflow_id"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), index=True)

    workflow: Mapped[Workflow] = relationship()


class WaveDepartment(Base):
    """A department, with everything below it, whose people are in a wave."""

    __tablename__ = "wave_department"
    __table_args__ = (UniqueConstraint("wave_id", "department_id"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)

    department: Mapped[Department] = relationship()


class Membership(Base):
    """A person in a wave, from `joined_at` until `ended_at` (None while it lasts)."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("wave_id", "person_id"),
        Index("ix_membership_person", "person_id", "ended_at"),
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    origin: Mapped[MembershipOrigin] = mapped_column(word_of(MembershipOrigin))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    wave: Mapped[Wave] = relationship()
    person: Mapped[Person] = relationship()
