"""A message as sent over SMTP: prepared once for a mailing, then filled for each person in 0.1 ms.

Building a MIME message with the standard library costs more than sending it. So everything that all recipients share is
built once; for each person only text is joined and encoded as quoted-printable in one pass.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from engagement.errors import RuleBroken
from engagement.mail.letters.rules.slots import Template, as_html, as_text
from engagement.mail.wire.rules.headers import mailbox, one_line, parts_of_sender, unstructured
from engagement.mail.wire.rules.quoted_printable import QuotedPrintable

#: A link joined to the address before it would become part of that address.
_JOINED_LINK = re.compile(r"[\w/=?&%#.+~@-]\{\{\s*+\w*_link\s*+\}\}")
#: "=_" never comes out of quoted-printable, so no text can contain the boundary.
_BOUNDARY = "=_engagement_alternative"
_PART = (
    "--"
    + _BOUNDARY
    + "\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_TEXT_PART = _PART.format(kind="plain").encode("ascii")
_HTML_PART = b"\r\n" + _PART.format(kind="html").encode("ascii")
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
    """A mailing ready to be filled; `sender` is the envelope's address, `head` the headers that all copies share."""

    sender: str
    head: str
    message_id_domain: str
    subject: Template
    text: QuotedPrintable
    html: QuotedPrintable

    def fill(self, to: Addressed, values: Mapping[str, object], at: datetime) -> bytes:
        """Return the whole message for one person, dated `at`, with CRLF line ends, ready for a mail server.

        The bytes are ASCII unless the address is not. Raises SlotUnfilled for a slot without a value, BadInput for an
        unusable address or a line break in a name or subject.
        """
        plain = as_text(values)
        head = (
            f"{self.head}"
            f"Subject: {unstructured(self.subject.fill(plain))}\r\n"
            f"To: {mailbox(to.name, to.address)}\r\n"
            f"Date: {format_datetime(at)}\r\n"
            f"Message-ID: {message_id(to.id, to.queued_at, self.message_id_domain)}\r\n\r\n"
        )
        text, rich = self.text.fill(plain), self.html.fill(as_html(values))
        return b"".join((head.encode(), _TEXT_PART, text, _HTML_PART, rich, _END))


def prepare(mailing: Built, mail_from: str, message_id_domain: str, translation: Text | None = None) -> Prepared:
    """Return a mailing ready to be filled; `mail_from` is `Name <address>`, and the mailing's sender replaces the name.

    `translation` is the text to send, None for the mailing's own. Raises BadInput for an unusable sender or reply
    address.
    """
    letter = translation or mailing
    if any(_JOINED_LINK.search(part) for part in (letter.subject, letter.text, letter.html)):
        raise RuleBroken(
            "A link field is joined to another address in this message. Write it by itself, and send the message again."
        )
    name, address = parts_of_sender(mail_from)
    lines = [f"From: {mailbox(mailing.sender_name or name, address)}"]
    if mailing.reply_to:
        lines.append(f"Reply-To: {mailbox('', mailing.reply_to)}")
    lines += [
        "Auto-Submitted: auto-generated",
        # Exchange suppresses "out of office" replies only for this header of its own.
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"',
    ]
    return Prepared(
        sender=address,
        head="".join(f"{line}\r\n" for line in lines),
        message_id_domain=one_line(message_id_domain, "The domain"),
        subject=Template(letter.subject),
        text=QuotedPrintable(Template(letter.text)),
        html=QuotedPrintable(Template(letter.html)),
    )


def message_id(delivery_id: int, queued_at: datetime, domain: str) -> str:
    """Return the Message-ID of a delivery: the same at every attempt, so that mailboxes can drop a second copy."""
    return f"<{delivery_id}.{int(queued_at.timestamp() * 1000):x}@{domain}>"
