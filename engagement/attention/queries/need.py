"""What needs somebody, as rows: the reason, the subject, who has to act, by when, and where."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from engagement.accounts.addresses.queries import Waiting
from engagement.accounts.models import Account
from engagement.attention.queries.holding import HeldTotals
from engagement.attention.queries.oversight import OversightLapsed
from engagement.attention.queries.ownership import Vacancy
from engagement.attention.queries.waves import MissingCurriculum, RolelessMembers, WaveTraining
from engagement.attention.rules import Kind, Place, Reason
from engagement.communications.models import Occurrence
from engagement.people.models import Department, Person
from engagement.programmes.models import Workflow
from engagement.resistance.models import Concern
from engagement.set_aside import SetAside
from engagement.stakeholders.chain.queries import BrokenChain
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.leadership.queries import StepShown
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.rules import LastContact
from engagement.training.queries.leftovers import Move
from engagement.value.queries.present import MetricShown
from engagement.waves.models import Wave
from engagement.words import plural

Found = TypeVar("Found")


@dataclass(frozen=True)
class WaitingMail:
    """How many mails to a programme wait until somebody assigns them."""

    number: int

    @property
    def words(self) -> str:
        """How many wait, and for what."""
        return f"{plural(self.number, 'mail waits', 'mails wait')} until somebody says whom it is about."


@dataclass(frozen=True)
class ConsultationWaiting:
    """Why a consultation needs somebody, in sentences."""

    words: str


@dataclass(frozen=True)
class GateWaiting:
    """Why a gate needs somebody, in sentences."""

    words: str


@dataclass(frozen=True)
class StoppedAddresses:
    """How many addresses of people in the directory get nothing, because mail to them came back."""

    number: int


@dataclass(frozen=True)
class ViewWaiting:
    """A wave, and the departments of which others have said what changes and none of its sponsors."""

    wave: Wave
    departments: Sequence[Department]

    @property
    def words(self) -> str:
        """For whom it is asked, the first by name: "Others have said what it changes for Claims and 2 more departments. How do you see it?"."""
        first, *more = self.departments
        rest = f" and {plural(len(more), 'more department', 'more departments')}" if more else ""
        return f"Others have said what it changes for {first.path}{rest}. How do you see it?"


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
    | Commitment
    | Stakeholder
    | LastContact
    | WaitingMail
    | StoppedAddresses
    | StepShown
    | ViewWaiting
    | BrokenChain
    | Workflow
    | OversightLapsed
    | MetricShown
    | ConsultationWaiting
    | GateWaiting
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

    `kind` and `key` identify its subject; `key` is None for several things at once, and of a criterion its wave and its name there. It has waited since `since` and was
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


def account(found: Account | None) -> Who | None:
    """Return who an account is, None for nobody."""
    return Who(found.name, found.id, found.person_id) if found else None


def person(found: Person | None) -> Who | None:
    """Return who somebody in the directory is, None for nobody."""
    return Who(found.name, person_id=found.id) if found else None


def first(reason: Reason, found: Iterable[Found], row: Callable[[Found], Need], limit: int) -> Needed:
    """Return all that was found for a reason, with a row for each of the first."""
    every = list(found)
    return Needed(reason, len(every), [row(each) for each in every[:limit]])
