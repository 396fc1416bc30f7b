"""The table of blackouts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short
from engagement.programmes.models import Programme
from engagement.words import short_day_words


class Blackout(Base):
    """Days, both included, on which a programme, or everybody if `programme_id` is None, should be left alone, and why.

    One that was removed keeps its row: `ended_at` says when.
    """

    __tablename__ = "blackout"
    audit_name = "title"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="in_order"), ADDRESSED)

    id: Mapped[Key]
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(short())
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    programme: Mapped[Programme | None] = relationship()
    made_by: Mapped[Account | None] = relationship()

    @property
    def title(self) -> str:
        """The days, as lists and the audit name them."""
        first, last = (short_day_words(day, with_year=False) for day in (self.from_on, self.until_on))
        return f"Blackout on {first}" if self.from_on == self.until_on else f"Blackout from {first} to {last}"

    @property
    def place_words(self) -> str:
        """Whom it is for."""
        return self.programme.name if self.programme is not None else "Everybody"
