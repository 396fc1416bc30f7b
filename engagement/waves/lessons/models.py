"""Lessons of waves."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base, Key, UtcDateTime, short, word_of
from engagement.waves.lessons.rules import LONGEST_LESSON, LessonKind
from engagement.waves.models import Wave


class WaveLesson(Base):
    """One lesson of a wave in a line, with who said it."""

    __tablename__ = "wave_lesson"

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[LessonKind] = mapped_column(word_of(LessonKind))
    text: Mapped[str] = mapped_column(short(LONGEST_LESSON))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(short(401))

    wave: Mapped[Wave] = relationship()
