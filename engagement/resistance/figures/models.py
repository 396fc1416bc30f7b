"""The figures that were published, a row for each programme and day."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base


class ConcernFigures(Base):
    """What a programme's report says about objections on the day after `on`, published once and never counted again.

    `shown` holds figures with small groups hidden already (None), as `actions.count_objections` writes them; its "as_of" is
    the day at whose end they were counted, which is earlier where too little has happened since.
    """

    __tablename__ = "concern_figures"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
