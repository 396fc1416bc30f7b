"""Table of the timetable's lines: when each last ran, when it is due, what went wrong."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, UtcDateTime, short


class JobLine(Base):
    """What is known of one line of the timetable.

    `due_at` is compared and set by whoever runs the line, so that of many clocks on one database one wins.
    """

    __tablename__ = "job_line"

    name: Mapped[str] = mapped_column(short(60), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str | None] = mapped_column(Text)
    error_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
