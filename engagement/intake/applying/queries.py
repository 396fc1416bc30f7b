"""The effects of an applied run: on people, on sign-ins with rights, and on departments."""

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, or_, select

from engagement.accounts.addresses.queries import guarded
from engagement.accounts.models import Account
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.comparing.queries.sign_ins import active_guarded, ended_with_leaving, named
from engagement.intake.models import KNOWN, ImportChange, ImportRun
from engagement.intake.rules import ChangeKind
from engagement.people.models import Department
from engagement.people.queries import department_successors
from engagement.searching import by_name
from engagement.verbs import Verb


def of_kind(run: ImportRun, *kinds: ChangeKind) -> Select[int]:
    """Return a SELECT of the ids of people with a change of this kind in the run."""
    return select(ImportChange.person_id).where(ImportChange.run_id == run.id, ImportChange.kind.in_(kinds))


def with_other_address(run: ImportRun) -> Select[int]:
    """Return a SELECT of the ids of known people who get another address, or return and may have lost theirs."""
    changes = ImportChange.changes["email"]
    old, new = changes[0].as_string(), changes[1].as_string()
    differs = or_(old.is_not(None), new.is_not(None), ImportChange.kind == ChangeKind.RETURNED)
    return of_kind(run, *KNOWN).where(differs)


def left_by(run: ImportRun) -> set[int]:
    """Return the departments from which a run moved people; undoing moves them back."""
    before = ImportChange.changes["department_id"][0].as_integer()
    here = (ImportChange.run_id == run.id, ImportChange.kind == ChangeKind.MOVED, before.is_not(None))
    return set(db.session.scalars(select(before).where(*here).distinct()))


def merged_since(run: ImportRun) -> list[tuple[str, str]]:
    """Return the departments from which a run moved people and that were merged since: path and successor's path."""
    merged = department_successors()
    pairs = [(old, merged[old]) for old in left_by(run) & merged.keys()] if merged else []
    ids = {id_ for pair in pairs for id_ in pair}
    paths = dict(db.session.execute(select(Department.id, Department.path).where(Department.id.in_(ids))).all())
    return sorted((paths[old], paths[new]) for old, new in pairs)


def added_by(run: ImportRun) -> Select[int]:
    """Return a SELECT of the ids of people whom a run added or brought back; undoing makes them leavers."""
    return of_kind(run, ChangeKind.NEW, ChangeKind.RETURNED)


def tied_since(run: ImportRun) -> ColumnElement[bool]:
    """Return the condition on `Account` that it was tied to somebody whom an applied run added, and so was there before them."""
    entry = and_(
        AuditEntry.subject_kind == Account.__tablename__,
        AuditEntry.subject_id == cast(Account.id, String),
        AuditEntry.verb == Verb.TIED_SIGN_IN,
        AuditEntry.at >= run.applied_at,
    )
    return and_(Account.person_id.in_(added_by(run)), exists().where(entry))


def sign_ins_undone(run: ImportRun) -> list[str]:
    """Return a sentence for each sign-in with rights that undoing an applied run would end, leave ended, or untie."""
    if not run.is_applied:
        return []
    older = set(db.session.scalars(select(Account.id).where(tied_since(run))))
    gone = [
        f"{named(account)} keeps the sign-in {account.email}, which was there before; it belongs to nobody in the directory then."
        if account.id in older
        else f"{named(account)} counts as having left: their sign-in {account.email} ends."
        for account in active_guarded(added_by(run))
    ]
    back = (Account.person_id.in_(of_kind(run, ChangeKind.LEFT)), ended_with_leaving(), guarded())
    accounts = db.session.scalars(select(Account).where(*back).order_by(by_name(Account.name), Account.id)).all()
    waiting = "is back, but their sign-in {} stays ended until an administrator lets them in."
    return [*gone, *(f"{named(account)} {waiting.format(account.email)}" for account in accounts)]


#: Audit verbs about sign-ins with rights that a file changed, and their words.
_OUTCOMES: dict[str, str] = {
    Verb.DEACTIVATED_SIGN_IN: "has ended",
    Verb.KEPT_SIGN_IN_ENDED: "stays ended until an administrator lets them in",
    Verb.KEPT_SIGN_IN_ADDRESS: "keeps its address until an administrator confirms the new one",
}


def sign_ins_affected(run: ImportRun) -> list[str]:
    """Return a sentence for each sign-in with rights that applying or undoing a run changed."""
    since = run.undone_at or run.applied_at
    if since is None:
        return []
    touched = select(ImportChange.person_id).where(ImportChange.run_id == run.id)
    of_run = (AuditEntry.at >= since, AuditEntry.id <= (run.last_audit_id or 0), AuditEntry.verb.in_(_OUTCOMES))
    rows = (
        select(Account, AuditEntry.subject_name, AuditEntry.verb)
        .join(AuditEntry, AuditEntry.person_id == Account.person_id)
        .where(*of_run, AuditEntry.subject_kind == Account.__tablename__, Account.person_id.in_(touched), guarded())
        .order_by(by_name(Account.name), AuditEntry.id)
    )
    return [
        f"{named(account)}: the sign-in {name} {_OUTCOMES[verb]}." for account, name, verb in db.session.execute(rows)
    ]
