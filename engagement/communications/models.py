"""Tables of the calendar: a communication with its cadence, its dated occurrences, and approvals."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.audiences.models import Audience
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.content.models import Asking
from engagement.days.cadence import Cadence, HolidayPolicy, moved_day
from engagement.days.recurrence import read_rule
from engagement.days.rhythm import cadence_words
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.mail.models import Mailing
from engagement.programmes.models import Programme
from engagement.waves.models import Wave
from engagement.words import day_words, moment_words, short_day_words


@dataclass(frozen=True)
class Details:
    """The fields of a communication, under the same names in its form, its actions and its row.

    `cadence` is RRULE text, None for "as needed"; it begins on `starts_on` (None: the day it is made). A subject or
    outline of None takes that of the starter library. `Communication` explains the others.
    """

    kind: CommunicationKind
    name: str
    audience: Audience
    owner: Account
    approver: Account | None = None
    wave: Wave | None = None
    cadence: str | None = None
    at: str = "09:00"
    timezone: str = "Europe/London"
    starts_on: date | None = None
    holiday_policy: HolidayPolicy = HolidayPolicy.AFTER
    holiday_country: str = "GB-ENG"
    write_lead_days: int = 5
    is_required: bool = True
    in_working_hours: bool = True
    asks_confirmation: bool = False
    remind_after_days: int = 3
    remind_times: int = 2
    language: str | None = None
    subject: str | None = None
    outline: str | None = None

    def items(self) -> dict[str, Any]:
        """Return every field with its value; related rows are kept as rows."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Communication(Base):
    """A line of the calendar: what is said to whom, how often, who writes and who approves.

    `cadence` is RFC 5545 RRULE text, None for "as needed". Its dates are local times (`at`, HH:MM) in `timezone`
    (IANA), moved by `holiday_policy` around the holidays of `holiday_country` (ISO 3166, also "GB-ENG").
    `cadence_since` is the instant from which this cadence holds: it gives no dates before. Drafts are due
    `write_lead_days` working days before sending. `outline` and `subject` start each new draft, in `language` (None:
    the organisation's). With `in_working_hours` each reader gets it in their own working hours, else everybody gets it
    at once. Drafts begin with `asks_confirmation`; readers who have not confirmed are reminded `remind_times` times,
    each time `remind_after_days` days after the last message.
    """

    __tablename__ = "communication"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[CommunicationKind] = mapped_column(word_of(CommunicationKind))
    name: Mapped[str] = mapped_column(short())
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    cadence: Mapped[str | None] = mapped_column(short(300))
    at: Mapped[str] = mapped_column(short(5), default="09:00")
    timezone: Mapped[str] = mapped_column(short(64))
    starts_on: Mapped[date]
    cadence_since: Mapped[datetime] = mapped_column(UtcDateTime)
    holiday_policy: Mapped[HolidayPolicy] = mapped_column(word_of(HolidayPolicy), default=HolidayPolicy.AFTER)
    holiday_country: Mapped[str] = mapped_column(short(10), default="GB")
    write_lead_days: Mapped[int] = mapped_column(default=5)
    is_required: Mapped[bool] = mapped_column(default=True)
    in_working_hours: Mapped[bool] = mapped_column(default=True)
    asks_confirmation: Mapped[bool] = mapped_column(default=False)
    remind_after_days: Mapped[int] = mapped_column(default=3)
    remind_times: Mapped[int] = mapped_column(default=2)
    language: Mapped[str | None] = mapped_column(short(35))
    subject: Mapped[str] = mapped_column(short(300), default="")
    outline: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()
    wave: Mapped[Wave | None] = relationship()
    audience: Mapped[Audience] = relationship()
    owner: Mapped[Account] = relationship(foreign_keys=[owner_id])
    approver: Mapped[Account | None] = relationship(foreign_keys=[approver_id])

    @property
    def details(self) -> Details:
        """What its form shows and its actions change."""
        return Details(**{field.name: getattr(self, field.name) for field in fields(Details)})

    @property
    def counted_from(self) -> date | None:
        """The day from which every second week or month is counted; None when the cadence skips none."""
        return read_rule(self.cadence).counted_from(self.starts_on) if self.cadence else None

    @property
    def how_often(self) -> str:
        """The cadence in words, with time and zone."""
        return cadence_words(self.cadence, self.at, self.timezone)

    @property
    def dates(self) -> Cadence | None:
        """The cadence as `cadence.planned_dates` expands it, None for "as needed"."""
        if self.cadence is None:
            return None
        return Cadence(self.cadence, self.at, self.timezone, self.starts_on, self.holiday_policy, self.holiday_country)


#: When a message goes out that is kept for a roll-back.
KEPT = "when the wave is rolled back"


