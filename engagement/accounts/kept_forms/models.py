"""A form that could not be sent."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short


class KeptForm(Base):
    """The fields of a form whose sender was signed out meanwhile; only the account that opened it gets it back.

    `fields` are pairs of name and value as sent, never passwords or files.
    """

    __tablename__ = "kept_form"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    path: Mapped[str] = mapped_column(short(1000))
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
