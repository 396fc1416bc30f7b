"""Erases a person: empties rows about them, deletes what waits and may name them, replaces their name in texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_string, policy

from sqlalchemy import and_, delete, func, or_, select, update

from engagement import audit, clock
from engagement.accounts.actions import end_with_leaving
from engagement.accounts.kept_forms.models import KeptForm
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import account_of_person
from engagement.adoption.models import Usage, UsageSpan
from engagement.attention.queries.holding import held_by
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.intake.actions.runs import discard_run
from engagement.intake.models import ImportChange, ImportRun, KeptUpload, StagedPerson
from engagement.intake.rules import RunStatus
from engagement.mail.actions.enclosing import let_enclosures_go
from engagement.mail.bounces.actions.lifting import forget_addresses
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.models import Delivery
from engagement.people.actions import drop_roles
from engagement.people.by_hand.models import HandValue
from engagement.people.models import Person
from engagement.privacy.actions.outsiders import erase_merged_into
from engagement.privacy.actions.rewriting import (
    Decided,
    rewrite_by_key,
    rewrite_passages,
    rewrite_what_was_written_down,
)
from engagement.privacy.queries.known_as import KnownAs, known_as
from engagement.privacy.queries.subject import Subject, rows_about
from engagement.privacy.rules.naming import Wording
from engagement.privacy.rules.records import ERASED, STAND_IN, Erased
from engagement.stakeholders.actions.notes import forget_words_about
from engagement.stakeholders.inbox.actions import forget_mail_from
from engagement.training.models import Leftover, OwnDueDay
from engagement.verbs import Verb

#: The columns emptied on the erased person's row; the row itself stays, so that counts stay right.
OWN_DETAILS = (
    "employee_id email first_name last_name job_title location country timezone language works_from works_until".split()
)


@dataclass(frozen=True)
class Erasure:
    """What was deleted besides the person: names of files that waited to be applied or for their columns."""

    dropped_files: tuple[str, ...] = ()


def erase_person(person: Person, *, by: Actor, decided: Decided | None = None) -> Erasure:
    """Remove a person's present and former names, addresses and details, at once and for good; counts stay right.

    The person counts as having left; their sign-in is closed. Rows about them or by them are found by their keys and
    rewritten. Texts of others are rewritten as `decided`, or, without a decision, wherever a name or address can mean
    nobody else. Waiting files that name them are deleted. Raises RuleBroken while the person still holds something, for
    the last administrator, or when they are erased already.
    """
    if person.erased_at is not None:
        raise RuleBroken("This person was erased already.")
    held = held_by(person)
    if held:
        things = ", ".join(thing.what for thing in held[:3])
        raise RuleBroken(
            f"{person.name} still holds {things}{' and more' if len(held) > 3 else ''}. Give it to others first."
        )
    account = account_of_person(person.id)
    known = known_as(person, account)
    texts = (person.email, person.employee_id, account.email if account else None)
    db.session.info.setdefault(ERASED, []).append(Erased(Person.__tablename__, person.id, texts))
    end_with_leaving(person, by=by)
    db.session.flush()
    dropped = _drop_what_waits(known, by)
    _empty_rows_about(person, account, known)
    forget_words_about(person)
    erase_merged_into(person)
    for address in known.own_addresses:
        forget_mail_from(address)
    forget_addresses(known.own_addresses, person.id)
    # A file can't be rewritten; who was sent one has it.
    let_enclosures_go(clock.now())
    db.session.flush()
    who = Subject(person.id, account.id if account else None)
    rewrite_by_key(known, who)
    rewrite_what_was_written_down(known)
    rewrite_passages(known, who, decided)
    audit.record(Verb.ERASED_PERSON, audit.about(person, name=STAND_IN), by=by)
    db.session.flush()
    db.session.expire_all()
    return Erasure(dropped)


def _drop_what_waits(known: KnownAs, by: Actor) -> tuple[str, ...]:
    """Delete staged files that name the person, and every upload, because uploads have not been read yet."""
    dropped = []
    for run in db.session.scalars(select(ImportRun).where(ImportRun.status == RunStatus.STAGED)).all():
        if _names_them(run, known):
            dropped.append(run.filename)
            discard_run(run, by=by)
    dropped += db.session.scalars(select(KeptUpload.filename).order_by(KeptUpload.id))
    rows_changed(delete(KeptUpload))
    return tuple(dropped)


def _names_them(run: ImportRun, known: KnownAs) -> bool:
    named = or_(
        func.lower(StagedPerson.email).in_(known.own_addresses),
        func.lower(StagedPerson.manager_email).in_(known.own_addresses),
        StagedPerson.employee_id.in_(known.numbers),
        StagedPerson.manager_employee_id.in_(known.numbers),
        func.lower(StagedPerson.name).in_({name.lower() for name in known.own_names}),
        StagedPerson.name.in_(known.own_names),
    )
    return db.session.scalar(select(StagedPerson.line).where(StagedPerson.run_id == run.id, named).limit(1)) is not None


def _empty_rows_about(person: Person, account: Account | None, known: KnownAs) -> None:
    """Empty the rows about this one person, found by their keys."""
    theirs = and_(Delivery.person_id.is_(None), func.lower(Delivery.address).in_(known.own_addresses))
    of_person = or_(Delivery.person_id == person.id, theirs)
    rows_changed(update(Delivery).where(of_person).values(address="", name="", filled={}, reply=None))
    rows_changed(update(ImportChange).where(ImportChange.person_id == person.id).values(changes=None))
    rows_changed(update(OwnDueDay).where(OwnDueDay.person_id == person.id).values(reason=""))
    for table in (Usage, UsageSpan):
        rows_changed(delete(table).where(table.person_id == person.id))
    _empty_mailbox(known)
    _empty_audit(person, account, known)
    if account is not None:
        rows_changed(delete(KeptForm).where(KeptForm.account_id == account.id))
        rows_changed(
            update(Grant)
            .where(Grant.account_id == account.id, Grant.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
        )
        rows_changed(update(Leftover).where(Leftover.decided_by_id == account.id).values(decided_by=STAND_IN))
        rows_changed(update(HandValue).where(HandValue.given_by_id == account.id).values(given_by=STAND_IN))
        rows_changed(update(OwnDueDay).where(OwnDueDay.said_by_id == account.id).values(said_by=STAND_IN))
        started = ImportRun.started_by_account_id == account.id
        rows_changed(update(ImportRun).where(started).values(started_by=STAND_IN))
        account.email, account.name, account.password_hash = f"erased-{account.id}@invalid", STAND_IN, None
    drop_roles(person)
    rows_changed(delete(HandValue).where(HandValue.person_id == person.id))
    # No file can name them any more, so the next one would take them from their people unseen.
    rows_changed(update(Person).where(Person.manager_id == person.id).values(manager_id=None))
    for column in OWN_DETAILS:
        setattr(person, column, None if Person.__table__.columns[column].nullable else "")
    person.name, person.searched_by, person.erased_at = STAND_IN, "", clock.now()
    person.start_on = person.end_on = None


def _empty_audit(person: Person, account: Account | None, known: KnownAs) -> None:
    about = rows_about(AuditEntry.__table__, Subject(person.id, account.id if account else None))  # type: ignore[arg-type]
    rows_changed(update(AuditEntry).where(AuditEntry.person_id == person.id).values(changes={}))
    # Actions of people without an account are recorded under their name only.
    without_sign_in = and_(about, AuditEntry.actor_id.is_(None), AuditEntry.actor_name.in_(known.names))
    acted = or_(without_sign_in, AuditEntry.actor_id == account.id) if account else without_sign_in
    rows_changed(update(AuditEntry).where(acted).values(actor_name=STAND_IN))
    rows_changed(update(AuditEntry).where(about).values(subject_name=STAND_IN))


def _empty_mailbox(known: KnownAs) -> None:
    """Delete messages to or about them from the built-in mailbox; messages are encoded, so each is decoded."""
    rows_changed(delete(MailboxMessage).where(func.lower(MailboxMessage.recipient).in_(known.own_addresses)))
    wordings = known.plain_wordings()
    kept = select(MailboxMessage.id, MailboxMessage.raw).execution_options(yield_per=200)
    gone = [key for key, raw in db.session.execute(kept) if _may_hold(raw, wordings) and _holds(raw, wordings)]
    for key in gone:
        rows_changed(delete(MailboxMessage).where(MailboxMessage.id == key))


def _may_hold(raw: str, wordings: Sequence[Wording]) -> bool:
    """Return whether an encoded message may contain a wording: ASCII letters are readable, "=?" may hide anything."""
    letters = raw.replace("=\r\n", "").replace("=\n", "").lower()
    hints = [hint for wording in wordings for hint in wording.hints[-1]]
    return "=?" in raw or any(not hint.isascii() or hint.lower() in letters for hint in hints)


def _holds(raw: str, wordings: Sequence[Wording]) -> bool:
    message = message_from_string(raw, policy=policy.default)
    parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    readable = "\n".join([*(str(value) for value in message.values()), *parts])
    return any(wording.pattern.search(readable) for wording in wordings)