class Occurrence(Asking, Base):
    """One dated message of a communication, from draft to sent.

    `planned_for` is the instant that the cadence gave (unique, so that planning twice makes nothing twice), `sends_at`
    the instant of sending. While `is_kept`, it waits until its wave is rolled back (`rolling_back`). `from_cadence` is false for a message dated by hand; `moved_at` is when somebody last moved
    it by hand. `text_version` counts every change of subject, body, question, a translation or `asks_confirmation`; an approval
    names the version that it approves. `mailing_id` is set once, by the claim that queued the message.
    `reach_when_planned` is the number of people in the audience when the text was approved, `reached` the number of
    people the message was made out to. `reason` says in words why it was skipped, missed, held, stopped, went to
    nobody, or told some readers that nothing is published for them.
    """

    __tablename__ = "occurrence"
    audit_name = "title"
    audit_within = "communication"
    __table_args__ = (
        UniqueConstraint("communication_id", "planned_for"),
        Index("ix_occurrence_due", "status", "sends_at"),
        ADDRESSED,
    )

    id: Mapped[Key]
    communication_id: Mapped[int] = mapped_column(ForeignKey("communication.id"))
    planned_for: Mapped[datetime] = mapped_column(UtcDateTime)
    sends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    from_cadence: Mapped[bool] = mapped_column(default=True)
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    write_by: Mapped[date]
    status: Mapped[OccurrenceStatus] = mapped_column(word_of(OccurrenceStatus), default=OccurrenceStatus.DRAFT)
    subject: Mapped[str] = mapped_column(short(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    asks_confirmation: Mapped[bool] = mapped_column(default=False)
    text_version: Mapped[int] = mapped_column(default=1)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reach_when_planned: Mapped[int | None]
    reached: Mapped[int | None]
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"), unique=True)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    is_kept: Mapped[bool] = mapped_column(default=False)

    communication: Mapped[Communication] = relationship()
    written_by: Mapped[Account | None] = relationship()
    mailing: Mapped[Mailing | None] = relationship()

    @property
    def sends_on(self) -> date:
        """The day of sending, in the communication's time zone."""
        return self.sends_at.astimezone(ZoneInfo(self.communication.timezone)).date()

    @property
    def when(self) -> str:
        """The time of sending in words, in the communication's time zone, with the zone named."""
        if self.is_kept:
            return KEPT
        return moment_words(self.sends_at, self.communication.timezone)

    @property
    def title(self) -> str:
        """The message as lists and the audit log name it."""
        return (
            self.communication.name if self.is_kept else f"{self.communication.name}, {short_day_words(self.sends_on)}"
        )

    def why_moved(self, timezone: str) -> str | None:
        """A sentence saying why the message is not sent on the day that the cadence gave; None when it is.

        Instants are written in `timezone` (IANA), which is named.
        """
        if self.sends_at == self.planned_for:
            return None
        planned_on = self.planned_for.astimezone(ZoneInfo(self.communication.timezone)).date()
        if self.moved_at is not None:
            return f"Moved by hand from {moment_words(self.planned_for, timezone)}."
        line = self.communication
        rule = read_rule(line.cadence) if line.cadence else None
        _, why = moved_day(planned_on, line.holiday_policy, line.holiday_country, rule)
        because = f", which is {why}" if why else ""
        return f"Moved from {day_words(planned_on)}{because}."


class OccurrenceText(Asking, Base):
    """A translation of a message's text; it belongs to the message's version, whose right answer is that of its question too."""

    __tablename__ = "occurrence_text"
    __table_args__ = (UniqueConstraint("occurrence_id", "language"),)

    id: Mapped[Key]
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(short(35))
    subject: Mapped[str] = mapped_column(short(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")


class TextVersion(Asking, Base):
    """A text as saved at some time, in one language ("" for the message's own); the newest one is current.

    `number` is the message's `text_version` at that time. The first version of a language is the text before the first
    save; an outline has no author and no time. While `is_running`, autosaves of its author continue this version.
    """

    __tablename__ = "text_version"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(short(35), default="")
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(short(300))
    body: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_running: Mapped[bool] = mapped_column(default=False)

    written_by: Mapped[Account | None] = relationship()


class Approval(Base):
    """The approval of one version of a text by somebody other than its writers; editing the text withdraws it.

    `acted_on` holds the facts that readers act on, as approved, by name: sending time, audience rule, go-live, and
    every merge value. When one of them changes, the approval no longer holds. None for older approvals.
    """

    __tablename__ = "approval"

    id: Mapped[Key]
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    text_version: Mapped[int]
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acted_on: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))

    approved_by: Mapped[Account] = relationship()


class SentBack(Base):
    """A message sent back by somebody who could approve it, with what to change; open until approval is asked again."""

    __tablename__ = "sent_back"

    id: Mapped[Key]
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id", ondelete="CASCADE"), index=True)
    text_version: Mapped[int]
    comment: Mapped[str] = mapped_column(Text)
    sent_back_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    sent_back_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    sent_back_by: Mapped[Account] = relationship()
