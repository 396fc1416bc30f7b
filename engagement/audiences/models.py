"""Tables of saved audiences, and of training roles given to their members."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.people.rules import TrainingRole


class Audience(Base):
    """A named rule over people; `rule` is the tree that `audiences.rules` describes."""

    __tablename__ = "audience"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(short(), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RoleRule(Base):
    """Gives a training role to everybody in an audience, from `made_at` until `withdrawn_at` (None while it lasts)."""

    __tablename__ = "role_rule"
    audit_name = "words"
    __table_args__ = (
        Index(
            "uq_role_rule_open",
            "role",
            "audience_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        ADDRESSED,
    )

    id: Mapped[Key]
    role: Mapped[TrainingRole] = mapped_column(word_of(TrainingRole))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    audience: Mapped[Audience] = relationship()

    @property
    def words(self) -> str:
        """The rule as the audit log names it: "Tester: All of Claims"."""
        return f"{self.role.word}: {self.audience.name}"
