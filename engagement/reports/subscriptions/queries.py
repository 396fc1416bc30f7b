"""Reads of subscriptions: those that are due, those of a reader or a programme, and why one is not sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.accounts.letters.queries import is_real
from engagement.accounts.models import Account, Grant
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import UNSENT
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.programmes.scopes import reaches_programme
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.subscriptions.models import ReportSending, ReportSubscription
from engagement.reports.subscriptions.rules.rhythm import (
    CLOSED,
    NO_ACCESS,
    NO_ADDRESS,
    SIGN_IN_ENDED,
    WAITS_AT_MOST,
    ReportRhythm,
    month_before,
)
from engagement.waves.models import Wave


def due_subscriptions(now: datetime) -> list[int]:
    """Return the ids of subscriptions whose date has come; whether the month of one is closed is asked of each."""
    due = (
        ReportSubscription.next_at <= now,
        ReportSubscription.ended_at.is_(None),
        ReportSubscription.rests_at.is_(None),
    )
    rows = select(ReportSubscription.id).where(*due)
    return list(db.session.scalars(rows.order_by(ReportSubscription.next_at, ReportSubscription.id)))


def waiting_sendings(now: datetime) -> list[int]:
    """Return the ids of sendings whose mail still waits, as when the mail server is away."""
    waits = exists().where(Delivery.mailing_id == ReportSending.mailing_id, Delivery.state.in_(UNSENT))
    rows = select(ReportSending.id).where(ReportSending.at > now - WAITS_AT_MOST, waits)
    return list(db.session.scalars(rows.order_by(ReportSending.id)))


def due_since(row: ReportSubscription) -> datetime | None:
    """Return since when the next sending could have gone out, None while it waits for its month to be closed."""
    if row.rhythm is not ReportRhythm.WHEN_CLOSED or row.programme.closed_at is not None:
        return row.next_at
    closed = select(ReportSnapshot.frozen_at).where(
        ReportSnapshot.programme_id == row.programme_id,
        ReportSnapshot.closes_on == month_before(row.next_at, row.timezone),
    )
    at = db.session.scalar(closed)
    return max(at, row.next_at) if at is not None else None


def why_not_sent(row: ReportSubscription, reader: Reader) -> str:
    """Return why a report may not be sent to its reader now, "" if it may."""
    account = row.account
    if not account.is_active or (account.person is not None and account.person.has_left):
        return SIGN_IN_ENDED
    if not is_real(account.email):
        return NO_ADDRESS
    if not reaches_programme(rights.reporting(reader), row.programme):
        return NO_ACCESS
    return CLOSED if row.programme.closed_at is not None else ""


def sent_before(row: ReportSubscription) -> date | None:
    """Return the day of the last report that was sent, None before the first.

    What changed since is said against a month that had ended by then; against the month that was closed this morning,
    the report of the first day of a month would show no change.
    """
    sent = select(func.max(ReportSending.due_at)).where(
        ReportSending.subscription_id == row.id, ReportSending.mailing_id.is_not(None)
    )
    at = db.session.scalar(sent)
    return at.astimezone(ZoneInfo(row.timezone)).date() if at is not None else None


@dataclass(frozen=True)
class Shown:
    """A subscription as a page lists it, with its last sending."""

    row: ReportSubscription
    last: ReportSending | None


def subscriptions_of(account_id: int) -> list[Shown]:
    """Return what is sent to somebody, by programme."""
    return _shown(ReportSubscription.account_id == account_id)


def subscriptions_to(programme_id: int) -> list[Shown]:
    """Return to whom the report of a programme is sent, by name."""
    return _shown(ReportSubscription.programme_id == programme_id)


def _shown(which: object) -> list[Shown]:
    asked = (
        select(ReportSubscription)
        .join(ReportSubscription.programme)
        .join(ReportSubscription.account)
        .where(which, ReportSubscription.ended_at.is_(None))  # type: ignore[arg-type]
        .options(
            joinedload(ReportSubscription.programme),
            joinedload(ReportSubscription.account),
            joinedload(ReportSubscription.made_by),
        )
        .order_by(Programme.name, Account.name, ReportSubscription.id)
    )
    rows = list(db.session.scalars(asked))
    last = _last_sendings([row.id for row in rows])
    return [Shown(row, last.get(row.id)) for row in rows]


def _last_sendings(subscription_ids: Sequence[int]) -> dict[int, ReportSending]:
    newest = select(func.max(ReportSending.id)).where(ReportSending.subscription_id.in_(subscription_ids))
    rows = select(ReportSending).where(ReportSending.id.in_(newest.group_by(ReportSending.subscription_id)))
    return {row.subscription_id: row for row in db.session.scalars(rows)}


def lasting_subscription(programme_id: int, account_id: int) -> ReportSubscription | None:
    """Return the subscription of somebody to the report of a programme, resting or not."""
    mine = (ReportSubscription.programme_id == programme_id, ReportSubscription.account_id == account_id)
    return db.session.scalar(select(ReportSubscription).where(*mine, ReportSubscription.ended_at.is_(None)))


def sponsors_of(programme: Programme) -> list[Person]:
    """Return the people in the directory who sponsor a programme or a wave of it, or have the sponsor's role there, by name."""
    of_waves = select(Wave.sponsor_id).where(Wave.programme_id == programme.id)
    everywhere = Grant.programme_id.is_(None) & Grant.wave_id.is_(None) & Grant.department_id.is_(None)
    by_role = (
        select(Account.person_id)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.role == Role.SPONSOR,
            Grant.withdrawn_at.is_(None),
            or_(everywhere, Grant.programme_id == programme.id),
        )
    )
    sponsors = or_(Person.id == programme.sponsor_id, Person.id.in_(of_waves), Person.id.in_(by_role))
    return list(db.session.scalars(select(Person).where(sponsors, Person.left_at.is_(None)).order_by(Person.sorted_by)))
