"""Today's sign-ins that are not in the audit log yet."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base


class SignInDay(Base):
    """Somebody without a role signed in on this day, once or more often.

    When the day is over, its rows become audit entries together, in random order, so that nothing shows at what time
    somebody signed in. That time, compared with the arrival of an anonymous concern, could identify its sender.
    """

    __tablename__ = "sign_in_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
