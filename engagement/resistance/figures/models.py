"""The published figures, a row for each programme and day."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base


class ConcernFigures(Base):
    """The figures about objections in a programme's report on the day after `on`; published once, never recounted.

    `shown` holds for each part, "open" and "answered", what is shown with small groups hidden ("groups", "total"), and
    the "cells" that it was made from: number, people, and the day since which each is the same.
    """

    __tablename__ = "concern_figures"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
