"""Mail to administrators when something needs them: at most once a day for each kind, and only about news."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engagement import audit, clock
from engagement.accounts.letters.queries import is_real
from engagement.accounts.queries import accounts_holding
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.content.markdown import to_html
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.scheduler.models import JobLine
from engagement.set_aside import SetAside
from engagement.settings import Settings
from engagement.verbs import Verb
from engagement.words import plural

AT_MOST_EVERY = timedelta(days=1)
MOST_NAMED = 10
WHY = "You get this because you administer Engagement. Of each kind of trouble it writes at most once a day."


def tell_administrators(settings: Settings) -> str:
    """Mail administrators about failed jobs and refused mail that they were not told of yet."""
    told = [kind for kind, (found, place) in KINDS.items() if _tell(kind, found, settings.base_url + place)]
    return f"Told of {' and '.join(told)}." if told else "Nothing new to tell."


def _tell(kind: str, found: Callable[[datetime], tuple[str, list[str]] | None], url: str) -> bool:
    now, last = clock.now(), _last_told(kind)
    if last is not None and now - last < AT_MOST_EVERY:
        return False
    trouble = found(last or now - AT_MOST_EVERY)
    to = [account for account in accounts_holding(Role.ADMINISTRATOR) if is_real(account.email)]
    if trouble is None or not to:
        return False
    subject, lines = trouble
    # These are the service's own words; Markdown characters in a name are shown as they are.
    text = "\n\n".join([*lines[:MOST_NAMED], *_more(len(lines)), f"Look at {url}"])
    html = html_layout(subject, "Engagement", to_html(text), subject, Around(WHY))
    mailing = build_mailing(MailingKind.NOTICE, Letter(subject, f"{text}\n\n{WHY}", html))
    for account in to:
        queue_for_address(mailing, account.email, account.name, {}, person_id=account.person_id)
    audit.record(Verb.TOLD_ADMINISTRATORS, audit.Subject("job_line", kind), by=audit.CLOCK)
    return True


def _last_told(kind: str) -> datetime | None:
    told = (AuditEntry.verb == Verb.TOLD_ADMINISTRATORS, AuditEntry.subject_name == kind)
    return db.session.scalar(select(func.max(AuditEntry.at)).where(*told))


def _more(number: int) -> list[str]:
    return [f"And {number - MOST_NAMED} more."] if number > MOST_NAMED else []


def _failed_jobs(since: datetime) -> tuple[str, list[str]] | None:
    failed = db.session.scalars(select(JobLine).where(JobLine.error_at > since).order_by(JobLine.name)).all()
    left = db.session.scalars(select(SetAside).where(SetAside.at > since).order_by(SetAside.id)).all()
    lines = [f"The job {line.name} ended with an error: {_plain(line.error or '')}" for line in failed]
    lines += [f"The job {row.line} set something aside: {_plain(row.name)}. {_plain(row.reason)}" for row in left]
    return ("A job of Engagement failed", lines) if lines else None


def _refused_mail(since: datetime) -> tuple[str, list[str]] | None:
    refused = select(func.count()).where(Delivery.state == DeliveryState.BOUNCED, Delivery.attempted_at > since)
    number = db.session.scalar(refused) or 0
    if not number:
        return None
    said = select(Delivery.reply).where(
        Delivery.state == DeliveryState.BOUNCED, Delivery.attempted_at > since, Delivery.reply.is_not(None)
    )
    newest = db.session.scalar(said.order_by(Delivery.attempted_at.desc()).limit(1))
    lines = [f"The mail server refused {plural(number, 'message', 'messages')} since the last time that you were told."]
    return "Mail of Engagement was refused", [*lines, f"Its last words: {_plain(newest)}"] if newest else lines


def _plain(text: str) -> str:
    """Return other people's words as one line without fields or Markdown."""
    return " ".join(text.replace("{{", "{ {").replace("`", "'").split())


#: What is checked, and its page.
KINDS: dict[str, tuple[Callable[[datetime], tuple[str, list[str]] | None], str]] = {
    "failed jobs": (_failed_jobs, "/admin/jobs"),
    "refused mail": (_refused_mail, "/deliveries?state=bounced"),
}
