"""Sending a report when its date has come: to whom may read it at that moment, with the figures that they may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from engagement import audit, clock
from engagement.accounts.queries import reader_of
from engagement.accounts.scopes.reader import Reader
from engagement.db import db, insert_new, rows_changed
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.deciding import stop_waiting
from engagement.mail.actions.enclosing import enclose
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Mailing
from engagement.mail.rules import UNSUBSCRIBE, Enclosed, MailingKind, MediaType
from engagement.people.organisation.rules import Organisation
from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.files.rules.picture import pictures_of
from engagement.reports.files.rules.table import csv_table_of
from engagement.reports.queries.further import with_further
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.subscriptions.actions.subscribing import rest
from engagement.reports.subscriptions.models import ReportSending, ReportSubscription
from engagement.reports.subscriptions.queries import due_since, sent_before, why_not_sent
from engagement.reports.subscriptions.rules.endings import ending_address
from engagement.reports.subscriptions.rules.letter import SHEET_LINK, letter_of
from engagement.reports.subscriptions.rules.rhythm import ENDED, TOO_LATE
from engagement.verbs import Verb


class SendOutcome(StrEnum):
    """What became of a subscription whose date has come; TAKEN means that this date is another process's, or waits."""

    SENT = "sent"
    TOO_LATE = "too late"
    RESTS = "rests"
    TAKEN = "taken"


@dataclass(frozen=True)
class Service:
    """What sending needs to know of the service: its floor, for how many hours something is not too late, and its address."""

    organisation: Organisation
    floor: int
    lateness_limit_hours: int
    base_url: str
    secret: str


def send_report(subscription_id: int, service: Service) -> SendOutcome:
    """Queue the report of a subscription as it stands now, once for each date, however many processes try."""
    now = clock.now()
    row = db.session.get_one(ReportSubscription, subscription_id, populate_existing=True)
    since = due_since(row) if row.ended_at is None and not row.is_resting and row.next_at <= now else None
    if since is None:
        return SendOutcome.TAKEN
    sending = _claimed(row, now)
    row.next_at = row.wish.next_at(now, service.organisation.country)
    if sending is None:
        return SendOutcome.TAKEN
    reader = reader_of(row.account, service.organisation.timezone)
    sending.reason = why_not_sent(row, reader)
    if sending.reason:
        rest(row, sending.reason)
        return SendOutcome.RESTS
    if now - since > timedelta(hours=service.lateness_limit_hours):
        sending.reason = TOO_LATE
        return SendOutcome.TOO_LATE
    sending.mailing = _queued(row, reader, service)
    audit.record(Verb.SENT_REPORT, audit.about(row, row.account.person), by=audit.CLOCK)
    db.session.flush()
    return SendOutcome.SENT


def stop_if_not_allowed(sending_id: int, service: Service) -> int:
    """Stop a report that waits for the mail server, if its reader may not read it any more or it was ended; return how many mails."""
    sending = db.session.get_one(ReportSending, sending_id)
    row = sending.subscription
    why = (
        ENDED if row.ended_at is not None else why_not_sent(row, reader_of(row.account, service.organisation.timezone))
    )
    if not why or sending.mailing is None:
        return 0
    sending.reason = why
    if row.ended_at is None and not row.is_resting:
        rest(row, why)
    return stop_waiting(sending.mailing, why)


def _claimed(row: ReportSubscription, now: datetime) -> ReportSending | None:
    """Return the row of this date, None if another process has it: it would be the second with this date."""
    one = insert_new(ReportSending).values(subscription_id=row.id, due_at=row.next_at, at=now, reason="")
    if not rows_changed(one.on_conflict_do_nothing(index_elements=["subscription_id", "due_at"])):
        return None
    here = (ReportSending.subscription_id == row.id, ReportSending.due_at == row.next_at)
    return db.session.scalars(select(ReportSending).where(*here)).one()


def _queued(row: ReportSubscription, reader: Reader, service: Service) -> Mailing:
    account, on = row.account, clock.today(service.organisation.timezone)
    since = sent_before(row) or on - timedelta(days=7)
    document = sheet_of(row.programme, on, reader, service.floor, service.organisation, closed_by=since).document
    pictures = pictures_of(document)
    by = row.made_by.name if row.made_by is not None and row.made_by_id != row.account_id else ""
    letter = letter_of(document, pictures, on, row.wish.inside, by)
    name = f"{document.name} {on.isoformat()}"
    files = [Enclosed(each.title, MediaType.PNG, each.content, each.content_id) for each in pictures]
    files.append(Enclosed(name, MediaType.PDF, pdf_of(document)))
    if row.with_csv:
        further = with_further(document, row.programme, on, reader, service.floor, service.organisation)
        files.append(Enclosed(name, MediaType.CSV, csv_table_of(further)))
    mailing = build_mailing(MailingKind.NOTICE, letter, is_required=False, title=letter.subject)
    enclose(mailing, files)
    values = {
        SHEET_LINK: f"/reports/programmes/{row.programme_id}",
        UNSUBSCRIBE: ending_address(service.base_url, service.secret, row.id),
    }
    queue_for_address(mailing, account.email, account.name, values, person_id=account.person_id)
    return mailing
