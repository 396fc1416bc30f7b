"""Tables of how fast mail may leave, which all processes share."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, UtcDateTime, short


class MailPace(Base):
    """A mail server that takes a limited number of messages: the instant of the next turn that is not given out yet.

    It is by the database's clock, which all workers share.
    """

    __tablename__ = "mail_pace"

    relay: Mapped[str] = mapped_column(short(300), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
