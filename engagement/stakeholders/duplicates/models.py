"""The table of pairs that somebody looked at and found to be two."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import Base, UtcDateTime
from engagement.stakeholders.models import Stakeholder


class Distinction(Base):
    """Two stakeholders who look alike and are not the same, as somebody said; they are not proposed again."""

    __tablename__ = "stakeholder_distinction"
    __table_args__ = (CheckConstraint("stakeholder_id < other_id", name="in_order"),)

    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), primary_key=True, index=True)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    stakeholder: Mapped[Stakeholder] = relationship(foreign_keys=[stakeholder_id])
    said_by: Mapped[Account | None] = relationship()
