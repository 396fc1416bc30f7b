"""Tables of mail that comes back, and of the addresses that get nothing any more because of it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.addresses import LONGEST_ADDRESS
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.mail.bounces.rules.causes import LONGEST_STATUS, Cause
from engagement.mail.models import Delivery
from engagement.people.models import Person

LONGEST_REASON = 300


class Bounce(Base):
    """A mail that came back, or a notice about one: why, and what its server wrote.

    `delivery_id` is the message that came back, if a mark, a Message-ID or a trusted report told it; `counts` says that
    one of these did, so that nobody can stop somebody's mail by a forged bounce. `fingerprint` tells a second copy.
    """

    __tablename__ = "bounce"
    __table_args__ = (
        Index("ix_bounce_address", "address", "came_at"),
        Index("ix_bounce_delivery", "delivery_id"),
        ADDRESSED,
    )

    id: Mapped[Key]
    fingerprint: Mapped[str] = mapped_column(short(64), unique=True)
    came_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    cause: Mapped[Cause] = mapped_column(word_of(Cause))
    address: Mapped[str] = mapped_column(short(LONGEST_ADDRESS))
    status: Mapped[str] = mapped_column(short(LONGEST_STATUS))
    text: Mapped[str] = mapped_column(Text)
    counts: Mapped[bool]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    delivery: Mapped[Delivery | None] = relationship()
    person: Mapped[Person | None] = relationship()


class Suppression(Base):
    """An address that gets nothing since `stopped_at`, by the bounce that was enough, until somebody lifts it with a reason."""

    __tablename__ = "suppression"
    audit_name = "title"
    __table_args__ = (one_open("uq_suppression_open", "address", where="lifted_at IS NULL"), ADDRESSED)

    id: Mapped[Key]
    address: Mapped[str] = mapped_column(short(LONGEST_ADDRESS))
    stopped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    bounce_id: Mapped[int] = mapped_column(ForeignKey("bounce.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str] = mapped_column(short(401), default="")
    lift_reason: Mapped[str] = mapped_column(short(LONGEST_REASON), default="")

    bounce: Mapped[Bounce] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def title(self) -> str:
        """Its number, because the audit must not keep an address that was erased."""
        return f"Address {self.id}"


class BounceMailbox(Base):
    """What the mailbox of bounces still holds that is none: the names of these mails there, so that none is read twice."""

    __tablename__ = "bounce_mailbox"

    id: Mapped[Key]
    left_there: Mapped[list[str]] = mapped_column(JSON)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
