"""A message as sent over SMTP: prepared once for a mailing, then filled for each person in 0.1 ms.

Building a MIME message with the standard library costs more than sending it. So everything that all recipients share is
built once; for each person only text is joined and encoded as quoted-printable in one pass.
"""

import html
import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from engagement import clock
from engagement.errors import RuleBroken
from engagement.mail.headers import mailbox, one_line, parts_of_sender, unstructured
from engagement.mail.models import Delivery, Mailing, Translation
from engagement.words import isolated

_SLOT = re.compile(r"\{\{\s*+([^{}\s]*+(?:\s++[^{}\s]++)*+)\s*+\}\}")
#: A link joined to the address before it would become part of that address.
_JOINED_LINK = re.compile(r"[\w/=?&%#.+~@-]\{\{\s*+\w*_link\s*+\}\}")
#: "=_" never comes out of quoted-printable, so no text can contain the boundary.
_BOUNDARY = "=_engagement_alternative"
_LINK_TO_SLOT = re.compile(r"""\shref=(["'])\{\{[^{}]*\}\}\1""")
#: Stands in for a person's values after they were deleted, in every language.
VALUE_GONE = "[…]"
_TOO_LONG = re.compile(rb"^(.{74,})(=(?:20|09))$", re.MULTILINE)
_PART = (
    "--"
    + _BOUNDARY
    + "\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_TEXT_PART = _PART.format(kind="plain").encode("ascii")
_HTML_PART = b"\r\n" + _PART.format(kind="html").encode("ascii")
_END = f"\r\n--{_BOUNDARY}--\r\n".encode("ascii")


class SlotUnfilled(RuleBroken):
    """A message has a slot without a value."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The message has the field “{name}”, for which there is no value. Remove it or correct its name."
        )
        self.name = name


class Template:
    """A text cut at its slots: even places of `pieces` are literal text, odd ones names of slots."""

    def __init__(self, text: str) -> None:
        self.pieces = _SLOT.split(text.replace("\r\n", "\n").replace("\r", "\n"))
        self.slots = frozenset(self.pieces[1::2])

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with every slot filled. Raises SlotUnfilled for a slot without a value."""
        return _filled(self.pieces, values) if self.slots else self.pieces[0]


def _filled(pieces: list[str], values: Mapping[str, str]) -> str:
    filled = pieces.copy()
    try:
        filled[1::2] = [values[name] for name in pieces[1::2]]
    except KeyError as missing:
        raise SlotUnfilled(str(missing.args[0])) from None
    return "".join(filled)


class QuotedPrintable:
    """A template whose lines without slots are encoded once; lines with slots are encoded for each person."""

    def __init__(self, template: Template) -> None:
        self.parts: list[bytes | list[str]] = []
        open_line: list[str] = []
        last = len(template.pieces) - 1
        for place, piece in enumerate(template.pieces):
            if place % 2:
                open_line.append(piece)
                continue
            # Text before the first line end belongs to the slot before it, text after the last one to the next slot.
            begins = piece.find("\n") + 1 if place else 0
            ends = piece.rfind("\n") + 1 if place < last else len(piece)
            if place and not begins and place < last:
                open_line.append(piece)
                continue
            if place:
                begins = begins or len(piece)
                self.parts.append([*open_line, piece[:begins]])
            self.parts.append(quoted_printable(piece[begins:ends]))
            open_line = [piece[max(begins, ends) :]]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the encoded text with every slot filled. Raises SlotUnfilled for a slot without a value."""
        return b"".join(
            part if isinstance(part, bytes) else quoted_printable(_filled(part, values)) for part in self.parts
        )


def slots_of(*texts: str) -> frozenset[str]:
    """Return the names of all slots in these texts."""
    return frozenset(name for text in texts for name in _SLOT.findall(text))


def without_values(text: str) -> str:
    """Return a text with VALUE_GONE in every slot; a link to a slot's value becomes plain words."""
    return _SLOT.sub(VALUE_GONE, _LINK_TO_SLOT.sub("", text))


def as_text(values: Mapping[str, object]) -> dict[str, str]:
    """Return the values as written into plain text; None becomes "", a line end one character."""
    return {
        name: "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")
        for name, value in values.items()
    }


def as_html(values: Mapping[str, object]) -> dict[str, str]:
    """Return the values as written into HTML text or attributes: escaped, and isolated from the surrounding direction."""
    return {name: html.escape(isolated(value)) for name, value in as_text(values).items()}


@dataclass(frozen=True)
class Prepared:
    """A mailing ready to be filled; `sender` is the envelope's address, `head` the headers that all copies share."""

    sender: str
    head: str
    message_id_domain: str
    subject: Template
    text: QuotedPrintable
    html: QuotedPrintable

    def fill(self, delivery: Delivery, values: Mapping[str, object]) -> bytes:
        """Return the whole message for one person, with CRLF line ends, ready for a mail server.

        The bytes are ASCII unless the address is not. Raises SlotUnfilled for a slot without a value, BadInput for an
        unusable address or a line break in a name or subject.
        """
        plain = as_text(values)
        head = (
            f"{self.head}"
            f"Subject: {unstructured(self.subject.fill(plain))}\r\n"
            f"To: {mailbox(delivery.name, delivery.address)}\r\n"
            f"Date: {format_datetime(clock.now())}\r\n"
            f"Message-ID: {message_id(delivery.id, delivery.queued_at, self.message_id_domain)}\r\n\r\n"
        )
        text, rich = self.text.fill(plain), self.html.fill(as_html(values))
        return b"".join((head.encode(), _TEXT_PART, text, _HTML_PART, rich, _END))


def prepare(
    mailing: Mailing, mail_from: str, message_id_domain: str, translation: Translation | None = None
) -> Prepared:
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


def quoted_printable(text: str) -> bytes:
    """Return text as quoted-printable UTF-8 with CRLF line ends and lines of at most 76 characters."""
    encoded = b2a_qp(text.encode("utf-8", "replace"), istext=True)
    # The standard library measures a line before it encodes a blank at its end.
    return _TOO_LONG.sub(rb"\1=\n\2", encoded).replace(b"\n", b"\r\n")
