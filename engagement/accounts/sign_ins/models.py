"""The sign-ins of today that are not in the audit yet."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base


class SignInDay(Base):
    """Somebody without a role signed in on this day, once or several times.

    Rows lie here until the day is over. Then they become entries of the audit together, in random order, so that nothing
    tells at what time somebody was here: whoever knows that, and when an anonymous concern came in, would know too much.
    """

    __tablename__ = "sign_in_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
