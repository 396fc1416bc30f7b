"""The table of relations that somebody said; what the directory and the waves know is not stored a second time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, word_of
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.relations.rules import RelationKind


class StakeholderRelation(Base):
    """That one stakeholder influences, sponsors or reports to another, from `said_at` until `ended_at` (None: still)."""

    __tablename__ = "stakeholder_relation"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_of_them"),
        one_open("uq_stakeholder_relation_open", "from_id", "to_id", "kind", where="ended_at IS NULL"),
        Index("ix_stakeholder_relation_to", "to_id", "ended_at"),
        ADDRESSED,
    )

    id: Mapped[Key]
    from_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    kind: Mapped[RelationKind] = mapped_column(word_of(RelationKind))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    first: Mapped[Stakeholder] = relationship(foreign_keys=[from_id])
    second: Mapped[Stakeholder] = relationship(foreign_keys=[to_id])
    said_by: Mapped[Account | None] = relationship(foreign_keys=[said_by_id])
    ended_by: Mapped[Account | None] = relationship(foreign_keys=[ended_by_id])
