"""Tables of promises: what is promised to whom by whom and when, and each change of day or owner."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, word_of
from engagement.people.models import Person
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.interactions.models import Interaction
from engagement.stakeholders.models import Stakeholder


class Commitment(Base):
    """A promise to a stakeholder, or a next step with them. It ends with an outcome and a sentence on it.

    `interaction_id` is the talk in which it was made. `reminded_for` and `escalated_for` are the due days for which its
    owner was reminded and others were told, so that each happens once for a day.
    """

    __tablename__ = "commitment"
    audit_name = "title"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed_with_outcome"),
        Index("ix_commitment_stakeholder", "stakeholder_id", "closed_at", "due_on"),
        Index("ix_commitment_owner", "owner_id", "closed_at", "due_on"),
        ADDRESSED,
    )

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    interaction_id: Mapped[int | None] = mapped_column(ForeignKey("interaction.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reminded_for: Mapped[date | None]
    escalated_for: Mapped[date | None]
    outcome: Mapped[Outcome | None] = mapped_column(word_of(Outcome))
    outcome_words: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    stakeholder: Mapped[Stakeholder] = relationship()
    interaction: Mapped[Interaction | None] = relationship()
    owner: Mapped[Person] = relationship()
    made_by: Mapped[Account | None] = relationship(foreign_keys=[made_by_id])
    closed_by: Mapped[Account | None] = relationship(foreign_keys=[closed_by_id])

    @property
    def title(self) -> str:
        """Its number, because a list of the service must not tell its words."""
        return f"Promise {self.id}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what came of it."""
        return self.closed_at is None

    def days_late(self, on: date) -> int:
        """Return how many days an open one is past its day."""
        return max(0, (on - self.due_on).days) if self.is_open else 0


class CommitmentMove(Base):
    """A promise that was given another day or owner, from which to which, by whom and why."""

    __tablename__ = "commitment_move"

    id: Mapped[Key]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    former_on: Mapped[date]
    due_on: Mapped[date]
    former_owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    former_owner: Mapped[Person] = relationship(foreign_keys=[former_owner_id])
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    moved_by: Mapped[Account | None] = relationship(foreign_keys=[moved_by_id])
