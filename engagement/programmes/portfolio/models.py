"""The table of a workflow's versions: what changed, from which day, and by whom."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base, Key, UtcDateTime, short
from engagement.programmes.models import Workflow


class WorkflowVersion(Base):
    """A version of a workflow, which holds from a day until the next one does.

    Every workflow begins with version 1. A version is announced once and never changed, because others decided on what it said.
    """

    __tablename__ = "workflow_version"
    __table_args__ = (UniqueConstraint("workflow_id", "number"),)

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"))
    number: Mapped[int]
    changes: Mapped[str] = mapped_column(Text, default="")
    holds_from_on: Mapped[date]
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str | None] = mapped_column(short(401))

    workflow: Mapped[Workflow] = relationship()
