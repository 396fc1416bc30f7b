"""A programme whose report is sent, and what went out of it."""

import email.policy
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from io import BytesIO

from factories import (
    make_account,
    make_people,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
)
from mail.outbox import FROM, link_for
from mail.smtp_peer import smtp_peer
from pypdf import PdfReader

from engagement import clock
from engagement.accounts.models import Account
from engagement.db import db
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.wire.actions.transport import Transport
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.reports.subscriptions.actions.sending import SendOutcome, Service, send_report
from engagement.reports.subscriptions.actions.subscribing import subscribe
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.queries import due_subscriptions
from engagement.reports.subscriptions.rules.rhythm import ReportRhythm, Wish
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.rules import Source
from tests.attention.training_rows import assign

COUNTRY = "GB-ENG"
#: After Tuesday 14 April 2026, at which tests stand: 08:00 in London.
MONDAY = datetime(2026, 4, 20, 7, 0, tzinfo=UTC)
SERVICE = Service(Organisation("Northmere Insurance"), 5, 24, "https://engagement.example.com", "a secret of the tests")


def make_told_programme(name: str = "Claims and finance") -> tuple[Programme, Account]:
    """A programme with a wave in training and objections of several sources, and the account of its sponsor."""
    programme = make_programme(name, make_person("Margaret Leclerc", "margaret@example.com"))
    members = make_people(10)
    wave = make_wave(programme, workflows=(make_workflow(programme),), members=members)
    assign(wave, members, 4)
    today = clock.today("Europe/London")
    for source, number in (
        (Source.JOB_SECURITY, 6),
        (Source.CHANGE_FATIGUE, 7),
        (Source.OTHER, 2),
        (Source.LOSS_OF_CONTROL, 3),
    ):
        for n in range(number):
            make_unknown_concern(f"Secret words {source} {n}", on=today, source=source, wave=wave)
    count_objections(today, 5, COUNTRY)
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    db.session.flush()
    return programme, account


def subscribed(
    programme: Programme, account: Account, rhythm: ReportRhythm = ReportRhythm.WEEKLY, *, with_csv: bool = False
) -> ReportSubscription:
    wish = Wish(rhythm, "08:00", "Europe/London", with_csv)
    row = subscribe(programme, account, wish, COUNTRY, by=account.actor)
    db.session.commit()
    return row


def send_due() -> list[SendOutcome]:
    """Send what is due, each in a transaction of its own."""
    done = []
    for key in due_subscriptions(clock.now()):
        done.append(send_report(key, SERVICE))
        db.session.commit()
    return done


def mailed() -> list[EmailMessage]:
    """Deliver everything that waits, and return it as its readers' programs read it."""
    with smtp_peer() as peer:
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    return [message_from_bytes(each.raw, policy=email.policy.default) for each in peer.messages]  # type: ignore[misc]


def said_in(message: EmailMessage, kind: str) -> str:
    """The words of a part: "plain" or "html" of the text, "pdf" or "csv" of what is attached."""
    if kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n").replace("&nbsp;", "\u00a0")
    (found,) = [part for part in message.iter_attachments() if str(part.get_filename()).endswith(f".{kind}")]
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)
    if kind == "csv":
        return content.decode("utf-8-sig")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
