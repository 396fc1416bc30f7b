"""Tables of programmes, workflows and the dated ownership of each workflow."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.people.models import Person
from engagement.programmes.rules import OperatingModel, OwnershipPart, PortfolioClass


class Programme(Base):
    """A rollout with a purpose, a sponsor and ordered waves. `target_processes` is how many processes it is to reach, None if nobody said."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("target_processes > 0", name="target_counts"), ADDRESSED)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(short(), unique=True)
    purpose: Mapped[str] = mapped_column(Text, default="")
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    target_processes: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    sponsor: Mapped[Person | None] = relationship()

    @property
    def sponsors(self) -> list[Person]:
        """Its sponsor, if somebody is named who is here."""
        return [self.sponsor] if self.sponsor is not None and not self.sponsor.has_left else []


class Workflow(Base):
    """An AI workflow of a programme; `ScopeStatement` says what it changes for people.

    Value, complexity and risk are judged from 1 to 5, None while nobody knows.
    """

    __tablename__ = "workflow"
    __table_args__ = (
        *(
            CheckConstraint(f"{rating} BETWEEN 1 AND 5", name=f"{rating}_range")
            for rating in ("value", "complexity", "risk")
        ),
        ADDRESSED,
    )

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    name: Mapped[str] = mapped_column(short())
    summary: Mapped[str] = mapped_column(Text, default="")
    portfolio_class: Mapped[PortfolioClass] = mapped_column(word_of(PortfolioClass))
    value: Mapped[int | None]
    complexity: Mapped[int | None]
    risk: Mapped[int | None]
    operating_model: Mapped[OperatingModel | None] = mapped_column(word_of(OperatingModel))
    documentation_url: Mapped[str] = mapped_column(short(1_000), default="")
    documentation_version: Mapped[str] = mapped_column(short(100), default="")
    review_on: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()

    def is_review_due(self, on: date) -> bool:
        """Whether it was to be looked at again by a day."""
        return self.review_on is not None and self.review_on <= on


class Ownership(Base):
    """Who holds one part of a workflow's ownership, from a day on; the open row (`until_on` None) is the present one."""

    __tablename__ = "ownership"
    __table_args__ = (Index("ix_ownership_workflow_part", "workflow_id", "part", "until_on"),)

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"))
    part: Mapped[OwnershipPart] = mapped_column(word_of(OwnershipPart))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]

    workflow: Mapped[Workflow] = relationship()
    person: Mapped[Person] = relationship()
