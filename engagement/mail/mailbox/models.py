"""The table of what the built-in mailbox received."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short


class MailboxMessage(Base):
    """A message that the built-in mailbox received over SMTP; for development and demonstration only."""

    __tablename__ = "mailbox_message"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sender: Mapped[str] = mapped_column(short(320))
    recipient: Mapped[str] = mapped_column(short(320), index=True)
    subject: Mapped[str] = mapped_column(short(500))
    raw: Mapped[str] = mapped_column(Text)
