"""Changes for privacy: erasing a person, setting how long records are kept, and letting old ones go."""

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Enum, String, Table, cast, delete, func, or_, select, update

from engagement import audit, clock
from engagement.accounts.actions import end_with_leaving
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import account_of_person
from engagement.audit import Actor, AuditEntry
from engagement.db import Base, db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.intake.models import ImportChange, StagedPerson
from engagement.mail.models import Delivery, MailboxMessage
from engagement.people.actions import drop_roles
from engagement.people.models import Person
from engagement.privacy import queries
from engagement.privacy.holding import held_by
from engagement.privacy.models import RetentionRule
from engagement.privacy.rules import LONGEST_KEEPING_DAYS, SHORTEST_KEEPING_DAYS, STAND_IN, RecordKind
from engagement.resistance.models import Concern, ConcernReply
from engagement.stakeholders.actions import forget_words_about
from engagement.training.models import QuizAttempt

#: Emptied on the erased person's own row; the row itself stays, so that counts stay right.
OWN_DETAILS = (
    "employee_id email first_name last_name job_title location country timezone language works_from works_until".split()
)


def erase_person(person: Person, *, by: Actor) -> None:
    """Remove a person's name, address and details everywhere, at once and for good; counts stay right.

    The person counts as having left; their sign-in is closed. Texts that mention the address are changed in every table;
    texts that mention the name are too, unless somebody else has the same name. Raises RuleBroken while the person still
    holds something, for the last administrator, or when asked twice.
    """
    if person.erased_at is not None:
        raise RuleBroken("This person was erased already.")
    held = held_by(person)
    if held:
        things = ", ".join(thing.what for thing in held[:3])
        raise RuleBroken(
            f"{person.name} still holds {things}{' and more' if len(held) > 3 else ''}. Give it to others first."
        )
    names, addresses = _words_for(person)
    end_with_leaving(person, by=by)
    account = account_of_person(person.id)
    _empty_rows_about(person, account)
    forget_words_about(person)
    db.session.flush()
    _replace_everywhere(names | addresses)
    audit.record("erased person", person, by=by, name=STAND_IN, person_id=person.id)
    db.session.flush()
    db.session.expire_all()


def _words_for(person: Person) -> tuple[set[str], set[str]]:
    shared = select(func.count()).select_from(Person).where(Person.name == person.name, Person.id != person.id)
    names = set() if db.session.scalar(shared) or len(person.name) < 5 else {person.name}
    return names, {person.email} if person.email else set()


