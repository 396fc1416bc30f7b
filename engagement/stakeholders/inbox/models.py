"""Tables of mail that comes in: a programme's private address, and each mail by its Message-ID."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.addresses import LONGEST_ADDRESS
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short
from engagement.programmes.models import Programme
from engagement.stakeholders.inbox.rules.reading import LONGEST_ID, LONGEST_SUBJECT


class ProgrammeMailbox(Base):
    """A programme's private mail address; the one without `ended_at` takes mail."""

    __tablename__ = "programme_mailbox"
    __table_args__ = (one_open("uq_programme_mailbox_open", "programme_id", where="ended_at IS NULL"),)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    mail_token: Mapped[str] = mapped_column(short(40), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()
    made_by: Mapped[Account | None] = relationship()


class MailIn(Base):
    """A mail to a programme. It waits until `handled_at`; then its words stand in `interaction_id`, or nowhere any more.

    `original_on` is the day of the mail that it forwards, None if that could not be read.
    """

    __tablename__ = "mail_in"
    audit_name = "title"
    audit_within = "programme"
    __table_args__ = (UniqueConstraint("programme_id", "message_id"), ADDRESSED)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    message_id: Mapped[str] = mapped_column(short(LONGEST_ID))
    sender: Mapped[str] = mapped_column(short(LONGEST_ADDRESS), default="")
    subject: Mapped[str] = mapped_column(short(LONGEST_SUBJECT), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    attachments: Mapped[str] = mapped_column(Text, default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_forwarded: Mapped[bool] = mapped_column(default=False)
    original_on: Mapped[date | None]
    interaction_id: Mapped[int | None] = mapped_column(ForeignKey("interaction.id"), index=True)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    programme: Mapped[Programme] = relationship()
    handled_by: Mapped[Account | None] = relationship()

    @property
    def title(self) -> str:
        """Its number, because the audit must not tell its words."""
        return f"Mail {self.id}"
