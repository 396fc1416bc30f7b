"""The vocabulary of the communication calendar, and which planned message stands for which date of a rhythm."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise


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
    def is_submitted(self) -> bool:
        """Whether its text was handed on for approval, given or not: a change takes that back."""
        return self in (OccurrenceStatus.IN_REVIEW, OccurrenceStatus.APPROVED)

    @property
    def waits_for_approval(self) -> bool:
        """Whether nobody has approved its text yet."""
        return self in (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW)

    @property
    def goes_out_by_itself(self) -> bool:
        """Whether the clock sends it when its time has come."""
        return self is OccurrenceStatus.APPROVED

    @property
    def is_being_sent(self) -> bool:
        """Whether copies of it still go out."""
        return self is OccurrenceStatus.SENDING

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

#: Rhythms whose dates are closer together count in weeks, those whose dates are further apart in months.
FORTNIGHT, MONTH = timedelta(days=14), timedelta(days=28)


def paired(planned: Sequence[date], dates: Sequence[date]) -> dict[int, int]:
    """Return which message stands for which date of a rhythm, by their places in the two lists.

    So a message keeps its row when the rhythm changes, and one that was skipped, moved or written is not planned again
    beside itself. A message stands for the date of its own week, or of its own month where dates come monthly, else for the
    nearest one that is no further away than half the time between two dates. No date has two.
    """
    gap = min((later - earlier for earlier, later in pairwise(dates)), default=2 * MONTH)

    def apart(day: date, other: date) -> tuple[bool, timedelta]:
        if gap < FORTNIGHT:
            is_same = day.isocalendar()[:2] == other.isocalendar()[:2]
        else:
            is_same = gap >= MONTH and (day.year, day.month) == (other.year, other.month)
        return not is_same, abs(day - other)

    found: dict[int, int] = {}
    near = sorted((apart(day, other), place, at) for place, day in enumerate(planned) for at, other in enumerate(dates))
    for (is_elsewhere, distance), place, at in near:
        is_close = not is_elsewhere or distance <= gap / 2
        if is_close and place not in found and at not in found.values():
            found[place] = at
    return found
