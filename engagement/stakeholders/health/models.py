"""The table of judgements of relationships, dated and with a reason."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import Base, Key, UtcDateTime, one_open


class HealthJudgement(Base):
    """How somebody judged a relationship, in tenths from 0 to 100; the row without `superseded_at` holds now.

    Of people it is kept only while they hold a post, as levels are.
    """

    __tablename__ = "health_judgement"
    __table_args__ = (
        CheckConstraint("figure BETWEEN 0 AND 100", name="figure_range"),
        one_open("uq_health_judgement_open", "stakeholder_id", where="superseded_at IS NULL"),
    )

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), index=True)
    figure: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    said_by: Mapped[Account | None] = relationship()
