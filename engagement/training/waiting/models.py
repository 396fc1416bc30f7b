"""The table of quiet periods in which training of another wave goes on."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import Base, Key, UtcDateTime, one_open
from engagement.waves.models import Wave


class QuietOverride(Base):
    """Training of a wave asks something of people although they are left to settle with another wave: who says so, and why.

    `people` and `until_on` are how many it concerned then, and the last day of that quiet period. It holds until `ended_at`. Of two
    waves at most one has not ended, so nobody is asked about them again.
    """

    __tablename__ = "quiet_override"
    __table_args__ = (one_open("uq_quiet_override_standing", "wave_id", "settling_id", where="ended_at IS NULL"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    settling_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    people: Mapped[int]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    settling: Mapped[Wave] = relationship(foreign_keys=[settling_id])
    said_by: Mapped[Account | None] = relationship(foreign_keys=[said_by_id])
