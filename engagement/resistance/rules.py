"""The vocabulary of the resistance log and its promised days; `figures.rules` hides small groups."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from statistics import median, median_low

from engagement.days.working_days import working_days_between
from engagement.errors import BadInput
from engagement.vocabulary import State, Worded


class Source(Worded):
    """Where resistance comes from."""

    JOB_SECURITY = "job_security"
    LOSS_OF_CONTROL = "loss_of_control"
    CHANGE_FATIGUE = "change_fatigue"
    QUALITY_SCEPTICISM = "quality_scepticism"
    OTHER = "other"

    @property
    def own_words(self) -> str:
        """The source as somebody with a worry would say it."""
        return _OWN_WORDS[self][0]

    @property
    def hint(self) -> str:
        """The line below it in the form."""
        return _OWN_WORDS[self][1]


_OWN_WORDS = {
    Source.JOB_SECURITY: ("My job", "Whether I keep it, and what becomes of it"),
    Source.LOSS_OF_CONTROL: ("Who decides", "The system deciding instead of people"),
    Source.CHANGE_FATIGUE: ("Too much at once", "Pace, timing, other changes"),
    Source.QUALITY_SCEPTICISM: ("Whether it works", "Mistakes, odd results, doubts"),
    Source.OTHER: ("Something else", "Or you would rather not say"),
}


class Sender(StrEnum):
    """Whether the sender gives their name. Never chosen for them."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class Severity(Worded):
    """How much depends on an answer."""

    LOW = "low"
    MEDIUM = "medium"
    SEVERE = "severe"


class ConcernStatus(State):
    """The state of a concern."""

    RECEIVED = "received", "New", "warn", "bang"
    ACKNOWLEDGED = "acknowledged", "Acknowledged", "open", "eye"
    IN_RESPONSE = "in_response", "In response", "live", "half"
    ANSWERED = "answered", "Answered", "ok", "check"
    CLOSED = "closed", "Closed", "", "ring"

    @property
    def own_words(self) -> str:
        """The status as its sender reads it."""
        return {
            ConcernStatus.RECEIVED: "Not read yet",
            ConcernStatus.ACKNOWLEDGED: "Read, an answer is to come",
            ConcernStatus.IN_RESPONSE: "An answer is being worked on",
            ConcernStatus.ANSWERED: "Answered",
            ConcernStatus.CLOSED: "Closed",
        }[self]

    @property
    def is_open(self) -> bool:
        """Whether the sender still waits for an answer."""
        return self not in (ConcernStatus.ANSWERED, ConcernStatus.CLOSED)


class LeftOut(StrEnum):
    """Why an anonymous concern is in no figure."""

    FLOOD = "flood"
    DECIDED = "decided"
    OUTSIDE = "outside"

    @property
    def words(self) -> str:
        """The reason as the change team reads it."""
        return {
            LeftOut.FLOOD: "Came with many others; in no figure until you decide",
            LeftOut.DECIDED: "Left out of the figures",
            LeftOut.OUTSIDE: "Sent without signing in; in no figure",
        }[self]


#: Promised to every sender: read within one working day of the organisation, answered within five.
ACKNOWLEDGE_WITHIN_WORKING_DAYS = 1
ANSWER_WITHIN_WORKING_DAYS = 5
LONGEST_TEXT = 5_000
#: Letters of a morning are a flood above this number and above this multiple of a usual morning in the last four weeks.
#: The usual number is known only after 10 mornings, so that nobody can raise it from one day to the next.
FLOOD_FROM = 20
FLOOD_TIMES = 4
FLOOD_WATCHED_DAYS = 28
FLOOD_KNOWN_AFTER = 10


def is_flood(letters: int, earlier: Sequence[int]) -> bool:
    """Return whether the number of anonymous letters on one morning is far above that of `earlier` mornings."""
    usual = median_low(earlier) if len(earlier) >= FLOOD_KNOWN_AFTER else 0
    return letters > max(FLOOD_FROM, FLOOD_TIMES * usual)


def median_working_days(answers: Sequence[tuple[date, date]], country: str) -> float | None:
    """Return the median number of working days from receipt to first answer; each pair is (received, answered)."""
    waits = [working_days_between(received, answered, country) for received, answered in answers]
    return float(median(waits)) if waits else None


def worded(text: str, field: str, missing: str) -> str:
    """Return a text as it is stored. Raises BadInput on `field` for an empty text (`missing`) or one that is too long."""
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not said:
        raise BadInput(missing, {field: missing})
    if len(said) > LONGEST_TEXT:
        sentence = f"This is {len(said):,} characters long. Shorten it to {LONGEST_TEXT:,}, or send it in two parts."
        raise BadInput(sentence, {field: sentence})
    return said
