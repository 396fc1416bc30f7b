"""A message as sent over SMTP: compiled once for a mailing and language, then one join of bytes for each person.

Building a MIME message with the standard library costs more than sending it. So everything that all recipients share is
encoded once, and cut where a person's values stand.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from operator import attrgetter
from typing import Protocol

from engagement.errors import RuleBroken
from engagement.mail.bounces.rules.return_path import instant_mark
from engagement.mail.letters.rules.slots import Template
from engagement.mail.rules import UNSUBSCRIBE
from engagement.mail.wire.rules.enclosures import File, wrapping_of
from engagement.mail.wire.rules.headers import mailbox, one_click, one_line, parts_of_sender, unstructured
from engagement.mail.wire.rules.quoted_printable import QuotedPrintable, Value, value_of

#: A link joined to the address before it would become part of that address.
_JOINED_LINK = re.compile(r"[\w/=?&%#.+~@-]\{\{\s*+\w*_link\s*+\}\}")
#: The innermost part; `enclosures` says why no text can contain it.
_BOUNDARY = "=_engagement_alternative"
_PART = (
    "--"
    + _BOUNDARY
    + "\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_TEXT_PART = _PART.format(kind="plain").encode("ascii")
_HTML_PART = b"\r\n" + _PART.format(kind="html").encode("ascii")
_TEXT_FORM, _HTML_FORM = attrgetter("text"), attrgetter("html")
_END = f"\r\n--{_BOUNDARY}--\r\n".encode("ascii")


class Addressed(Protocol):
    """What a message says about its recipient, as a delivery's row has it."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def queued_at(self) -> datetime: ...


class Text(Protocol):
    """A text with slots in one language, as a mailing or its translation has it."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


class Built(Text, Protocol):
    """A message as it was built, with the sender's name and the address for answers."""

    @property
    def sender_name(self) -> str: ...
    @property
    def reply_to(self) -> str | None: ...


@dataclass(frozen=True)
class Prepared:
    """A mailing ready to be filled; `sender` is the envelope's address, `head` the headers that all copies share.

    `before` and `after` stand around the text and HTML: the files of a message that has some.
    """

    sender: str
    head: str
    before: bytes
    after: bytes
    message_id_domain: str
    subject: Template
    plain_subject: str
    text: QuotedPrintable
    html: QuotedPrintable

    def fill(self, to: Addressed, values: Mapping[str, object], at: datetime) -> bytes:
        """Return the whole message for one person, dated `at`, with CRLF line ends, ready for a mail server.

        The bytes are ASCII unless the address is not, and no line begins with a dot. Raises SlotUnfilled for a slot
        without a value, BadInput for an unusable address or a line break in a name or subject.
        """
        forms = {name: value_of(value) for name, value in values.items()}
        head = (
            f"{self.head}"
            f"Subject: {self._subject_for(forms)}\r\n"
            f"To: {mailbox(to.name, to.address)}\r\n"
            f"Date: {_date(at)}\r\n"
            f"Message-ID: {message_id(to.id, to.queued_at, self.message_id_domain)}\r\n"
            f"{one_click(values[UNSUBSCRIBE]) if UNSUBSCRIBE in values else ''}\r\n"
        )
        text, html = self.text.fill(forms, _TEXT_FORM), self.html.fill(forms, _HTML_FORM)
        return b"".join((head.encode(), self.before, *text, _HTML_PART, *html, self.after))

    def _subject_for(self, forms: Mapping[str, Value]) -> str:
        if not self.subject.slots:
            return self.plain_subject
        return unstructured(self.subject.fill({name: forms[name].plain for name in self.subject.slots & forms.keys()}))


@lru_cache(maxsize=16)
def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))


def prepare(
    mailing: Built,
    mail_from: str,
    message_id_domain: str,
    translation: Text | None = None,
    files: Sequence[File] = (),
) -> Prepared:
    """Return a mailing ready to be filled; `mail_from` is `Name <address>`, and the mailing's sender replaces the name.

    `translation` is the text to send, None for the mailing's own; `files` come along. Raises BadInput for an unusable
    sender or reply address, RuleBroken for files that were let go.
    """
    letter = translation or mailing
    if any(_JOINED_LINK.search(part) for part in (letter.subject, letter.text, letter.html)):
        raise RuleBroken(
            "A link field is joined to another address in this message. Write it by itself, and send the message again."
        )
    name, address = parts_of_sender(mail_from)
    around = wrapping_of(files)
    lines = [f"From: {mailbox(mailing.sender_name or name, address)}"]
    if mailing.reply_to:
        lines.append(f"Reply-To: {mailbox('', mailing.reply_to)}")
    lines += [
        "Auto-Submitted: auto-generated",
        # Exchange suppresses "out of office" replies only for this header of its own.
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "MIME-Version: 1.0",
        f"Content-Type: {around.content_type}",
    ]
    subject = Template(letter.subject)
    return Prepared(
        sender=address,
        head="".join(f"{line}\r\n" for line in lines),
        before=around.before + _TEXT_PART,
        after=_END + around.after,
        message_id_domain=one_line(message_id_domain, "The domain"),
        subject=subject,
        plain_subject="" if subject.slots else unstructured(subject.fill({})),
        text=QuotedPrintable(Template(letter.text)),
        html=QuotedPrintable(Template(letter.html)),
    )


def message_id(delivery_id: int, queued_at: datetime, domain: str) -> str:
    """Return the Message-ID of a delivery: the same at every attempt, so that mailboxes can drop a second copy."""
    return f"<{delivery_id}.{instant_mark(queued_at)}@{domain}>"
