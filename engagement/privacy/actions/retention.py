"""How long each kind of record is kept: sets it, and deletes old records."""

from datetime import datetime

from sqlalchemy import delete, select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput
from engagement.intake.models import ImportChange, ImportRun, StagedPerson
from engagement.mail.bounces.actions.lifting import forget_bounces
from engagement.mail.models import Delivery
from engagement.privacy.models import RetentionRule
from engagement.privacy.queries import old_records
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import RecordKind, days_problem
from engagement.resistance.models import Concern, ConcernReply, ConcernStep
from engagement.training.models import QuizAttempt
from engagement.verbs import Verb


def keep_for(kind: RecordKind, keep_days: int | None, *, by: Actor) -> None:
    """Set for how many days a kind of record is kept, for ever when None.

    Raises BadInput for fewer than 30 days or more than a hundred years.
    """
    problem = days_problem(keep_days)
    if problem:
        raise BadInput(problem, {kind.value: problem})
    rule = retention_rules().get(kind)
    old = rule.keep_days if rule else None
    if old == keep_days:
        return
    if keep_days is None and rule is not None:
        db.session.delete(rule)
    elif rule is not None and keep_days is not None:
        rule.keep_days, rule.set_at = keep_days, clock.now()
    elif keep_days is not None:
        db.session.add(RetentionRule(kind=kind, keep_days=keep_days, set_at=clock.now()))
    audit.record(
        Verb.SET_RETENTION,
        audit.Subject(RetentionRule.__tablename__, kind.word),
        by=by,
        **{"days kept": (old, keep_days)},
    )
    db.session.flush()


def apply_retention(now: datetime, *, by: Actor = audit.CLOCK) -> dict[RecordKind, int]:
    """Delete or empty every record that is older than its rule allows, except people; return how many of each kind.

    People are erased one by one, each in a transaction of its own (`old_records.leavers_due`, `erase_person`).
    """
    rules = retention_rules()
    kinds = [kind for kind in RecordKind if kind in rules and kind is not RecordKind.LEAVERS]
    gone: dict[RecordKind, int] = {kind: _let_go(kind, rules[kind].keep_days, now) for kind in kinds}
    for kind, number in gone.items():
        if kind.is_counted:
            tell_gone(kind, number, by=by)
    return gone


def tell_gone(kind: RecordKind, number: int, *, by: Actor = audit.CLOCK) -> None:
    """Record how many of a kind have gone, if any."""
    if number:
        where = audit.Subject(RetentionRule.__tablename__, kind.word)
        audit.record(Verb.APPLIED_RETENTION, where, by=by, records=(number, 0))


def _let_go(kind: RecordKind, keep_days: int, now: datetime) -> int:
    old = old_records.expired(kind, keep_days, now)
    if kind is RecordKind.DELIVERIES:
        emptied = rows_changed(update(Delivery).where(old).values(address="", name="", filled={}, reply=None))
        return emptied + forget_bounces(old_records.before(keep_days, now))
    if kind is RecordKind.QUIZ_ATTEMPTS:
        return rows_changed(delete(QuizAttempt).where(old))
    if kind is RecordKind.CLOSED_CONCERNS:
        these = select(Concern.id).where(old)
        rows_changed(delete(ConcernReply).where(ConcernReply.concern_id.in_(these)))
        rows_changed(update(ConcernStep).where(ConcernStep.concern_id.in_(these)).values(note=""))
        return rows_changed(update(Concern).where(old).values(text=""))
    runs = list(db.session.scalars(select(ImportRun.id).where(old)))
    rows_changed(delete(ImportChange).where(ImportChange.run_id.in_(runs)))
    rows_changed(delete(StagedPerson).where(StagedPerson.run_id.in_(runs)))
    return len(runs)
