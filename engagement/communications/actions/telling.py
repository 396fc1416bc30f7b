"""Short mails to writers and approvers: what waits for them, and what happened to their text."""

from collections.abc import Iterable
from dataclasses import dataclass

from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.communications.models import Occurrence
from engagement.communications.texts.rules.merge_fields import slot
from engagement.content.markdown import to_html
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.rules import Letter, MailingKind
from engagement.mail.wire.rules.headers import is_usable_address

LINK = "message_link"


@dataclass(frozen=True)
class Notice:
    """Subject, text and reason of such a mail, with slots for the values."""

    subject: str
    text: str
    why: str


ASKED = Notice(
    "Waits for your approval: {{ title }}",
    "{{ who }} asks for an approval of “{{ title }}”, due {{ due }}. Without one it doesn’t go out.\n\nRead it as its readers "
    "will, then approve it or send it back with what has to change. Whoever does so first does it for all who were asked.",
    "You get this because you can approve this message.",
)
SENT_BACK = Notice(
    "Sent back to you: {{ title }}",
    "{{ who }} read “{{ title }}”, due {{ due }}, and sent it back:\n\n> {{ comment }}\n\nChange it, then ask for approval "
    "again. Without one it doesn’t go out.",
    "You get this because this message is yours to write.",
)
LAPSED = Notice(
    "No longer approved: {{ title }}",
    "{{ comment }}\n\nThe approval of “{{ title }}” doesn’t cover that, so the message is held. Look at it again; once it is "
    "approved as it is now, it goes out by itself, {{ due }}.",
    "You get this because you write or approved this message.",
)


def tell(notice: Notice, accounts: Iterable[Account], occurrence: Occurrence, *, by: Actor, comment: str = "") -> None:
    """Queue a notice about a message, once for each account; skips `by` and accounts that can't be reached."""
    found = {each.id: each for each in accounts if each.is_active and is_usable_address(each.email)}
    found.pop(by.account_id or 0, None)
    if not found:
        return
    around, button = Around(notice.why), Button("Open the message", slot(LINK))
    html = html_layout(notice.subject, "Engagement", to_html(notice.text), notice.subject, around, button=button)
    text = f"{notice.text}\n\nOpen the message:\n{slot(LINK)}\n\n--\n{notice.why}"
    mailing = build_mailing(MailingKind.NOTICE, Letter(notice.subject, text, html), title=occurrence.title)
    values = {"title": occurrence.title, "who": by.name, "due": occurrence.when, "comment": comment}
    values[LINK] = f"/occurrences/{occurrence.id}"
    for account in found.values():
        queue_for_address(mailing, account.email, account.name, values, person_id=account.person_id)