def _empty_rows_about(person: Person, account: Account | None) -> None:
    """Empty the rows that are about this one person, found by their keys."""
    of_person = Delivery.person_id == person.id
    rows_changed(update(Delivery).where(of_person).values(address="", name="", filled={}, reply=None))
    rows_changed(update(ImportChange).where(ImportChange.person_id == person.id).values(changes=None))
    same = [StagedPerson.email == person.email] if person.email else []
    if person.employee_id:
        same.append(StagedPerson.employee_id == person.employee_id)
    if same:
        rows_changed(delete(StagedPerson).where(or_(*same)))
    if person.email:
        rows_changed(delete(MailboxMessage).where(MailboxMessage.recipient == person.email))
    rows_changed(update(AuditEntry).where(AuditEntry.person_id == person.id).values(changes={}, subject_name=STAND_IN))
    if account is not None:
        rows_changed(update(AuditEntry).where(AuditEntry.actor_id == account.id).values(actor_name=STAND_IN))
        rows_changed(
            update(Grant)
            .where(Grant.account_id == account.id, Grant.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
        )
        account.email, account.name, account.password_hash = f"erased-{account.id}@invalid", STAND_IN, None
    drop_roles(person)
    for column in OWN_DETAILS:
        setattr(person, column, None if Person.__table__.columns[column].nullable else "")
    person.name, person.searched_by, person.erased_at = STAND_IN, "", clock.now()
    person.start_on = person.end_on = None


def _replace_everywhere(words: set[str]) -> None:
    """Put the stand-in for each word in every text and JSON value of every table but those of people and sign-ins."""
    for table in Base.metadata.sorted_tables:
        if table.name in (Person.__tablename__, Account.__tablename__):
            continue
        for column in table.columns:
            is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
            if is_text or isinstance(column.type, JSON):
                for word in words:
                    _replace_in(table, column, word)


def _replace_in(table: Table, column: Column[Any], word: str) -> None:
    # JSON may hold letters beyond ASCII as they are or as escapes.
    found = or_(*(cast(column, String).contains(form, autoescape=True) for form in {word, json.dumps(word)[1:-1]}))
    whole = re.compile(rf"(?<![\w.+-]){re.escape(word)}(?![\w-])")
    keys = list(table.primary_key.columns)
    for *row_key, value in db.session.execute(select(*keys, column).where(found)).all():
        here = [key == part for key, part in zip(keys, row_key, strict=True)]
        rows_changed(update(table).where(*here).values({column.name: _replaced(value, whole)}))


def _replaced(value: Any, whole: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return whole.sub(STAND_IN, value)
    if isinstance(value, list):
        return [_replaced(entry, whole) for entry in value]
    if isinstance(value, dict):
        return {_replaced(field, whole): _replaced(entry, whole) for field, entry in value.items()}
    return value


def keep_for(kind: RecordKind, keep_days: int | None, *, by: Actor) -> None:
    """Say how many days a kind of record is kept, for ever when None.

    Raises BadInput for fewer than 30 days or more than a hundred years.
    """
    if keep_days is not None and not SHORTEST_KEEPING_DAYS <= keep_days <= LONGEST_KEEPING_DAYS:
        sentence = f"Choose between {SHORTEST_KEEPING_DAYS} and {LONGEST_KEEPING_DAYS:,} days, or leave it empty to keep for ever."
        raise BadInput(sentence, {kind.value: sentence})
    rule = queries.retention_rules().get(kind)
    old = rule.keep_days if rule else None
    if old == keep_days:
        return
    if keep_days is None and rule is not None:
        db.session.delete(rule)
    elif rule is not None and keep_days is not None:
        rule.keep_days, rule.set_at = keep_days, clock.now()
    elif keep_days is not None:
        db.session.add(RetentionRule(kind=kind, keep_days=keep_days, set_at=clock.now()))
    audit.record("set retention", "retention_rule", by=by, name=kind.word, changes={"days kept": (old, keep_days)})
    db.session.flush()


def apply_retention(now: datetime, *, by: Actor = audit.CLOCK) -> dict[RecordKind, int]:
    """Let every record go that is older than its rule allows; returns how many of each kind went."""
    gone = {kind: _let_go(kind, rule.keep_days, now, by) for kind, rule in queries.retention_rules().items()}
    for kind, number in gone.items():
        if number:
            audit.record("applied retention", "retention_rule", by=by, name=kind.word, changes={"records": (number, 0)})
    return gone


def _let_go(kind: RecordKind, keep_days: int, now: datetime, by: Actor) -> int:
    old = queries.expired(kind, keep_days, now)
    if kind is RecordKind.DELIVERIES:
        return rows_changed(update(Delivery).where(old).values(address="", name="", filled={}, reply=None))
    if kind is RecordKind.QUIZ_ATTEMPTS:
        return rows_changed(delete(QuizAttempt).where(old))
    if kind is RecordKind.CLOSED_CONCERNS:
        rows_changed(delete(ConcernReply).where(ConcernReply.concern_id.in_(select(Concern.id).where(old))))
        return rows_changed(update(Concern).where(old).values(text=""))
    if kind is RecordKind.IMPORT_RUNS:
        runs = list(db.session.scalars(select(queries.TABLES[kind].id).where(old)))
        rows_changed(delete(ImportChange).where(ImportChange.run_id.in_(runs)))
        rows_changed(delete(StagedPerson).where(StagedPerson.run_id.in_(runs)))
        return len(runs)
    erased = 0
    for person in db.session.scalars(select(Person).where(old)).all():
        if not held_by(person):
            erase_person(person, by=by)
            erased += 1
    return erased
