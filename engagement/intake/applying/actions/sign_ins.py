"""Ends, reopens and renames the sign-ins of people in a file, in a few statements for all of them."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, update

from engagement import audit
from engagement.accounts.addresses.queries import guarded
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.db import rows_changed
from engagement.errors import RuleBroken
from engagement.intake.comparing.queries.sign_ins import ended_with_leaving, why_not_all_leave
from engagement.people.models import Person
from engagement.verbs import Verb


def end_sign_ins(leaving: Select[int], now: datetime, by: Actor) -> None:
    """Deactivate these people's accounts, end their sessions, and drop sign-ins that wait to be reopened.

    Raises RuleBroken when no administrator would be left.
    """
    if refusal := why_not_all_leave(leaving):
        raise RuleBroken(refusal)
    going = (Account.person_id.in_(leaving), Account.deactivated_at.is_(None))
    audit.record_each(Verb.DEACTIVATED_SIGN_IN, Account, select(Account).where(*going), by=by, at=now)
    rows_changed(update(Account).where(*going).values(deactivated_at=now, session_version=Account.session_version + 1))
    waited = (Account.person_id.in_(leaving), Account.returned_at.is_not(None))
    rows_changed(update(Account).where(*waited).values(deactivated_at=now, returned_at=None))


def untie_sign_ins(accounts: ColumnElement[bool], now: datetime, by: Actor) -> None:
    """Let sign-ins (a condition on `Account`) go on without a person, as they did before the directory had one."""
    audit.record_each(Verb.UNTIED_SIGN_IN, Account, select(Account).where(accounts), by=by, at=now)
    rows_changed(update(Account).where(accounts).values(person_id=None))


def reopen_sign_ins(returning: Select[int], now: datetime, by: Actor) -> None:
    """Reopen sign-ins that ended when their people left; those that somebody ended otherwise stay ended.

    A guarded one also stays ended, and waits for an administrator.
    """
    there = (Account.person_id.in_(returning), ended_with_leaving())
    waiting = (*there, guarded())
    audit.record_each(Verb.KEPT_SIGN_IN_ENDED, Account, select(Account).where(*waiting), by=by, at=now)
    rows_changed(update(Account).where(*waiting).values(returned_at=now))
    open_again = (*there, ~guarded())
    audit.record_each(Verb.REACTIVATED_SIGN_IN, Account, select(Account).where(*open_again), by=by, at=now)
    rows_changed(update(Account).where(*open_again).values(deactivated_at=None))


def rename_sign_ins(people: Select[int]) -> None:
    """Copy the names of these people to their sign-ins."""
    name = select(Person.name).where(Person.id == Account.person_id).scalar_subquery()
    rows_changed(update(Account).where(Account.person_id.in_(people), Account.name != name).values(name=name))
