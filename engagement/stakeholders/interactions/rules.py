"""The vocabulary of interactions, and what is said of one."""

from dataclasses import dataclass
from datetime import date, datetime

from engagement.vocabulary import Worded

LONGEST_NOTES = 5_000
LONGEST_TOPICS = 300
#: A workshop with more is with a group, which is a stakeholder itself.
MOST_PARTIES = 50


class Channel(Worded):
    """The way in which somebody was met."""

    MEETING = "meeting"
    CALL = "call"
    MESSAGE = "message", "Mail or message"
    WORKSHOP = "workshop"
    VISIT = "visit"
    EVENT = "event", "Event or town hall"
    OTHER = "other", "Another way"


class Sentiment(Worded):
    """How they spoke of the change; kept only where an attitude may be stored, see `standings.queries.posts`."""

    FAVOURABLE = "favourable", "In favour"
    MIXED = "mixed", "Undecided"
    CRITICAL = "critical", "Against"


@dataclass(frozen=True)
class Said:
    """What is said of an interaction; `began_at` is None if only the day is known."""

    channel: Channel
    happened_on: date
    notes: str
    topics: str = ""
    sentiment: Sentiment | None = None
    began_at: datetime | None = None
    colleague_id: int | None = None
