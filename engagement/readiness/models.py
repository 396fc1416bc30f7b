"""The table of readiness: what somebody overruled when a wave took a step."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import Base, Key, UtcDateTime, word_of
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import WaveStep


class Overruling(Base):
    """An obstacle that stood when a wave took a step, who went on all the same, and why.

    `sentence` is the obstacle as it read then; `key` is the id of what it was about.
    """

    __tablename__ = "overruling"
    __table_args__ = (UniqueConstraint("step_id", "kind", "key"),)

    id: Mapped[Key]
    step_id: Mapped[int] = mapped_column(ForeignKey("wave_step.id"))
    kind: Mapped[ObstacleKind] = mapped_column(word_of(ObstacleKind))
    key: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    step: Mapped[WaveStep] = relationship()
    by: Mapped[Account | None] = relationship()
