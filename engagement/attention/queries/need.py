"""One thing that needs somebody, as pages, digests and the API read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engagement.accounts.addresses.queries import Waiting
from engagement.attention.queries.holding import HeldTotals
from engagement.attention.queries.ownership import Vacancy
from engagement.attention.queries.waves import MissingCurriculum, RolelessMembers, WaveTraining
from engagement.attention.rules import Kind, Place, Reason
from engagement.communications.models import Occurrence
from engagement.resistance.models import Concern
from engagement.set_aside import SetAside
from engagement.stakeholders.chain.queries import BrokenChain
from engagement.stakeholders.leadership.queries import StepShown
from engagement.training.queries.leftovers import Move

#: The thing behind a need, with everything that a sentence about it may say.
Subject = (
    Occurrence
    | Concern
    | Move
    | Vacancy
    | WaveTraining
    | MissingCurriculum
    | RolelessMembers
    | HeldTotals
    | Waiting
    | SetAside
    | StepShown
    | BrokenChain
)


@dataclass(frozen=True)
class Who:
    """Who has to act: an account, a person, or both for somebody in the directory."""

    name: str
    account_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Need:
    """One thing that needs somebody: `who`, or if that is None anybody with the right.

    `kind` and `key` identify its subject; `key` is None for several things at once. It has waited since `since` and was
    due `by`; `days_late` says how long ago that was.
    """

    reason: Reason
    kind: Kind
    key: int | str | None
    name: str
    place: Place
    subject: Subject
    who: Who | None = None
    since: date | datetime | None = None
    by: date | datetime | None = None
    days_late: int = 0


@dataclass(frozen=True)
class Needed:
    """The needs with one reason: how many there are, and the first of them."""

    reason: Reason
    count: int
    first: Sequence[Need]
