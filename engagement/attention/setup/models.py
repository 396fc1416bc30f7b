"""Skipped steps of first setup."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engagement.attention.setup.rules import SetupStep
from engagement.db import Base, Key, UtcDateTime, short, word_of


class SkippedSetup(Base):
    """A step that somebody decided to skip, and when."""

    __tablename__ = "skipped_setup"

    id: Mapped[Key]
    step: Mapped[SetupStep] = mapped_column(word_of(SetupStep), unique=True)
    by: Mapped[str] = mapped_column(short(401))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
