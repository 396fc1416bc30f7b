"""Table of retention: for how many days each kind of record is kept."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, Key, UtcDateTime, word_of
from engagement.privacy.rules.records import SHORTEST_KEEPING_DAYS, RecordKind


class RetentionRule(Base):
    """Records of a kind are deleted or emptied `keep_days` days after their end; without a row, never."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint(f"keep_days >= {SHORTEST_KEEPING_DAYS}", name="kept_long_enough"),)

    id: Mapped[Key]
    kind: Mapped[RecordKind] = mapped_column(word_of(RecordKind), unique=True)
    keep_days: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
