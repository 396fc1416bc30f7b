"""Tables of attempts: those of the last minutes, and the places from which people sign in."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, Key, UtcDateTime, short


class SignInAttempt(Base):
    """A wrong password or a requested link, counted by keyed hashes of the address and its place."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(short(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class KnownPlace(Base):
    """A keyed hash of an address and a place from which it signed in with a password, last on this day.

    The rows are rewritten in random order each night, so that nothing shows at what time somebody signed in.
    """

    __tablename__ = "known_place"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(short(64), primary_key=True)
    on: Mapped[date]
