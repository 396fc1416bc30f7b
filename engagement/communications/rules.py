"""The words of the communication calendar, which message belongs to which date of a rhythm, and how texts differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise

from engagement.vocabulary import State, Worded


class CommunicationKind(Worded):
    """What a communication is for."""

    EXECUTIVE_UPDATE = "executive_update"
    PROGRAMME_UPDATE = "programme_update"
    DEPARTMENT_BRIEFING = "department_briefing"
    TECHNICAL_UPDATE = "technical_update"


class QueueOutcome(StrEnum):
    """What became of a message when it was due."""

    QUEUED = "queued"
    NOBODY = "nobody"
    HELD = "held"
    TAKEN = "taken"


class OccurrenceStatus(State):
    """The state of one dated message."""

    DRAFT = "draft", "Draft", "open", "pen"
    IN_REVIEW = "in_review", "Needs approval", "warn", "eye"
    APPROVED = "approved", "Approved", "ok", "check"
    SENDING = "sending", "Being sent", "live", "send"
    SENT = "sent", "Sent", "", "send"
    HELD = "held", "Waits for a decision", "bad", "pause"
    MISSED = "missed", "Missed", "bad", "bang"
    SKIPPED = "skipped", "Skipped", "", "ring"

    @property
    def can_be_written(self) -> bool:
        """Whether subject and text may still change."""
        return self in WRITABLE

    @property
    def is_submitted(self) -> bool:
        """Whether its text is in review or approved; a change of the text ends that."""
        return self in (OccurrenceStatus.IN_REVIEW, OccurrenceStatus.APPROVED)

    @property
    def waits_for_approval(self) -> bool:
        """Whether nobody has approved its text yet."""
        return self in (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW)

    @property
    def goes_out_by_itself(self) -> bool:
        """Whether the scheduler sends it when it is due."""
        return self is OccurrenceStatus.APPROVED

    @property
    def is_being_sent(self) -> bool:
        """Whether copies are still going out."""
        return self is OccurrenceStatus.SENDING

    @property
    def can_be_moved(self) -> bool:
        """Whether it may get another time; moving a missed message makes it a draft again."""
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
        """The ending of its CSS class in the month view."""
        return {"": "sent", "open": "draft"}.get(self.tone, self.tone)


WRITABLE = (
    OccurrenceStatus.DRAFT,
    OccurrenceStatus.IN_REVIEW,
    OccurrenceStatus.APPROVED,
    OccurrenceStatus.HELD,
)

#: Rhythms with dates closer than this are compared by week, others by month.
FORTNIGHT, MONTH = timedelta(days=14), timedelta(days=28)


def paired(planned: Sequence[date], dates: Sequence[date]) -> dict[int, int]:
    """Return which message belongs to which date of a rhythm, as places in the two lists.

    A message thus keeps its row when the rhythm changes, and a message that was skipped, moved or written is not
    planned a second time. It belongs to the date of its own week, or of its own month if dates come monthly; else to
    the nearest date within half the time between two dates. Each date has at most one message.
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


#: How many equal lines are shown before and after each difference.
LINES_AROUND = 2


@dataclass(frozen=True)
class Line:
    """A line of a comparison: in both texts, only in the earlier one, or only in the later one; or a gap of same lines."""

    text: str
    is_gone: bool = False
    is_new: bool = False
    left_out: int = 0


def differences(earlier: str, later: str) -> list[Line]:
    """Return the lines of both texts in order, with equal ones only near a difference; empty for equal texts."""
    return list(_lines(earlier.splitlines(), later.splitlines())) if earlier != later else []


def _lines(earlier: list[str], later: list[str]) -> Iterator[Line]:
    for tag, begin, end, new_begin, new_end in SequenceMatcher(None, earlier, later).get_opcodes():
        if tag != "equal":
            yield from (Line(text, is_gone=True) for text in earlier[begin:end])
            yield from (Line(text, is_new=True) for text in later[new_begin:new_end])
            continue
        before = LINES_AROUND if begin else 0
        after = LINES_AROUND if end < len(earlier) or new_end < len(later) else 0
        same = earlier[begin:end]
        if len(same) <= before + after + 1:
            yield from map(Line, same)
            continue
        yield from map(Line, same[:before])
        yield Line("", left_out=len(same) - before - after)
        yield from map(Line, same[len(same) - after :])
