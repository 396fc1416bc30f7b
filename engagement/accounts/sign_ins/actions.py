"""Records sign-ins: with their instant for people with a role, by day alone for everybody else."""

from datetime import UTC, date, datetime, time

from sqlalchemy import func, select

from engagement import audit, clock
from engagement.accounts.attempts.actions import shuffle_known_places
from engagement.accounts.models import Account
from engagement.accounts.queries import account_by_email, account_of_person, active_person_by_email, open_grants
from engagement.accounts.sign_ins.models import SignInDay
from engagement.db import db, insert_new, take_all
from engagement.people.models import Person
from engagement.verbs import Verb

#: Noon UTC represents a whole day, because it falls on that day nearly everywhere.
STANDS_FOR_THE_DAY = time(12, tzinfo=UTC)


def remember_sign_in(account: Account, *, on: date) -> None:
    """Remember that somebody signed in on the organisation's local day `on`."""
    db.session.flush()
    if open_grants(account.id):
        audit.record(Verb.SIGNED_IN, account, by=account.actor)
        return
    once = insert_new(SignInDay).values(account_id=account.id, on=on)
    db.session.execute(once.on_conflict_do_nothing(index_elements=["account_id", "on"]))


def ask_for_link(email: str) -> Account | Person | None:
    """Return who gets a link at an address, None for nobody.

    If its sign-in waits for an administrator, no link is sent and the page doesn't say so; the request is remembered
    for the administrator.
    """
    account = account_by_email(email)
    person = active_person_by_email(email) if account is None else None
    own = account_of_person(person.id) if person is not None else account
    if own is None or (own is account and own.is_active):
        return account or person
    if own.is_active or own.returned_at is not None:
        own.link_asked_at = clock.now()
    return None


def days_of_sign_ins(today: date) -> list[date]:
    """Return the days before `today` whose sign-ins are not in the audit log yet."""
    return list(db.session.scalars(select(SignInDay.on).where(SignInDay.on < today).distinct().order_by(SignInDay.on)))


def record_sign_ins(today: date, only: date | None = None) -> bool:
    """Write sign-ins of days before `today` (`only`: of one day) to the audit log, by day and in random order.

    Returns whether there were any.
    """
    days = [day for day in days_of_sign_ins(today) if only in (None, day)]
    for day in days:
        accounts = (
            select(Account)
            .join(SignInDay, SignInDay.account_id == Account.id)
            .where(SignInDay.on == day)
            .order_by(func.random())
        )
        noon = datetime.combine(day, STANDS_FOR_THE_DAY)
        audit.record_each(Verb.SIGNED_IN_THAT_DAY, Account, accounts, by=audit.CLOCK, at=noon)
    if days:
        shuffle_known_places(today)
        db.session.add_all(SignInDay(**row) for row in take_all(SignInDay) if row["on"] not in days)
    return bool(days)
