"""Tables of the gate: approvers, their decisions with what they saw, conditions, openings, and going on all the same."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Person
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.gate.rules import Choice
from engagement.waves.models import Wave


class GateApprover(Base):
    """Somebody who is heard at the gate of a wave beside its sponsor, from `named_at` until `ended_at` (None: still)."""

    __tablename__ = "gate_approver"
    __table_args__ = (
        one_open("uq_gate_approver_lasting", "wave_id", "person_id", where="ended_at IS NULL"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()
    person: Mapped[Person] = relationship()


class GateDecision(Base):
    """What one approver decided for a go-live on a day, and why. It stands until `ended_at`: they decided again, or the gate opened again."""

    __tablename__ = "gate_decision"
    audit_name = "wave.title"
    audit_within = "wave"
    __table_args__ = (
        one_open("uq_gate_decision_standing", "wave_id", "approver_id", where="ended_at IS NULL"),
        Index("ix_gate_decision_wave", "wave_id", "decided_at"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    approver_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    choice: Mapped[Choice] = mapped_column(word_of(Choice))
    reason: Mapped[str] = mapped_column(Text)
    go_live_on: Mapped[date]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    wave: Mapped[Wave] = relationship()
    approver: Mapped[Person] = relationship()


class GateValue(Base):
    """A criterion as an approver saw it when they decided. Rows are only added. `name` is its name among those of the wave."""

    __tablename__ = "gate_value"
    __table_args__ = (Index("ix_gate_value_decision", "decision_id"),)

    id: Mapped[Key]
    decision_id: Mapped[int] = mapped_column(ForeignKey("gate_decision.id"))
    kind: Mapped[CriterionKind] = mapped_column(word_of(CriterionKind))
    name: Mapped[str] = mapped_column(short(60))
    title: Mapped[str] = mapped_column(short())
    sentence: Mapped[str] = mapped_column(Text)
    state: Mapped[CriterionState] = mapped_column(word_of(CriterionState))
    met: Mapped[int | None]
    total: Mapped[int | None]
    need: Mapped[int | None]


class GateCondition(Base):
    """What has to be done by somebody until a day, although the wave goes on; `settled_note` says what was done.

    `told_at` is when they were written to, which waits until who has the last word says go; None before, and for who asks it of themself.
    """

    __tablename__ = "gate_condition"
    audit_name = "decision.wave.title"
    audit_within = "decision"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_note = '')", name="settled_with_note"),
        Index("ix_gate_condition_decision", "decision_id"),
        ADDRESSED,
    )

    id: Mapped[Key]
    decision_id: Mapped[int] = mapped_column(ForeignKey("gate_decision.id"))
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date]
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_note: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    decision: Mapped[GateDecision] = relationship()
    owner: Mapped[Person] = relationship()
    settled_by: Mapped[Account | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def is_after_go_live(self) -> bool:
        """Whether it is due only once people have begun."""
        return self.due_on > self.decision.wave.go_live_on


class GateAsking(Base):
    """Somebody who had not decided was written to because the day was near. Rows are only added."""

    __tablename__ = "gate_asking"
    __table_args__ = (Index("ix_gate_asking_wave", "wave_id", "at"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GateReopening(Base):
    """The gate of a wave opened again by itself, and why in words."""

    __tablename__ = "gate_reopening"
    __table_args__ = (Index("ix_gate_reopening_wave", "wave_id", "at"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GateOverride(Base):
    """Somebody who plans the programme lets a wave go on without its gate, until a day, and why; `ended_at` if taken back before."""

    __tablename__ = "gate_override"
    __table_args__ = (
        one_open("uq_gate_override_lasting", "wave_id", where="ended_at IS NULL"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    reason: Mapped[str] = mapped_column(Text)
    until_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()
    by: Mapped[Account | None] = relationship(foreign_keys=[by_id])

    @property
    def ends_before_go_live(self) -> bool:
        """Whether the gate stands again before the wave goes live."""
        return self.until_on < self.wave.go_live_on

    @property
    def ended_early(self) -> bool:
        """Whether somebody took it back before its day; one that ran out is ended by the clock, or when another takes its place."""
        return self.ended_at is not None and self.ended_by_id is not None and self.ended_at.date() <= self.until_on
