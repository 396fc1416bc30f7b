"""Tables of impact assessments: versions of what one side says of a group, aspect by aspect."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Department, Person
from engagement.programmes.scope.rules import StatementFor
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Wave


class ImpactAssessment(Base):
    """What one side says of what a wave changes for a group; the row without `superseded_at` holds now.

    A group is a department, or those there `for_role`. `voices` counts the people of whom it tells, and nobody is named: what
    they said together was written down by its author; what each said alone, of the leaders' version `about_id`, was counted. Only
    the leaders' side is published: its people then read it, until a newer one is published or it is taken back. The sponsors'
    side is the view of one of them, `sponsor_id`; `said_by` is who wrote it down for them, "" where they said it themselves.
    """

    __tablename__ = "impact_assessment"
    __table_args__ = (
        one_open(
            "uq_impact_assessment_standing",
            *("wave_id", "department_id", "for_role", "side"),
            where="superseded_at IS NULL",
        ),
        CheckConstraint("(side IN ('sponsors', 'leaders')) = (voices IS NULL)", name="people_counted"),
        CheckConstraint("(side = 'sponsors') = (sponsor_id IS NOT NULL)", name="sponsor_named"),
        CheckConstraint("(side = 'answers') = (about_id IS NOT NULL)", name="answers_about"),
        CheckConstraint("published_at IS NULL OR side = 'leaders'", name="leaders_published"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    for_role: Mapped[StatementFor] = mapped_column(word_of(StatementFor), default=StatementFor.EVERYBODY)
    side: Mapped[ImpactSide] = mapped_column(word_of(ImpactSide))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("impact_assessment.id"))
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    basis: Mapped[str] = mapped_column(Text, default="")
    voices: Mapped[int | None]
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(short(401))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(short(401))

    wave: Mapped[Wave] = relationship()
    department: Mapped[Department] = relationship()
    sponsor: Mapped[Person | None] = relationship()
    aspects: Mapped[list["ImpactAspect"]] = relationship(order_by="ImpactAspect.id")

    @property
    def signed(self) -> str:
        """Whose it is: of a sponsor's view also who wrote it down, where that is somebody else."""
        if self.sponsor is None:
            return self.said_by
        written = f", written down by {self.said_by}" if self.said_by else ""
        return f"{self.sponsor.name}{written}"

    @property
    def said(self) -> Assessed:
        """Its words and points as one value."""
        aspects = {
            row.aspect: AspectSaid(row.score, row.before_text, row.after_text, tuple(row.counts or ()))
            for row in self.aspects
        }
        return Assessed(aspects, self.basis, self.voices)


class ImpactAspect(Base):
    """What an assessment says of one aspect of the job; `counts` as in `AspectSaid`."""

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
    counts: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
