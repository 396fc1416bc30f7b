"""The letterbox: anonymous letters wait here, without a day, until the change team gets them."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, random_key, short, word_of
from engagement.resistance.rules import Source


class Letter(Base):
    """An anonymous letter that the change team does not have yet: a new concern, or a reply to one (`concern_id`).

    Letters wait here without a day until the next working morning. Then all are removed at once, in random order, and
    nothing of the table remains (see `actions.empty_letterbox`), so that neither the database nor its files show when a
    letter came.
    """

    __tablename__ = "concern_letter"
    __table_args__ = (
        CheckConstraint("(concern_id IS NULL) <> (receipt_hash IS NULL)", name="new_or_reply"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=random_key)
    concern_id: Mapped[int | None] = mapped_column(ForeignKey("concern.id"), unique=True)
    receipt_hash: Mapped[str | None] = mapped_column(short(64), unique=True)
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[Source] = mapped_column(word_of(Source), default=Source.OTHER)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    is_from_outside: Mapped[bool] = mapped_column(default=False)


class LetterboxRound(Base):
    """A day on which the letterbox was emptied; there is one round a day, however many processes try."""

    __tablename__ = "letterbox_round"

    on: Mapped[date] = mapped_column(primary_key=True)
