"""Reads for privacy: what retention would remove."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engagement.db import db
from engagement.intake.models import ImportChange, ImportRun
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.privacy.models import RetentionRule
from engagement.privacy.rules import RecordKind
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus
from engagement.training.models import QuizAttempt


def retention_rules() -> dict[RecordKind, RetentionRule]:
    """Return the rules that are set, by kind."""
    return {rule.kind: rule for rule in db.session.scalars(select(RetentionRule))}


def expired(kind: RecordKind, keep_days: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition for the rows of a kind that are older than `keep_days` days and still hold something."""
    before = now - timedelta(days=keep_days)
    if kind is RecordKind.DELIVERIES:
        # What still has to be sent keeps what it is sent with.
        is_over = Delivery.state.in_([state for state in DeliveryState if state.is_final])
        return (Delivery.queued_at < before) & ((Delivery.address != "") | (Delivery.name != "")) & is_over
    if kind is RecordKind.QUIZ_ATTEMPTS:
        return QuizAttempt.at < before
    if kind is RecordKind.CLOSED_CONCERNS:
        closed = Concern.status == ConcernStatus.CLOSED
        return closed & (Concern.received_on < before.date()) & (Concern.text != "")
    if kind is RecordKind.IMPORT_RUNS:
        return (ImportRun.started_at < before) & ImportRun.id.in_(_runs_with_changes())
    return (Person.left_at < before) & Person.erased_at.is_(None)


def _runs_with_changes() -> Any:
    return select(ImportChange.run_id).distinct()


TABLES: dict[RecordKind, Any] = {
    RecordKind.DELIVERIES: Delivery,
    RecordKind.QUIZ_ATTEMPTS: QuizAttempt,
    RecordKind.CLOSED_CONCERNS: Concern,
    RecordKind.IMPORT_RUNS: ImportRun,
    RecordKind.LEAVERS: Person,
}


def expired_count(kind: RecordKind, keep_days: int, now: datetime) -> int:
    """Return how many records of a kind would go now: the dry run."""
    counted = select(func.count()).select_from(TABLES[kind]).where(expired(kind, keep_days, now))
    return int(db.session.scalar(counted) or 0)
