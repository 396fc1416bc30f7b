"""Table of the timetable's jobs: when each last ran, when it is due, what went wrong."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, UtcDateTime, short


class JobLine(Base):
    """The state of one job of the timetable.

    The runner compares and sets `due_at` in one statement, so that of several schedulers on one database only one runs
    the job.
    """

    __tablename__ = "job_line"

    name: Mapped[str] = mapped_column(short(60), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str | None] = mapped_column(Text)
    error_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
