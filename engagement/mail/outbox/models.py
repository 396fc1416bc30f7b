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


class MailDomainPace(Base):
    """A domain of recipients that takes no more for now.

    `until` is set when it put off one message after the other; `pauses` counts such pauses in a row, each longer than
    the one before. What it answered stands with each delivery. `next_at` is when the next message may go there, where a limit is set.
    """

    __tablename__ = "mail_domain_pace"

    domain: Mapped[str] = mapped_column(short(254), primary_key=True)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pauses: Mapped[int] = mapped_column(default=0)


class MailWorker(Base):
    """A connection that sends mail: when it was last heard of, how many messages a second it sends, and what keeps it from sending."""

    __tablename__ = "mail_worker"

    name: Mapped[str] = mapped_column(short(80), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    per_second: Mapped[float] = mapped_column(default=0.0)
    trouble: Mapped[str | None] = mapped_column(short(300))
