"""Tables of attempts: what was tried within the last minutes, and from where people sign in."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, Key, UtcDateTime, short


class SignInAttempt(Base):
    """A wrong password or a link that was asked for, counted by keyed hashes of the address and of the place it came from."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(short(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class KnownPlace(Base):
    """Somebody with a password signed in from this place, last on this day; a keyed hash of address and place together.

    The rows are written anew in random order each night, so that nothing tells at what time somebody was here.
    """

    __tablename__ = "known_place"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(short(64), primary_key=True)
    on: Mapped[date]
