"""The table of contact rhythms: of a quadrant in a programme, or of one stakeholder."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import Base, Key, UtcDateTime, one_open, word_of
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.standings.rules import Quadrant


class ContactRhythm(Base):
    """How often to be in touch, said from `said_at` on; the row without `superseded_at` holds now.

    A stakeholder's own rhythm goes before that of their quadrant.
    """

    __tablename__ = "contact_rhythm"
    __table_args__ = (
        CheckConstraint(
            "(programme_id IS NOT NULL AND quadrant IS NOT NULL AND stakeholder_id IS NULL)"
            " OR (programme_id IS NULL AND quadrant IS NULL AND stakeholder_id IS NOT NULL)",
            name="one_subject",
        ),
        one_open(
            "uq_contact_rhythm_quadrant",
            "programme_id",
            "quadrant",
            where="programme_id IS NOT NULL AND superseded_at IS NULL",
        ),
        one_open(
            "uq_contact_rhythm_stakeholder",
            "stakeholder_id",
            where="stakeholder_id IS NOT NULL AND superseded_at IS NULL",
        ),
    )

    id: Mapped[Key]
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    quadrant: Mapped[Quadrant | None] = mapped_column(word_of(Quadrant))
    stakeholder_id: Mapped[int | None] = mapped_column(ForeignKey("stakeholder.id"))
    every: Mapped[Every] = mapped_column(word_of(Every))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    said_by: Mapped[Account | None] = relationship()
