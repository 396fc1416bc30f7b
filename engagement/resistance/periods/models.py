"""The published spans, a row for each programme and span of whole months."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base


class ConcernPeriod(Base):
    """What is shown of the concerns that came in from `first_on` to `last_on`, as they stood then; never counted again.

    `shown` holds by standing and dimension how many concerns each group has (None: hidden); of the answers that were due,
    how many came in time; and of each response that was tried, what became of the concerns.
    """

    __tablename__ = "concern_period"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    last_on: Mapped[date]
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
