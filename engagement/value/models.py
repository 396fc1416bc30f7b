"""Tables of value metrics: what is measured of a workflow, how it stood before, and readings over time."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.value.rules import Better, MetricKind, ReadingRhythm, written


class ValueMetric(Base):
    """Something measured of a workflow, with who reads it and how often. Values are whole thousandths of the unit.

    `ended_at` is set when nobody measures it any more; its readings stay.
    """

    __tablename__ = "value_metric"
    audit_within = "workflow"
    __table_args__ = (
        CheckConstraint("(target IS NULL) = (target_on IS NULL)", name="target_with_day"),
        ADDRESSED,
    )

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), index=True)
    kind: Mapped[MetricKind] = mapped_column(word_of(MetricKind), default=MetricKind.VALUE)
    name: Mapped[str] = mapped_column(short())
    unit: Mapped[str] = mapped_column(short(60))
    better: Mapped[Better] = mapped_column(word_of(Better))
    every: Mapped[ReadingRhythm] = mapped_column(word_of(ReadingRhythm))
    target: Mapped[int | None] = mapped_column(BigInteger)
    target_on: Mapped[date | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    workflow: Mapped[Workflow] = relationship()
    owner: Mapped[Person | None] = relationship()

    def said(self, value: int) -> str:
        """Write a value with its unit."""
        return f"{written(value)} {self.unit}"


class MetricBaseline(Base):
    """How a metric stood before its workflow came, or why nobody measured that; the row without `superseded_at` holds."""

    __tablename__ = "metric_baseline"
    __table_args__ = (
        CheckConstraint("(value IS NULL) = (measured_on IS NULL)", name="value_with_day"),
        CheckConstraint("(value IS NULL) <> (reason = '')", name="value_or_reason"),
        one_open("uq_metric_baseline_standing", "metric_id", where="superseded_at IS NULL"),
    )

    id: Mapped[Key]
    metric_id: Mapped[int] = mapped_column(ForeignKey("value_metric.id"), index=True)
    value: Mapped[int | None] = mapped_column(BigInteger)
    measured_on: Mapped[date | None]
    method: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    said_by: Mapped[Account | None] = relationship()


class MetricReading(Base):
    """A value measured on a day. A correction is a new row for the day; what it replaces stays, with `superseded_at`."""

    __tablename__ = "metric_reading"
    __table_args__ = (
        one_open("uq_metric_reading_standing", "metric_id", "measured_on", where="superseded_at IS NULL"),
        ADDRESSED,
    )

    id: Mapped[Key]
    metric_id: Mapped[int] = mapped_column(ForeignKey("value_metric.id"), index=True)
    measured_on: Mapped[date]
    value: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    metric: Mapped[ValueMetric] = relationship()
    said_by: Mapped[Account | None] = relationship()
