"""Which records are older than a rule allows; the job that deletes them, its dry run and the page all ask here."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from engagement.accounts.queries import accounts_holding
from engagement.accounts.rules import Role
from engagement.attention.queries.holding import things_held
from engagement.db import count_of, db
from engagement.intake.models import ImportChange, ImportRun
from engagement.mail.bounces.queries import old_bounces
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import RecordKind
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus
from engagement.resistance.saying.models import Letter
from engagement.training.models import QuizAttempt
from engagement.words import plural

#: How many people one run erases, each in a transaction of its own, so that nobody waits for it.
ERASED_A_RUN = 50
#: The most values in one statement.
ASKED_AT_ONCE = 1_000
TABLES: dict[RecordKind, Any] = {
    RecordKind.DELIVERIES: Delivery,
    RecordKind.QUIZ_ATTEMPTS: QuizAttempt,
    RecordKind.CLOSED_CONCERNS: Concern,
    RecordKind.IMPORT_RUNS: ImportRun,
    RecordKind.LEAVERS: Person,
}


@dataclass(frozen=True)
class Going:
    """How many records of a kind would go now, and how many are as old but still needed (only people)."""

    kind: RecordKind
    keep_days: int
    records: int
    held_back: int = 0

    @property
    def words(self) -> str:
        """The number of records in words, unless it must not be told."""
        return plural(self.records, "record", "records") if self.kind.is_counted else "those that are as old"

    @property
    def later(self) -> int:
        """How many of them the next run leaves to the runs after it: people go a few at a time."""
        return max(0, self.records - ERASED_A_RUN) if self.kind is RecordKind.LEAVERS else 0


def going(kind: RecordKind, keep_days: int, now: datetime) -> Going:
    """Return what would go at `now` (UTC) if records were kept for `keep_days` days; changes nothing."""
    if kind is RecordKind.LEAVERS:
        erasable, held_back = leavers_to_erase(keep_days, now)
        return Going(kind, keep_days, len(erasable), held_back)
    counted = select(func.count()).select_from(TABLES[kind]).where(expired(kind, keep_days, now))
    number = int(db.session.scalar(counted) or 0)
    number += count_of(old_bounces(before(keep_days, now))) if kind is RecordKind.DELIVERIES else 0
    return Going(kind, keep_days, number)


def all_going(now: datetime) -> list[Going]:
    """Return what would go now by the present rules, in the order of the job."""
    rules = retention_rules()
    return [going(kind, rules[kind].keep_days, now) for kind in RecordKind if kind in rules]


def expired(kind: RecordKind, keep_days: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition for rows of a kind that are older than `keep_days` days and still hold something."""
    earliest = before(keep_days, now)
    if kind is RecordKind.DELIVERIES:
        holds = or_(Delivery.address != "", Delivery.name != "")
        # Deliveries that still have to be sent keep their values.
        is_over = Delivery.state.in_([state for state in DeliveryState if state.is_final])
        return (Delivery.queued_at < earliest) & holds & is_over
    if kind is RecordKind.QUIZ_ATTEMPTS:
        return QuizAttempt.at < earliest
    if kind is RecordKind.CLOSED_CONCERNS:
        closed = (Concern.status == ConcernStatus.CLOSED) & (Concern.text != "")
        # A waiting reply will reopen it.
        return and_(closed, Concern.received_on < earliest.date(), ~exists().where(Letter.concern_id == Concern.id))
    if kind is RecordKind.IMPORT_RUNS:
        return (ImportRun.started_at < earliest) & ImportRun.id.in_(select(ImportChange.run_id).distinct())
    return (Person.left_at < earliest) & Person.erased_at.is_(None)


def before(keep_days: int, now: datetime) -> datetime:
    """Return the instant before which a record is older than `keep_days` days."""
    return now - timedelta(days=keep_days)


def leavers_due(now: datetime, left_alone: Container[str] = ()) -> list[int]:
    """Return the ids of those whom the next run erases, who left first in front; nobody where no rule is kept.

    Whose id is `left_alone`, because erasing them failed before, takes nobody else's place.
    """
    rule = retention_rules().get(RecordKind.LEAVERS)
    people = leavers_to_erase(rule.keep_days, now)[0] if rule else []
    return [person.id for person in people if str(person.id) not in left_alone][:ERASED_A_RUN]


def leavers_to_erase(keep_days: int, now: datetime) -> tuple[list[Person], int]:
    """Return the people who left more than `keep_days` ago and can be erased, and how many can't yet.

    People who still hold something wait until it is given to others; one of the last administrators stays.
    """
    old = db.session.scalars(
        select(Person).where(expired(RecordKind.LEAVERS, keep_days, now)).order_by(Person.left_at, Person.id)
    ).all()
    erasable: list[Person] = []
    for start in range(0, len(old), ASKED_AT_ONCE):
        erasable += _free_of_posts(old[start : start + ASKED_AT_ONCE])
    administrators = {account.person_id for account in accounts_holding(Role.ADMINISTRATOR)}
    going_administrators = [person for person in erasable if person.id in administrators]
    if going_administrators and administrators == {person.id for person in going_administrators}:
        erasable.remove(going_administrators[-1])
    return erasable, len(old) - len(erasable)


def _free_of_posts(people: Sequence[Person]) -> list[Person]:
    held = things_held([person.id for person in people])
    return [person for person in people if not held[person.id]]
