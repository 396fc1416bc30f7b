"""Reads for privacy: everything about one person, and what retention would remove."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select

from engagement.accounts.queries import account_of_person
from engagement.audit import AuditEntry
from engagement.db import Base, db
from engagement.intake.models import ImportChange, ImportRun
from engagement.mail.models import Delivery
from engagement.people.models import Person
from engagement.privacy.models import RetentionRule
from engagement.privacy.rules import RecordKind
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus
from engagement.stakeholders.models import Stakeholder
from engagement.training.models import QuizAttempt

#: Columns that protect somebody rather than tell about them; they stay out of exports.
KEPT_BACK = {"password_hash", "receipt_hash", "submission", "session_version", "searched_by"}


def references_to(person_id: int, account_id: int | None) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Give every table that speaks of a person or of their account, with the condition for the rows that do.

    Follows the foreign keys, so a table that is added later is included by itself; the audit names ids without keys. What
    is said of a stakeholder is about the person who is one.
    """
    as_stakeholder = select(Stakeholder.id).where(Stakeholder.person_id == person_id)
    for table in Base.metadata.sorted_tables:
        ways: list[ColumnElement[bool]] = []
        for column in table.columns:
            targets = {f"{key.column.table.name}.{key.column.name}" for key in column.foreign_keys}
            if "person.id" in targets or column.name == "person_id":
                ways.append(column == person_id)
            if "stakeholder.id" in targets:
                ways.append(column.in_(as_stakeholder))
            if "account.id" in targets and account_id is not None:
                ways.append(column == account_id)
        if table.name == "person":
            ways = [table.c.id == person_id]  # reports of this person are other people
        if table.name == AuditEntry.__tablename__ and account_id is not None:
            ways.append(table.c.actor_id == account_id)
        if ways:
            yield table, or_(*ways)


def everything_about(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return every row that speaks of a person, by table, as plain values for a JSON file.

    An anonymous concern is never among them: nothing in the database ties it to anybody.
    """
    account = account_of_person(person.id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table, about in references_to(person.id, account.id if account else None):
        columns = [column for column in table.columns if column.name not in KEPT_BACK]
        rows = db.session.execute(select(*columns).where(about).order_by(*table.primary_key.columns)).mappings()
        plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
        if plain:
            found[table.name] = plain
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def retention_rules() -> dict[RecordKind, RetentionRule]:
    """Return the rules that are set, by kind."""
    return {rule.kind: rule for rule in db.session.scalars(select(RetentionRule))}


def expired(kind: RecordKind, keep_days: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition for the rows of a kind that are older than `keep_days` days and still hold something."""
    before = now - timedelta(days=keep_days)
    if kind is RecordKind.DELIVERIES:
        return (Delivery.queued_at < before) & (Delivery.address != "")
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
