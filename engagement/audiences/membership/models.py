"""The audiences of a wave."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.audiences.models import Audience
from engagement.db import Base, Key, UtcDateTime, one_open, short
from engagement.waves.models import Wave


class WaveAudience(Base):
    """An audience whose people are in a wave, from `chosen_at` until `ended_at` (None while it lasts)."""

    __tablename__ = "wave_audience"
    __table_args__ = (one_open("uq_wave_audience_present", "wave_id", "audience_id", where="ended_at IS NULL"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    chosen_by: Mapped[str] = mapped_column(short(401))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    wave: Mapped[Wave] = relationship()
    audience: Mapped[Audience] = relationship()
