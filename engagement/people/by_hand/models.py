"""The table of what was said by hand; the value itself is that of `Person`."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, UtcDateTime, short, word_of
from engagement.people.by_hand.rules import HandField


class HandValue(Base):
    """Who said something of a person by hand, and when; of an address, the one that files had before is kept."""

    __tablename__ = "hand_value"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    field: Mapped[HandField] = mapped_column(word_of(HandField), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(short(401))
    given_by_id: Mapped[int | None] = mapped_column(index=True)
    former: Mapped[str | None] = mapped_column(short(254))
