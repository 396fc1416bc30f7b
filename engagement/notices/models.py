"""Tables of notices: which workflows affect workers, and the versions of what these are told."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short
from engagement.mail.models import Mailing
from engagement.programmes.models import Workflow


class WorkerEffect(Base):
    """Somebody's judgement that a workflow affects workers, and how; it holds until `ended_at`."""

    __tablename__ = "worker_effect"
    __table_args__ = (one_open("uq_worker_effect_lasting", "workflow_id", where="ended_at IS NULL"),)

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), index=True)
    why: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    said_by: Mapped[Account | None] = relationship(foreign_keys=[said_by_id])


class Notice(Base):
    """A version of what the people affected by a workflow are told. Once published it never changes; the newest one is current.

    `mailing_id` is set by publishing; its deliveries say who was sent it, and its confirmations who read it.
    """

    __tablename__ = "notice"
    audit_name = "title"
    audit_within = "workflow"
    __table_args__ = (
        UniqueConstraint("workflow_id", "number"),
        CheckConstraint("(published_at IS NULL) = (mailing_id IS NULL)", name="published_with_mailing"),
        one_open("uq_notice_draft", "workflow_id", where="published_at IS NULL"),
        ADDRESSED,
    )

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(short())
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"), unique=True)

    workflow: Mapped[Workflow] = relationship()
    written_by: Mapped[Account | None] = relationship(foreign_keys=[written_by_id])
    published_by: Mapped[Account | None] = relationship(foreign_keys=[published_by_id])
    mailing: Mapped[Mailing | None] = relationship()

    @property
    def title(self) -> str:
        """The notice with its number, as lists and the audit name it."""
        return f"{self.workflow.name}, notice {self.number}"
