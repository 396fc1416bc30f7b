"""The fall-back plan of a wave; each save is a row, and the newest one holds."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, Key, UtcDateTime, one_open, short


class WaveFallback(Base):
    """What is done when a wave has to go back, and who decides it, as somebody wrote it down; until `superseded_at`."""

    __tablename__ = "wave_fallback"
    __table_args__ = (one_open("uq_wave_fallback_present", "wave_id", where="superseded_at IS NULL"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    steps: Mapped[str] = mapped_column(Text)
    who_decides: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(short(401))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
