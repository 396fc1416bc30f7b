"""What a file does to sign-ins: those of leavers end, names follow, and what touches rights is said before and waits for somebody."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, select, update

from engagement.accounts.addresses import guarded, has_post, held
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import accounts_holding
from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.intake.comparing import desired, filled
from engagement.intake.models import KNOWN, ImportRun, StagedMatch
from engagement.intake.recording import record_of_sign_ins
from engagement.intake.rules import ChangeKind
from engagement.people.models import Person


def end_sign_ins(leaving: Select[int], now: datetime, by: Actor) -> None:
    """Deactivate the accounts of these people and end their sessions; who waited to be let in again does so no more.

    Raises RuleBroken where no administrator would be left.
    """
    if refusal := why_not_all_leave(leaving):
        raise RuleBroken(refusal)
    going = (Account.person_id.in_(leaving), Account.deactivated_at.is_(None))
    record_of_sign_ins("deactivated sign-in", going, now, by)
    rows_changed(update(Account).where(*going).values(deactivated_at=now, session_version=Account.session_version + 1))
    waited = (Account.person_id.in_(leaving), Account.returned_at.is_not(None))
    rows_changed(update(Account).where(*waited).values(deactivated_at=now, returned_at=None))


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


def reopen_sign_ins(returning: Select[int], now: datetime, by: Actor) -> None:
    """Give those who return the sign-in that ended when they left; one that somebody ended otherwise stays ended.

    A guarded one stays ended too, and waits for an administrator.
    """
    there = (Account.person_id.in_(returning), _ended_with_leaving())
    waiting = (*there, guarded())
    record_of_sign_ins("kept sign-in ended", waiting, now, by)
    rows_changed(update(Account).where(*waiting).values(returned_at=now))
    open_again = (*there, ~guarded())
    record_of_sign_ins("reactivated sign-in", open_again, now, by)
    rows_changed(update(Account).where(*open_again).values(deactivated_at=None))


def _ended_with_leaving() -> ColumnElement[bool]:
    return exists().where(Person.id == Account.person_id, Person.left_at == Account.deactivated_at)


def rename_sign_ins(people: Select[int]) -> None:
    """Let the sign-ins of these people have the names that the people have now."""
    name = select(Person.name).where(Person.id == Account.person_id).scalar_subquery()
    rows_changed(update(Account).where(Account.person_id.in_(people), Account.name != name).values(name=name))


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
    leaving = select(StagedMatch.person_id).where(StagedMatch.run_id == run.id, StagedMatch.kind == ChangeKind.LEFT)
    active = (Account.person_id.in_(leaving), Account.deactivated_at.is_(None), guarded())
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
        .where(*back, _ended_with_leaving(), guarded())
        .order_by(StagedMatch.line)
    )
    return [
        f"Line {line}: {name} is back, but their sign-in {email} stays ended until an administrator lets them in."
        for line, name, email in db.session.execute(rows)
    ]
