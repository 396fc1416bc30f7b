"""Tables of what people say each for themselves: that somebody answered, what waits to be counted, and sentences that were."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, random_key, short, word_of
from engagement.waves.impacts.rules import Aspect


class ImpactMark(Base):
    """That somebody answered a version, as a keyed hash (`rules.mark_of`), and nothing of what they said."""

    __tablename__ = "impact_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[str] = mapped_column(short(64), primary_key=True)


class ImpactVoice(Base):
    """What somebody said of one aspect for a version, until it is counted with enough others.

    The rows of one answer don't refer to each other, to a person or to a time. All are removed at once each day and written
    anew in random order, so that afterwards nothing shows which came together, or when (see `actions.count_voices`).
    """

    __tablename__ = "impact_voice"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 5", name="score_range"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=random_key)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("impact_assessment.id"))
    aspect: Mapped[Aspect] = mapped_column(word_of(Aspect))
    score: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)


class ImpactSentence(Base):
    """A sentence about one aspect that was counted: of the version, and of nobody."""

    __tablename__ = "impact_sentence"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=random_key)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("impact_assessment.id"), index=True)
    aspect: Mapped[Aspect] = mapped_column(word_of(Aspect))
    text: Mapped[str] = mapped_column(Text)
