"""Pages of the built-in mailbox: what the service would have sent. Readable on one's own machine, never in production."""

import email.policy
import re
from base64 import b64encode
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage, Message

from flask import Response, make_response, render_template
from markupsafe import Markup, escape

from engagement.db import db
from engagement.errors import NotAllowed
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.mailbox.queries import mailbox_listed
from engagement.pages.admin import blueprint
from engagement.pages.frame import guard
from engagement.pages.frame.machine import is_this_machine
from engagement.pages.parts.lists import Asked
from engagement.words import plural

OPEN_BECAUSE = "shows only what the built-in mailbox received on this machine, in development"
#: The message is shown in a frame of its own, which runs no script, fetches nothing and gets none of our cookies.
FRAME_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation allow-popups"
)
SHOWN_HEADERS = ("From", "To", "Reply-To", "Date", "Message-ID")
_ADDRESS = re.compile(r"https?://[^\s<>\"”’]+[^\s<>\"”’.,;:!?)\]]")


@dataclass(frozen=True)
class Opened:
    """A message in parts: the headers that people know, its two texts, and what is attached: name, size in words, address."""

    headers: list[tuple[str, str]]
    text: str
    html: str | None
    files: list[tuple[str, str, str]]


@blueprint.get("/mailbox")
@guard.open_to_all(OPEN_BECAUSE)
def mailbox() -> str:
    """List what the mailbox received, newest first, narrowed by recipient."""
    _only_on_this_machine()
    asked = Asked()
    messages, page = asked.shown(mailbox_listed(asked.words("recipient", "Recipient")))
    return render_template("admin/mailbox.html", messages=messages, page=page, asked=asked)


@blueprint.get("/mailbox/<int:message_id>")
@guard.open_to_all(OPEN_BECAUSE)
def mailbox_message(message_id: int) -> str:
    """Show one message: headers, its HTML in a frame, its text beside it."""
    _only_on_this_machine()
    row = guard.found(db.session.get(MailboxMessage, message_id))
    opened = _opened(row)
    return render_template("admin/mailbox_message.html", row=row, opened=opened, text=with_links(opened.text))


@blueprint.get("/mailbox/<int:message_id>/html")
@guard.open_to_all(OPEN_BECAUSE)
def mailbox_html(message_id: int) -> Response:
    """Serve the HTML part of a message for its frame; links leave the frame."""
    _only_on_this_machine()
    row = guard.found(db.session.get(MailboxMessage, message_id))
    page = guard.found(_opened(row).html)
    answer = make_response(page.replace("<head>", '<head><base target="_top">', 1))
    answer.headers["Content-Security-Policy"] = FRAME_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _only_on_this_machine() -> None:
    """Raise NotFound in production, NotAllowed from another machine: the mailbox holds links that sign people in."""
    guard.found(None if guard.settings().is_production else True)
    if not is_this_machine():
        raise NotAllowed(
            "The built-in mailbox can be read on the machine alone that the service runs on, at its own address 127.0.0.1."
        )


def _opened(row: MailboxMessage) -> Opened:
    parsed = message_from_string(row.raw, policy=email.policy.default)
    headers = [(name, str(parsed[name])) for name in SHOWN_HEADERS if parsed[name]]
    text, rich = parsed.get_body(("plain",)), parsed.get_body(("html",))
    return Opened(
        headers,
        str(text.get_content()).replace("\r\n", "\n") if text else "",
        _with_pictures(str(rich.get_content()), parsed) if rich else None,
        [
            (part.get_filename() or "file", plural(len(_bytes_of(part)), "byte", "bytes"), _address_of(part))
            for part in parsed.iter_attachments()
            if part.is_attachment()
        ],
    )


def _with_pictures(page: str, message: EmailMessage) -> str:
    """Return the HTML with the pictures that came along in it, as mail programs show them."""
    for part in message.walk():
        mark = str(part["Content-ID"] or "").strip("<> ")
        if mark and part.get_content_maintype() == "image":
            page = page.replace(f"cid:{mark}", _address_of(part))
    return page


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _address_of(part: Message) -> str:
    """Return an address that holds the whole part."""
    return f"data:{part.get_content_type()};base64,{b64encode(_bytes_of(part)).decode('ascii')}"


def with_links(text: str) -> Markup:
    """Return plain text as HTML: web addresses become links, everything else is escaped."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(address)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
