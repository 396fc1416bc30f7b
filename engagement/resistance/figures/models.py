"""The figures that were published, a row for each programme and day."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base


class ConcernFigures(Base):
    """What a programme's report says about objections on the day after `on`, published once and never counted again.

    `shown` holds for each part, "open" and "answered", what is shown of it with small groups hidden already ("groups",
    "total"), and beside it the "cells" that it was made of: number, people, and the day since which each stands.
    """

    __tablename__ = "concern_figures"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
