"""What a staged file would do to sign-ins with rights, said before it does; some of it waits for an administrator."""

from sqlalchemy import ColumnElement, Select, exists, select

from engagement.accounts.addresses import guarded, has_post, held
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import accounts_holding
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.intake.comparing.queries.desired import desired, filled
from engagement.intake.models import KNOWN, ImportRun, StagedMatch
from engagement.intake.rules import ChangeKind
from engagement.people.models import Person


def why_not_all_leave(leaving: Select[int]) -> str:
    """Say why these people can't all leave, "" where an administrator who can sign in stays."""
    administrators = {account.id for account in accounts_holding(Role.ADMINISTRATOR)}
    going = (Account.person_id.in_(leaving), Account.deactivated_at.is_(None))
    ending = db.session.scalars(select(Account.id).where(*going, Account.id.in_(administrators))).all()
    if not administrators or administrators != set(ending):
        return ""
    return (
        "Every administrator would lose their sign-in, because none of them is in the file. "
        "Make somebody else an administrator first, or add the row that is missing."
    )


def leavers_of(run: ImportRun) -> Select[int]:
    """Return the SELECT of the ids of those whom a staged run would let leave."""
    return select(StagedMatch.person_id).where(StagedMatch.run_id == run.id, StagedMatch.kind == ChangeKind.LEFT)


def ended_with_leaving() -> ColumnElement[bool]:
    """Whether an account ended because its person left."""
    return exists().where(Person.id == Account.person_id, Person.left_at == Account.deactivated_at)


def sign_ins_touched(run: ImportRun) -> list[str]:
    """Say in a sentence each what a staged run does to sign-ins with rights: addresses kept, sign-ins that end or stay ended."""
    if not run.is_staged or run.is_blocked:
        return []
    return [*_ending(run), *_kept(run), *_staying_ended(run)]


def _kept(run: ImportRun) -> list[str]:
    if "email" not in filled(run) or not any(run.count(kind) for kind in KNOWN):
        return []
    wanted, holders = desired(run, *KNOWN), held()
    rows = (
        select(wanted.c.line, holders.c.name, holders.c.email, wanted.c.email)
        .join(holders, holders.c.person_id == wanted.c.person_id)
        .where(wanted.c.email.is_not(None), wanted.c.email != holders.c.email)
        .order_by(wanted.c.line)
    )
    return [
        f"Line {line}: {name} goes on signing in with {email} until an administrator confirms {new}; both addresses are told."
        for line, name, email, new in db.session.execute(rows)
    ]


def _ending(run: ImportRun) -> list[str]:
    active = (Account.person_id.in_(leavers_of(run)), Account.deactivated_at.is_(None), guarded())
    accounts = db.session.scalars(select(Account).where(*active).order_by(Account.name, Account.id)).all()
    roles: dict[int, list[str]] = {}
    here = (Grant.account_id.in_([account.id for account in accounts]), Grant.withdrawn_at.is_(None))
    for grant in db.session.scalars(select(Grant).where(*here).order_by(Grant.id)):
        roles.setdefault(grant.account_id, []).append(grant.role.word.lower())
    return [
        f"{account.name}{_in_words(roles.get(account.id, []))} is missing from the file: their sign-in {account.email} ends."
        for account in accounts
    ]


def _in_words(roles: list[str]) -> str:
    return f" ({', '.join(dict.fromkeys(roles))})" if roles else ""


def _staying_ended(run: ImportRun) -> list[str]:
    if not run.count(ChangeKind.RETURNED):
        return []
    return [*_staying_ended_with_post(run), *_staying_ended_as_before(run)]


def _staying_ended_with_post(run: ImportRun) -> list[str]:
    """Those who return to a post with another address, and never signed in: they get a sign-in that waits."""
    if "email" not in filled(run):
        return []
    wanted = desired(run, ChangeKind.RETURNED)
    rows = (
        select(wanted.c.line, Person.name, wanted.c.email)
        .join(Person, Person.id == wanted.c.person_id)
        .where(wanted.c.email.is_not(None), Person.email.is_not(None), wanted.c.email != Person.email)
        .where(has_post(Person.id), ~exists().where(Account.person_id == Person.id))
        .order_by(wanted.c.line)
    )
    return [
        f"Line {line}: {name} is back to a post with another address, and signs in with {email} when an administrator lets them in."
        for line, name, email in db.session.execute(rows)
    ]


def _staying_ended_as_before(run: ImportRun) -> list[str]:
    back = (StagedMatch.run_id == run.id, StagedMatch.kind == ChangeKind.RETURNED)
    rows = (
        select(StagedMatch.line, Account.name, Account.email)
        .join(Account, Account.person_id == StagedMatch.person_id)
        .where(*back, ended_with_leaving(), guarded())
        .order_by(StagedMatch.line)
    )
    return [
        f"Line {line}: {name} is back, but their sign-in {email} stays ended until an administrator lets them in."
        for line, name, email in db.session.execute(rows)
    ]
