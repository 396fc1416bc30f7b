"""The table of standings: dated judgements, of which the newest holds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import Base, Key, UtcDateTime, one_open, word_of
from engagement.stakeholders.standings.rules import LABELS, Level, Standing


class StakeholderStanding(Base):
    """Where somebody was judged to stand from `said_at` on, and why; the row without `superseded_at` holds now.

    Judgements are whole tenths, 0 to 100. `impact` and the levels of a person go when their last post ends.
    """

    __tablename__ = "stakeholder_standing"
    __table_args__ = (
        *(
            CheckConstraint(f"{column} BETWEEN 0 AND 100", name=f"{column}_range")
            for column in ("influence", "interest", "impact")
        ),
        one_open("uq_stakeholder_standing_open", "stakeholder_id", where="superseded_at IS NULL"),
        Index("ix_stakeholder_standing_stakeholder", "stakeholder_id", "said_at"),
    )

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    influence: Mapped[int | None]
    interest: Mapped[int | None]
    impact: Mapped[int | None]
    level_now: Mapped[Level | None] = mapped_column(word_of(Level, "level_now"))
    level_wanted: Mapped[Level | None] = mapped_column(word_of(Level, "level_wanted"))
    reason: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    said_by: Mapped[Account | None] = relationship()

    @property
    def has_labels(self) -> bool:
        """Whether it says an impact or a level."""
        return any(getattr(self, label) is not None for label in LABELS)

    def said(self, *, with_labels: bool) -> Standing:
        """Return its values, without impact and levels if they must not be told."""
        if not with_labels:
            return Standing(self.influence, self.interest)
        return Standing(self.influence, self.interest, self.impact, self.level_now, self.level_wanted)
