"""Tables of criteria: which ones a wave has, what is asked of each as dated rows, and judgements."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Person
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.waves.models import Wave


class Criterion(Base):
    """A criterion of a wave that somebody wrote, or a counted one of which something was said; `CriterionTerms` say what."""

    __tablename__ = "criterion"
    audit_name = "wave.title"
    audit_within = "wave"
    __table_args__ = (
        one_open("uq_criterion_counted", "wave_id", "kind", where="kind <> 'own'"),
        Index("ix_criterion_wave", "wave_id"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    kind: Mapped[CriterionKind] = mapped_column(word_of(CriterionKind))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()


class CriterionTerms(Base):
    """What is asked by a criterion from `said_at` on; the row without `superseded_at` holds now.

    `title` is that of an own one. `owner_id` is who sees to it, and judges an own one. `need` is the percentage needed, None for the
    usual one. `people_for_one` says for how many people one trained person is needed, None for the usual number. `left_out` says why it is
    not needed here, "" if it is.
    """

    __tablename__ = "criterion_terms"
    __table_args__ = (
        CheckConstraint("need BETWEEN 1 AND 100", name="need_range"),
        CheckConstraint("people_for_one > 0", name="for_somebody"),
        one_open("uq_criterion_terms_open", "criterion_id", where="superseded_at IS NULL"),
        Index("ix_criterion_terms_criterion", "criterion_id", "said_at"),
    )

    id: Mapped[Key]
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    title: Mapped[str] = mapped_column(short(), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    need: Mapped[int | None]
    people_for_one: Mapped[int | None]
    left_out: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    criterion: Mapped[Criterion] = relationship()
    owner: Mapped[Person | None] = relationship()
    said_by: Mapped[Account | None] = relationship()


class Judgement(Base):
    """Whether somebody judged an own criterion as met, and on what evidence; the row without `superseded_at` holds now."""

    __tablename__ = "criterion_judgement"
    __table_args__ = (
        CheckConstraint("state IN ('met', 'short')", name="met_or_short"),
        one_open("uq_criterion_judgement_open", "criterion_id", where="superseded_at IS NULL"),
        Index("ix_criterion_judgement_criterion", "criterion_id", "judged_at"),
    )

    id: Mapped[Key]
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    state: Mapped[CriterionState] = mapped_column(word_of(CriterionState))
    evidence: Mapped[str] = mapped_column(Text)
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    criterion: Mapped[Criterion] = relationship()
    judged_by: Mapped[Account | None] = relationship()
