"""The vocabulary of consultations, and pure rules: how one stands, and what is wrong with what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from engagement.vocabulary import State, Worded

LONGEST_NAME, LONGEST_BASIS, LONGEST_TEXT = 200, 1_000, 5_000
#: A deadline is near this many days before it.
NEAR = timedelta(days=7)


class BodyKind(Worded):
    """For whom, or for what, a body speaks."""

    WORKS_COUNCIL = "works_council"
    UNION = "union"
    DATA_PROTECTION = "data_protection", "Data protection officer"
    OTHER = "other", "Another body"


class PositionKind(Worded):
    """What a body says to a wave."""

    AGREES = "agrees"
    CONDITIONS = "conditions", "Agrees with conditions"
    OBJECTS = "objects"
    NO_POSITION = "no_position", "Takes no position"

    @property
    def needs_words(self) -> bool:
        """Whether it says nothing without its conditions or reasons."""
        return self in (PositionKind.CONDITIONS, PositionKind.OBJECTS)


class Stand(State):
    """How a consultation stands."""

    OPEN = "open", "Open", "open", "ring"
    AGAIN = "again", "Open again", "warn", "bang"
    AGREES = "agrees", "Agrees", "ok", "check"
    CONDITIONS = "conditions", "Agrees with conditions", "ok", "check"
    OBJECTS = "objects", "Objects", "bad", "cross"
    NO_POSITION = "no_position", "Takes no position", "", "ring"

    @property
    def is_open(self) -> bool:
        """Whether a position is still to come."""
        return self in (Stand.OPEN, Stand.AGAIN)


def stand_of(position: PositionKind | None, *, is_outdated: bool) -> Stand:
    """Return how a consultation stands with this position; an outdated one was given to other workflows."""
    if position is None:
        return Stand.OPEN
    return Stand.AGAIN if is_outdated else Stand(position.value)


def outdated_by(covered: Mapping[str, int], now: Mapping[int, int]) -> list[int]:
    """Return the workflows that a position does not cover: those that came since, or have a newer version.

    Both map the id of a workflow to the number of its version.
    """
    return [workflow_id for workflow_id, number in now.items() if covered.get(str(workflow_id), 0) < number]


@dataclass(frozen=True)
class BodyDetails:
    """What a body is, under the same names in its form and its row."""

    name: str
    kind: BodyKind


@dataclass(frozen=True)
class Asked:
    """What a body is asked: whether that is required and on which ground, and until when it may answer."""

    is_required: bool
    basis: str
    deadline_on: date | None


@dataclass(frozen=True)
class Document:
    """Something that was handed over: its name and version, on which day, and where or what it is."""

    name: str
    version: str
    handed_over_on: date
    link: str = ""
    text: str = ""


@dataclass(frozen=True)
class PositionSaid:
    """A position with its words, and the day on which it was given."""

    kind: PositionKind
    words: str
    given_on: date


def asked_problems(said: Asked, today: date, former: Asked | None = None) -> dict[str, str]:
    """Return what is wrong with a request, by field; a deadline that stood before may have passed."""
    problems = {}
    if said.is_required and not said.basis:
        problems["basis"] = (
            "Write the legal basis, such as the paragraph or the agreement. Whoever asks later why it waited reads it."
        )
    if len(said.basis) > LONGEST_BASIS:
        problems["basis"] = _shorter(said.basis, LONGEST_BASIS)
    is_kept = former is not None and former.deadline_on == said.deadline_on
    if said.deadline_on is not None and said.deadline_on < today and not is_kept:
        problems["deadline_on"] = "That day has passed. Choose today or a later one, or none."
    return problems


def document_problems(said: Document, today: date) -> dict[str, str]:
    """Return what is wrong with a document, by field."""
    problems = {}
    if not said.name or len(said.name) > LONGEST_NAME:
        problems["name"] = f"Write what it is called, in at most {LONGEST_NAME} characters."
    if not said.version or len(said.version) > 60:
        problems["version"] = "Write its version, such as 2 or “draft of 4 May”, in at most 60 characters."
    if said.handed_over_on > today:
        problems["handed_over_on"] = "That day has not come. Choose the day on which they got it."
    if not said.link and not said.text:
        problems["link"] = "Write where it is, or its text below."
    elif said.link and not _is_address(said.link):
        problems["link"] = "Write a whole address that begins with https:// or http://."
    if len(said.text) > 50_000:
        problems["text"] = _shorter(said.text, 50_000)
    return problems


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(link) <= 1_000


def position_problems(said: PositionSaid, today: date) -> dict[str, str]:
    """Return what is wrong with a position, by field."""
    problems = {}
    if said.kind.needs_words and not said.words:
        conditions = said.kind is PositionKind.CONDITIONS
        problems["words"] = "Write the conditions." if conditions else "Write what the objection is."
    if len(said.words) > LONGEST_TEXT:
        problems["words"] = _shorter(said.words, LONGEST_TEXT)
    if said.given_on > today:
        problems["given_on"] = "That day has not come. Choose the day on which the position was given."
    return problems


def words_problem(text: str) -> str:
    """Return what is wrong with a question or an answer, "" if nothing is."""
    if not text:
        return "Write it in a sentence or two."
    return _shorter(text, LONGEST_TEXT) if len(text) > LONGEST_TEXT else ""


def _shorter(text: str, most: int) -> str:
    return f"Shorten this to {most:,} characters; it has {len(text):,}."
