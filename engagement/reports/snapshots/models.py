"""Tables of frozen reports: a report on a day, and each of its figures as it stood."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.programmes.models import Programme
from engagement.reports.rules.figures import SubjectKind
from engagement.words import month_words, short_day_words


class ReportSnapshot(Base):
    """The report of a programme as it stood on a day; never changed.

    `closes_on` is the last day of the month that it closes, None for one that somebody froze by hand; `by_id` is who did.
    `sentence` is how it stood, `stood` how each wave and decision did, a line each. `groups_under` is the floor with which its objections were counted.
    """

    __tablename__ = "report_snapshot"
    audit_name = "title"
    __table_args__ = (UniqueConstraint("programme_id", "closes_on"), ADDRESSED)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    on: Mapped[date] = mapped_column("frozen_on")
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_on: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sentence: Mapped[str] = mapped_column(Text)
    stood: Mapped[str] = mapped_column(Text, default="")
    groups_under: Mapped[int]

    programme: Mapped[Programme] = relationship()
    by: Mapped[Account | None] = relationship()

    @property
    def is_late(self) -> bool:
        """Whether its month was closed after the morning that follows it, so that it shows a later day."""
        return self.closes_on is not None and self.on > self.closes_on + timedelta(days=1)

    @property
    def day(self) -> date:
        """The day that it shows: the end of the month that it closes, unless that was late."""
        return self.on if self.closes_on is None or self.is_late else self.closes_on

    @property
    def days(self) -> tuple[date, date]:
        """The days for which it stands: that of its figures, and that which it shows."""
        return self.on, self.day

    @property
    def title(self) -> str:
        """What it is called in the audit, which says the time itself: by its month, or by its day."""
        return self._month or short_day_words(self.on)

    def title_in(self, timezone: str) -> str:
        """Return what it is called in a zone: by its month, or by day and time, since there can be several of one day."""
        local = self.frozen_at.astimezone(ZoneInfo(timezone))
        return self._month or f"{short_day_words(local.date())} at {local:%H:%M}"

    @property
    def _month(self) -> str:
        return f"End of {month_words(self.closes_on)}" if self.closes_on is not None else ""


class FrozenFigure(Base):
    """One figure of a frozen report; `place` is its place there. `measure` is stored as text: new measures come with time."""

    __tablename__ = "report_figure"
    __table_args__ = (UniqueConstraint("snapshot_id", "measure", "about", "of_key"),)

    id: Mapped[Key]
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("report_snapshot.id"))
    place: Mapped[int]
    measure: Mapped[str] = mapped_column(short(40))
    about: Mapped[SubjectKind] = mapped_column(word_of(SubjectKind))
    of_key: Mapped[str] = mapped_column(short(60))
    name: Mapped[str] = mapped_column(short(600))
    value: Mapped[float | None]
    as_of: Mapped[date | None]
    numerator: Mapped[int | None] = mapped_column(BigInteger)
    denominator: Mapped[int | None] = mapped_column(BigInteger)
    missing: Mapped[str] = mapped_column(short(300), default="")
    unit: Mapped[str] = mapped_column(short(60), default="")
    definition: Mapped[str] = mapped_column(Text)
    need: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    groups_under: Mapped[int] = mapped_column(default=0)
    basis: Mapped[str] = mapped_column(Text, default="")
