"""The vocabulary of the communication calendar."""

from enum import StrEnum


class CommunicationKind(StrEnum):
    """The four types of communication."""

    EXECUTIVE_UPDATE = "executive_update"
    PROGRAMME_UPDATE = "programme_update"
    DEPARTMENT_BRIEFING = "department_briefing"
    TECHNICAL_UPDATE = "technical_update"

    @property
    def word(self) -> str:
        """The type as the reader sees it."""
        return self.value.replace("_", " ").capitalize()


class HolidayPolicy(StrEnum):
    """What happens to a date that falls on a weekend or holiday."""

    KEEP = "keep"
    BEFORE = "before"
    AFTER = "after"

    @property
    def word(self) -> str:
        """The policy as the reader sees it."""
        return {
            "keep": "Keep the date",
            "before": "Move to the working day before",
            "after": "Move to the working day after",
        }[self.value]


class Rhythm(StrEnum):
    """How often, as the form asks for it; `rhythm.rule_of` turns a choice into a recurrence rule."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY_WORKING_DAY = "monthly_working_day"
    MONTHLY_DAY = "monthly_day"
    MONTHLY_WEEKDAY = "monthly_weekday"
    QUARTERLY_WORKING_DAY = "quarterly_working_day"
    AS_NEEDED = "as_needed"
    AS_IT_IS = "as_it_is"

    @property
    def word(self) -> str:
        """The choice as the reader sees it."""
        return {
            "weekly": "Every week, on a weekday",
            "fortnightly": "Every two weeks, on a weekday",
            "monthly_working_day": "Every month, on the first working day",
            "monthly_day": "Every month, on the same day of the month",
            "monthly_weekday": "Every month, on a weekday of one week",
            "quarterly_working_day": "Every quarter, on the first working day",
            "as_needed": "As needed, no fixed dates",
            "as_it_is": "As it is now",
        }[self.value]


class QueueOutcome(StrEnum):
    """What became of a message when its time had come."""

    QUEUED = "queued"
    NOBODY = "nobody"
    HELD = "held"
    TAKEN = "taken"


class OccurrenceStatus(StrEnum):
    """Where one dated message stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    MISSED = "missed"
    SKIPPED = "skipped"

    @property
    def word(self) -> str:
        """The status as the reader sees it."""
        return _WORDS[self][0]

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return _WORDS[self][1]

    @property
    def icon(self) -> str:
        """The icon of its pill."""
        return _WORDS[self][2]

    @property
    def can_be_written(self) -> bool:
        """Whether subject and text may still change."""
        return self in WRITABLE

    @property
    def can_be_moved(self) -> bool:
        """Whether it may get another time; a missed one becomes a draft again by it."""
        return self in (*WRITABLE, OccurrenceStatus.MISSED)

    @property
    def needs_approval(self) -> bool:
        """Whether somebody may approve its text now."""
        return self in (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW, OccurrenceStatus.HELD)

    @property
    def is_out(self) -> bool:
        """Whether it was handed to delivery, finished or not."""
        return self in (OccurrenceStatus.SENDING, OccurrenceStatus.SENT)

    @property
    def entry(self) -> str:
        """How its entry in the month looks: the ending of a class."""
        return {"": "sent", "open": "draft"}.get(self.tone, self.tone)


WRITABLE = (
    OccurrenceStatus.DRAFT,
    OccurrenceStatus.IN_REVIEW,
    OccurrenceStatus.APPROVED,
    OccurrenceStatus.HELD,
)

_WORDS = {
    OccurrenceStatus.DRAFT: ("Draft", "open", "pen"),
    OccurrenceStatus.IN_REVIEW: ("Needs approval", "warn", "eye"),
    OccurrenceStatus.APPROVED: ("Approved", "ok", "check"),
    OccurrenceStatus.SENDING: ("Being sent", "live", "send"),
    OccurrenceStatus.SENT: ("Sent", "", "send"),
    OccurrenceStatus.HELD: ("Waits for a decision", "bad", "pause"),
    OccurrenceStatus.MISSED: ("Missed", "bad", "bang"),
    OccurrenceStatus.SKIPPED: ("Skipped", "", "ring"),
}
