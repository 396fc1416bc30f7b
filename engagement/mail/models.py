"""Tables of the outbox: a mailing is a message built once; a delivery is one mailing to one person."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.mail.rules import DeliveryState, MailingKind, MediaType
from engagement.people.models import Person


class Mailing(Base):
    """A message as it was built: subject, text and HTML with slots that are filled for each person.

    A slot is written `{{ field }}`; values that all recipients share are filled in already. The text never changes once
    built, so what people were sent stays readable as it was. `title` is its name in lists, "" for mail to one person;
    `language` is the BCP 47 tag of its text. With `asks_confirmation` recipients are asked to confirm having read it.
    """

    __tablename__ = "mailing"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    kind: Mapped[MailingKind] = mapped_column(word_of(MailingKind))
    subject: Mapped[str] = mapped_column(short(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sender_name: Mapped[str] = mapped_column(short(), default="")
    reply_to: Mapped[str | None] = mapped_column(short(254))
    is_required: Mapped[bool] = mapped_column(default=True)
    built_at: Mapped[datetime] = mapped_column(UtcDateTime)
    title: Mapped[str] = mapped_column(short(300), default="")
    language: Mapped[str] = mapped_column(short(35), default="en")
    asks_confirmation: Mapped[bool] = mapped_column(default=False)


class Translation(Base):
    """The text of a mailing in another language, or for readers outside the directory (`rules.OUTSIDE`), and just as fixed.

    `roles` are the sets of training roles whose readers get it, as `written_sets` writes them; "" for all others of its language.
    """

    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("mailing_id", "language", "roles"),)

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    language: Mapped[str] = mapped_column(short(35))
    roles: Mapped[str] = mapped_column(short(100), default="")
    subject: Mapped[str] = mapped_column(short(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)


class EnclosedFile(Base):
    """A file that a mailing brings along; `content` is None once it was let go, `content_id` is set for a picture in the HTML."""

    __tablename__ = "enclosed_file"

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), index=True)
    name: Mapped[str] = mapped_column(short(120))
    media_type: Mapped[MediaType] = mapped_column(word_of(MediaType))
    content_id: Mapped[str] = mapped_column(short(80), default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class Delivery(Base):
    """One mailing to one person: the row that is claimed, attempted, and keeps its outcome.

    `filled` holds the person's values of the slots from when the recipients were resolved; `translation_id` is their
    text, NULL for the mailing's own. `due_at` is the instant from which it may be attempted: their next working hours
    while it is queued, the next try after a deferral. `attempted_at` is committed before the mail server is spoken to;
    `reply` is the server's own text. `is_urgent` marks mail that somebody waits for at the screen; it overtakes
    mailings to many. `decided_at` is set when a person decides to leave a delivery with an unknown outcome as it is.
    """

    __tablename__ = "delivery"
    audit_name = "address"
    __table_args__ = (
        UniqueConstraint("mailing_id", "person_id"),
        Index("ix_delivery_due", "state", "is_urgent", "due_at", "id"),
        Index("ix_delivery_person", "person_id", "id"),
        Index("ix_delivery_mailing_state", "mailing_id", "state"),
        ADDRESSED,
    )

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    translation_id: Mapped[int | None] = mapped_column(ForeignKey("translation.id"))
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
    translation: Mapped[Translation | None] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def letter(self) -> Mailing | Translation:
        """The text that this person gets: in their language if there is one, and for their training roles."""
        return self.translation or self.mailing

    @property
    def is_emptied(self) -> bool:
        """Whether address, name and values were deleted; that it was sent, and when, is kept."""
        return not (self.address or self.name or self.filled)

    @property
    def needs_decision(self) -> bool:
        """Whether a person has to decide if this is sent again."""
        return self.state is DeliveryState.UNKNOWN and self.decided_at is None

    @property
    def can_be_sent_again(self) -> bool:
        """Whether a person may decide to send it once more."""
        return self.state in (DeliveryState.BOUNCED, DeliveryState.UNKNOWN) and not self.is_emptied


#: The values of a delivery that no worker has claimed.
UNCLAIMED: dict[str, None] = {"claimed_by": None, "claimed_until": None}


class Acknowledgement(Base):
    """The instant at which a person confirmed having read a mailing; rows are only ever added."""

    __tablename__ = "acknowledgement"
    __table_args__ = (
        UniqueConstraint("mailing_id", "person_id"),
        Index("ix_acknowledgement_person", "person_id"),
    )

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    acknowledged_at: Mapped[datetime] = mapped_column(UtcDateTime)


_REFUSAL = "confirmations are only added"
_SQLITE_GUARDS = (
    f"CREATE TRIGGER acknowledgement_kept BEFORE DELETE ON acknowledgement BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER acknowledgement_fixed BEFORE UPDATE ON acknowledgement BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
)
_POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION refuse_acknowledgement_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER acknowledgement_kept BEFORE DELETE OR UPDATE ON acknowledgement FOR EACH ROW "
    "EXECUTE FUNCTION refuse_acknowledgement_change()",
)


@event.listens_for(Acknowledgement.__table__, "after_create")
def _guard_new_table(_table: Table, connection: Connection, **_: object) -> None:
    for statement in _SQLITE_GUARDS if connection.dialect.name == "sqlite" else _POSTGRESQL_GUARDS:
        connection.exec_driver_sql(statement)


class Reminder(Base):
    """A mailing that reminds people to confirm another one; `number` counts its reminders from 1.

    Whether somebody has confirmed is checked again at the moment of sending.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("of_mailing_id", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
    )

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    of_mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    number: Mapped[int]

    mailing: Mapped[Mailing] = relationship(foreign_keys=[mailing_id])
