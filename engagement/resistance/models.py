"""Tables of the resistance log. Nothing that could identify the sender of an anonymous concern is stored anywhere."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.days.working_days import working_days_after
from engagement.db import Base, Key, UtcDateTime, random_key, short, word_of
from engagement.people.models import Department, Person
from engagement.programmes.models import Workflow
from engagement.resistance.rules import (
    ACKNOWLEDGE_WITHIN_WORKING_DAYS,
    ANSWER_WITHIN_WORKING_DAYS,
    ConcernStatus,
    LeftOut,
    Severity,
    Source,
)
from engagement.waves.models import Wave


@dataclass(frozen=True)
class About:
    """What a concern is about, as far as somebody said it."""

    source: Source = Source.OTHER
    wave: Wave | None = None
    department: Department | None = None
    workflow: Workflow | None = None


class Concern(Base):
    """A worry or objection, from a named person, from an unknown one, or logged by a change manager for somebody.

    For an anonymous one `person_id`, `received_at` and `submission` are None. Only two facts are stored: the day on
    which the change team got it (see `saying.models.Letter`), and `receipt_hash`, the keyed hash of a code that only
    the sender has. `submission` makes a named form count once when a browser repeats it; for an anonymous one the
    receipt does the same. A check constraint enforces this promise in the table. `left_out` says why it is in no
    figure, None for one that counts. `waiting_since_on` is the day since which the sender waits for an answer,
    `answered_on` the day since which they don't: always exactly one of the two is set. `first_answered_on` never
    changes once set.
    """

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint(
            "NOT is_anonymous OR (person_id IS NULL AND received_at IS NULL AND submission IS NULL"
            " AND receipt_hash IS NOT NULL)",
            name="anonymous_means_unknown",
        ),
        CheckConstraint("(waiting_since_on IS NULL) <> (answered_on IS NULL)", name="waiting_or_answered"),
        Index("ix_concern_status", "status", "received_on"),
        Index("ix_concern_wave_source", "wave_id", "source"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=random_key)
    is_anonymous: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    source: Mapped[Source] = mapped_column(word_of(Source))
    severity: Mapped[Severity] = mapped_column(word_of(Severity), default=Severity.MEDIUM)
    text: Mapped[str] = mapped_column(Text)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    workflow_id: Mapped[int | None] = mapped_column(ForeignKey("workflow.id"))
    status: Mapped[ConcernStatus] = mapped_column(word_of(ConcernStatus), default=ConcernStatus.RECEIVED)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    received_on: Mapped[date] = mapped_column(index=True)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_since_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    first_answered_on: Mapped[date | None]
    receipt_hash: Mapped[str | None] = mapped_column(short(64), unique=True)
    submission: Mapped[str | None] = mapped_column(short(64), unique=True)
    left_out: Mapped[LeftOut | None] = mapped_column(word_of(LeftOut))

    person: Mapped[Person | None] = relationship()
    owner: Mapped[Account | None] = relationship(foreign_keys=[owner_id])
    logged_by: Mapped[Account | None] = relationship(foreign_keys=[logged_by_id])
    wave: Mapped[Wave | None] = relationship()
    department: Mapped[Department | None] = relationship()
    workflow: Mapped[Workflow | None] = relationship()

    @property
    def sender_words(self) -> str:
        """Who says this, as the change team sees it."""
        if self.is_anonymous:
            return "Anonymous"
        if self.person is not None:
            return self.person.name
        if self.logged_by is not None:
            return self.logged_by.name if self.submission else f"Somebody who spoke to {self.logged_by.name}"
        return "Somebody"

    def acknowledge_by(self, country: str) -> date:
        """Return the day by which somebody has to have read it, in working days of this country."""
        return working_days_after(self.received_on, ACKNOWLEDGE_WITHIN_WORKING_DAYS, country)

    def answer_by(self, country: str) -> date | None:
        """Return the day by which an answer was promised, None when none is needed."""
        since = self.waiting_since_on
        return working_days_after(since, ANSWER_WITHIN_WORKING_DAYS, country) if since else None


class ConcernReply(Base):
    """A message in the conversation about a concern. For the sender's (`author_id` None) only the day is stored.

    `place` counts within one conversation and gives the order, because the keys are random.
    """

    __tablename__ = "concern_reply"
    __table_args__ = (UniqueConstraint("concern_id", "place"), {"sqlite_with_rowid": False})

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=random_key)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"))
    place: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    written_on: Mapped[date]

    author: Mapped[Account | None] = relationship()


class ConcernStep(Base):
    """A dated step by somebody of the change team, with a note that the sender can read.

    The sender's own acts make no step, because a step stores an instant.
    """

    __tablename__ = "concern_step"

    id: Mapped[Key]
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), index=True)
    status: Mapped[ConcernStatus] = mapped_column(word_of(ConcernStatus))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Account | None] = relationship()


class ConcernResponse(Base):
    """A response of the playbook that the change team tries for a concern, by its title, from a day on; each once.

    `source` is that of the playbook, which stays if the concern is counted under another one later.
    """

    __tablename__ = "concern_response"
    __table_args__ = (UniqueConstraint("concern_id", "title"),)

    id: Mapped[Key]
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"))
    source: Mapped[Source] = mapped_column(word_of(Source))
    title: Mapped[str] = mapped_column(short())
    tried_on: Mapped[date] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
