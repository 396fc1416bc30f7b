"""The table of milestones."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.days.cadence import HolidayPolicy
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.waves.milestones.rules import LONGEST_NAME, Counted, MilestoneKind, Offset
from engagement.waves.models import Wave

_NOT_OWN = text("kind != 'own'")


class Milestone(Base):
    """A day that a wave is planned by; of each kind but the own ones a wave has one at most.

    `falls_on` is its day. With `anchor_id` it is counted from another milestone of the wave and follows it: by
    `offset_days` (negative: before) of the days in `counted_in`, moved by `day_policy` from days off. The days of go-live,
    training due and the end of the quiet period stand in the wave too, where statements read them; `actions` write both.
    """

    __tablename__ = "milestone"
    audit_name = "title"
    audit_within = "wave"
    __table_args__ = (
        Index("uq_milestone_kind", "wave_id", "kind", unique=True, sqlite_where=_NOT_OWN, postgresql_where=_NOT_OWN),
        CheckConstraint(
            "(anchor_id IS NULL) = (offset_days IS NULL) AND (anchor_id IS NULL) = (counted_in IS NULL)"
            " AND (anchor_id IS NULL) = (day_policy IS NULL)",
            name="counted_wholly",
        ),
        CheckConstraint("anchor_id != id", name="not_from_itself"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[MilestoneKind] = mapped_column(word_of(MilestoneKind))
    name: Mapped[str] = mapped_column(short(LONGEST_NAME), default="")
    falls_on: Mapped[date]
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    offset_days: Mapped[int | None]
    counted_in: Mapped[Counted | None] = mapped_column(word_of(Counted))
    day_policy: Mapped[HolidayPolicy | None] = mapped_column(word_of(HolidayPolicy))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    wave: Mapped[Wave] = relationship()
    anchor: Mapped["Milestone | None"] = relationship(remote_side="Milestone.id")

    @property
    def title(self) -> str:
        """Its own name, or what its kind says."""
        return self.name or self.kind.word

    @property
    def noun(self) -> str:
        """How a sentence calls it: "7 days before go-live"."""
        return f"“{self.name}”" if self.name else self.kind.noun

    @property
    def counted_words(self) -> str:
        """How its day comes about: "7 days before go-live", or that it is its own."""
        return self.offset.words(self.anchor.noun) if self.offset and self.anchor else "its own day"

    @property
    def offset(self) -> Offset | None:
        """How it is counted from its anchor; None for a day of its own."""
        if self.offset_days is None or self.counted_in is None or self.day_policy is None:
            return None
        return Offset(self.offset_days, self.counted_in, self.day_policy)

    def count_from(self, anchor: "Milestone | None", offset: Offset | None) -> None:
        """Count its day from another milestone from now on; None lets it keep a day of its own."""
        self.anchor = anchor if offset is not None else None
        self.offset_days = offset.days if offset else None
        self.counted_in = offset.counted if offset else None
        self.day_policy = offset.policy if offset else None
