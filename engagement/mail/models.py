"""Tables of the outbox: a mailing is built once, a delivery is one mailing to one person."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base, Key, UtcDateTime, short, word_of
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person


class Mailing(Base):
    """A message as it was built: subject, text and HTML with slots that are filled for each person.

    A slot is written `{{ field }}`; everything that is the same for all recipients is filled in already. The text never
    changes once it is built: what people were sent stays readable as it was.
    """

    __tablename__ = "mailing"

    id: Mapped[Key]
    kind: Mapped[MailingKind] = mapped_column(word_of(MailingKind))
    subject: Mapped[str] = mapped_column(short(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sender_name: Mapped[str] = mapped_column(short(), default="")
    reply_to: Mapped[str | None] = mapped_column(short(254))
    is_required: Mapped[bool] = mapped_column(default=True)
    built_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Base):
    """One mailing to one person: the row that is claimed, attempted, and keeps its outcome.

    `filled` holds the person's values of the slots as they were when the recipients were resolved. `attempted_at` is
    written and committed before the mail server is spoken to; `reply` is the server's own text. `is_urgent` marks what
    somebody waits for at the screen, which overtakes mailings to many. `decided_at` is set when a person decided to leave
    an uncertain delivery as it is.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("mailing_id", "person_id"),
        Index("ix_delivery_due", "state", "is_urgent", "due_at", "id"),
        Index("ix_delivery_person", "person_id", "id"),
        Index("ix_delivery_mailing_state", "mailing_id", "state"),
    )

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(short(254))
    name: Mapped[str] = mapped_column(short(401), default="")
    filled: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[DeliveryState] = mapped_column(word_of(DeliveryState), default=DeliveryState.QUEUED)
    reason: Mapped[str | None] = mapped_column(short(300))
    is_urgent: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(short(80))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    mailing: Mapped[Mailing] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def needs_decision(self) -> bool:
        """Whether a person has to say if this is sent again."""
        return self.state is DeliveryState.UNKNOWN and self.decided_at is None

    @property
    def can_be_sent_again(self) -> bool:
        """Whether a person may have it sent once more."""
        return self.state in (DeliveryState.BOUNCED, DeliveryState.UNKNOWN)


class MailboxMessage(Base):
    """A message that the built-in mailbox received, as it came over SMTP; development and demonstration only."""

    __tablename__ = "mailbox_message"

    id: Mapped[Key]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sender: Mapped[str] = mapped_column(short(320))
    recipient: Mapped[str] = mapped_column(short(320), index=True)
    subject: Mapped[str] = mapped_column(short(500))
    raw: Mapped[str] = mapped_column(Text)
