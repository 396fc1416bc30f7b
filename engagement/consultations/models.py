"""Tables of consultations: bodies and who speaks for them, what they are asked of a wave, and all that was said."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.consultations.rules import Asked, BodyKind, PositionKind
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.stakeholders.models import Stakeholder
from engagement.waves.models import Wave


class Body(Base):
    """A works council, a union or the like that a programme has to ask; `stakeholder` is its entry on the map, if it is there."""

    __tablename__ = "body"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    name: Mapped[str] = mapped_column(short())
    kind: Mapped[BodyKind] = mapped_column(word_of(BodyKind))
    stakeholder_id: Mapped[int | None] = mapped_column(ForeignKey("stakeholder.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()
    stakeholder: Mapped[Stakeholder | None] = relationship()


class BodyMember(Base):
    """Somebody who speaks for a body, from `named_at` until `ended_at` (None: still). It gives the right to read what it is asked."""

    __tablename__ = "body_member"
    __table_args__ = (
        one_open("uq_body_member_lasting", "body_id", "person_id", where="ended_at IS NULL"),
        ADDRESSED,
    )

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    body: Mapped[Body] = relationship()
    person: Mapped[Person] = relationship()


class Consultation(Base):
    """What a body is asked of a wave. It stands as its newest `Position` says, unless the workflows changed since."""

    __tablename__ = "consultation"
    audit_name = "title"
    audit_within = "wave"
    __table_args__ = (UniqueConstraint("wave_id", "body_id"), ADDRESSED)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    is_required: Mapped[bool]
    basis: Mapped[str] = mapped_column(Text, default="")
    deadline_on: Mapped[date | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()
    body: Mapped[Body] = relationship()

    @property
    def title(self) -> str:
        """The body and the wave, as lists and the audit name it."""
        return f"{self.body.name}: {self.wave.title}"

    @property
    def asked(self) -> Asked:
        """What is asked, as its form shows it."""
        return Asked(self.is_required, self.basis, self.deadline_on)


class HandedOver(Base):
    """A document that a body got: a link, or the text itself. Rows are only added."""

    __tablename__ = "handed_over"
    __table_args__ = (Index("ix_handed_over_consultation", "consultation_id", "handed_over_on"), ADDRESSED)

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    name: Mapped[str] = mapped_column(short())
    version: Mapped[str] = mapped_column(short(60))
    handed_over_on: Mapped[date]
    link: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    consultation: Mapped[Consultation] = relationship()


class BodyQuestion(Base):
    """A question of a body. Rows are only added."""

    __tablename__ = "body_question"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    consultation: Mapped[Consultation] = relationship()
    asked_by: Mapped[Account | None] = relationship()


class BodyAnswer(Base):
    """An answer to a question of a body; a later one adds to it. Rows are only added."""

    __tablename__ = "body_answer"

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("body_question.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    answered_by: Mapped[Account | None] = relationship()


class Position(Base):
    """What a body said to a wave, and when; the newest row holds. `covers` has the version of each workflow that it was said to."""

    __tablename__ = "position"

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    kind: Mapped[PositionKind] = mapped_column(word_of(PositionKind))
    words: Mapped[str] = mapped_column(Text, default="")
    given_on: Mapped[date]
    covers: Mapped[dict[str, int]] = mapped_column(JSON)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    said_by: Mapped[Account | None] = relationship()
