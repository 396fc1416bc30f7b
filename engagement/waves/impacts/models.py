"""Tables of impact assessments: versions of what one side says of a group, aspect by aspect."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Department
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Wave


class ImpactAssessment(Base):
    """What one side says of what a wave changes for a department; the row without `superseded_at` holds now.

    The people's side is what a group said together: `voices` counts them, and nobody is named. Its author is who wrote it down.
    Only the leaders' side is published: its people then read it, until a newer one is published or it is taken back.
    """

    __tablename__ = "impact_assessment"
    __table_args__ = (
        one_open("uq_impact_assessment_standing", "wave_id", "department_id", "side", where="superseded_at IS NULL"),
        CheckConstraint("(side = 'people') = (voices IS NOT NULL)", name="people_counted"),
        CheckConstraint("published_at IS NULL OR side = 'leaders'", name="leaders_published"),
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    side: Mapped[ImpactSide] = mapped_column(word_of(ImpactSide))
    basis: Mapped[str] = mapped_column(Text, default="")
    voices: Mapped[int | None]
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(short(401))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(short(401))

    wave: Mapped[Wave] = relationship()
    department: Mapped[Department] = relationship()
    aspects: Mapped[list["ImpactAspect"]] = relationship(order_by="ImpactAspect.id")

    @property
    def said(self) -> Assessed:
        """Its words and points as one value."""
        aspects = {row.aspect: AspectSaid(row.score, row.before_text, row.after_text) for row in self.aspects}
        return Assessed(aspects, self.basis, self.voices)


class ImpactAspect(Base):
    """What an assessment says of one aspect of the job."""

    __tablename__ = "impact_aspect"
    __table_args__ = (
        UniqueConstraint("assessment_id", "aspect"),
        CheckConstraint("score BETWEEN 0 AND 5", name="score_range"),
    )

    id: Mapped[Key]
    assessment_id: Mapped[int] = mapped_column(ForeignKey("impact_assessment.id"))
    aspect: Mapped[Aspect] = mapped_column(word_of(Aspect))
    score: Mapped[int]
    before_text: Mapped[str] = mapped_column(Text, default="")
    after_text: Mapped[str] = mapped_column(Text, default="")
