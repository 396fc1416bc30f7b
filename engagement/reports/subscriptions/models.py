"""Tables of reports that are sent: a subscription, and each of its sendings."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.mail.models import Mailing
from engagement.programmes.models import Programme
from engagement.reports.subscriptions.rules.rhythm import ReportRhythm, Wish, next_words


class ReportSubscription(Base):
    """The report of a programme, sent to somebody again and again; one a person and programme.

    `next_at` is when it is due next. It rests since `rests_at`, for the reason `rests_because`, until somebody takes it up
    again; `ended_at` is when it was ended. `made_by_id` is who asked for it, as a rule the reader.
    """

    __tablename__ = "report_subscription"
    audit_name = "title"
    __table_args__ = (
        one_open("uq_report_subscription_lasting", "programme_id", "account_id", where="ended_at IS NULL"),
        Index("ix_report_subscription_next_at", "next_at"),
        ADDRESSED,
    )

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    rhythm: Mapped[ReportRhythm] = mapped_column(word_of(ReportRhythm))
    at: Mapped[str] = mapped_column(short(5))
    timezone: Mapped[str] = mapped_column(short(64))
    with_csv: Mapped[bool]
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    rests_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rests_because: Mapped[str] = mapped_column(short(300), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    programme: Mapped[Programme] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    made_by: Mapped[Account | None] = relationship(foreign_keys=[made_by_id])

    @property
    def title(self) -> str:
        """What the audit calls it."""
        return f"{self.programme.name}, to {self.account.name}"

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        return Wish(self.rhythm, self.at, self.timezone, self.with_csv)

    @property
    def waits_words(self) -> str:
        """Of what the next sending waits beside its day."""
        return next_words(self.wish, self.next_at)

    @property
    def is_resting(self) -> bool:
        """Whether nothing is sent until somebody takes it up again."""
        return self.rests_at is not None


class ReportSending(Base):
    """One date of a subscription, once: the mail that was queued, or why none was."""

    __tablename__ = "report_sending"
    audit_name = "subscription.title"
    audit_within = "subscription"
    __table_args__ = (UniqueConstraint("subscription_id", "due_at"),)

    id: Mapped[Key]
    subscription_id: Mapped[int] = mapped_column(ForeignKey("report_subscription.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"))
    reason: Mapped[str] = mapped_column(short(300), default="")

    subscription: Mapped[ReportSubscription] = relationship()
    mailing: Mapped[Mailing | None] = relationship()
