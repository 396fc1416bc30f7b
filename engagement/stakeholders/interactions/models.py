"""Tables of interactions: that there was one, with whom, and what is said of it in dated wordings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Person
from engagement.stakeholders.interactions.rules import LONGEST_TOPICS, Channel, Said, Sentiment
from engagement.stakeholders.models import Stakeholder


class Interaction(Base):
    """Something said between us and stakeholders. A withdrawn one has no words, only who logged it and when."""

    __tablename__ = "interaction"
    audit_name = "title"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    logged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    logged_by: Mapped[Account | None] = relationship(foreign_keys=[logged_by_id])
    withdrawn_by: Mapped[Account | None] = relationship(foreign_keys=[withdrawn_by_id])

    @property
    def title(self) -> str:
        """Its number, because a list of the service must not tell its words."""
        return f"Interaction {self.id}"


class InteractionParty(Base):
    """A stakeholder who took part."""

    __tablename__ = "interaction_party"
    __table_args__ = (Index("ix_interaction_party_stakeholder", "stakeholder_id", "interaction_id"),)

    interaction_id: Mapped[int] = mapped_column(ForeignKey("interaction.id"), primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), primary_key=True)

    stakeholder: Mapped[Stakeholder] = relationship()


class InteractionWording(Base):
    """What was said of an interaction from `said_at` on; the row without `superseded_at` holds now.

    `colleague_id` is whoever of us took part beside the author.
    """

    __tablename__ = "interaction_wording"
    __table_args__ = (
        one_open("uq_interaction_wording_open", "interaction_id", where="superseded_at IS NULL"),
        Index("ix_interaction_wording_interaction", "interaction_id", "said_at"),
        Index("ix_interaction_wording_day", "happened_on"),
    )

    id: Mapped[Key]
    interaction_id: Mapped[int] = mapped_column(ForeignKey("interaction.id"))
    channel: Mapped[Channel] = mapped_column(word_of(Channel))
    happened_on: Mapped[date]
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notes: Mapped[str] = mapped_column(Text)
    topics: Mapped[str] = mapped_column(short(LONGEST_TOPICS), default="")
    sentiment: Mapped[Sentiment | None] = mapped_column(word_of(Sentiment))
    colleague_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    colleague: Mapped[Person | None] = relationship()
    said_by: Mapped[Account | None] = relationship()

    @property
    def said(self) -> Said:
        """Its values."""
        return Said(
            self.channel,
            self.happened_on,
            self.notes,
            self.topics,
            self.sentiment,
            self.began_at,
            self.colleague_id,
        )
