"""Reads a mail into plain values, whatever it is made of: addresses, subject and text. It never fails, and loads nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from itertools import chain, islice

from engagement.addresses import LONGEST_ADDRESS, kept_form
from engagement.letters import clean
from engagement.mail.letters.rules.plain import content_of, plain_of
from engagement.stakeholders.inbox.rules.forwarded import ADDRESS, Original, named_in, original_in

#: A mail of more bytes is read up to here: its text stands before its attachments.
MOST_BYTES = 2 * 1024 * 1024
LONGEST_TEXT = 4_700
LONGEST_SUBJECT, LONGEST_ID = 300, 250
MOST_ADDRESSES, MOST_PARTS, MOST_NAMES = 200, 100, 20
CUT = "[The rest of the mail was left out.]"


@dataclass(frozen=True)
class ReadMail:
    """A mail in plain values. `addresses` are all that it names but the sender's, `recipients` where it was delivered to.

    `written_to` are those whom it names as its recipients itself; `original` is what it forwards, None for nothing. `problem` says what could not be read, "" if all was. `is_automatic` marks answers that no person wrote.
    """

    message_id: str
    sender: str
    addresses: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[str, ...]
    sent_at: datetime | None
    is_automatic: bool = False
    problem: str = ""
    written_to: tuple[str, ...] = ()
    original: Original | None = None


def read_mail(raw: bytes) -> ReadMail:
    """Return what a mail says; one that can't be understood has a problem instead of a text."""
    is_cut = len(raw) > MOST_BYTES
    raw = raw[:MOST_BYTES]
    own_id = f"<{sha256(raw).hexdigest()[:40]}@without.id>"
    try:
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        mails = list(islice(_mails_in(message), MOST_PARTS))
        texts, attachments = zip(*map(_content_of, mails), strict=True)
        text = "\n\n".join(filter(None, texts))
        sender, subject = next(iter(_addresses(message, "From")), ""), _header(message, "Subject")[:LONGEST_SUBJECT]
        written_to = _addresses(message, "To", "Cc")
        within = [address for mail in mails[1:] for address in _addresses(mail, "From", "To", "Cc")]
        named = dict.fromkeys([*written_to, *within, *named_in(text)])
        return ReadMail(
            _header(message, "Message-ID")[:LONGEST_ID] or own_id,
            sender,
            tuple(each for each in named if each != sender)[:MOST_ADDRESSES],
            tuple(_addresses(message, "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"))[:MOST_ADDRESSES],
            subject,
            _fitting(text, is_cut),
            tuple(chain.from_iterable(attachments))[:MOST_NAMES],
            _sent_at(message),
            _header(message, "Auto-Submitted").lower() not in ("", "no"),
            "" if text else "It has no text that can be read.",
            tuple(written_to)[:MOST_ADDRESSES],
            original_in(subject, texts[0], [_sent_at(each) for each in _attached_to(message)]),
        )
    except Exception as error:  # A mail comes from anybody; whatever is wrong with it, it has to end in the inbox.
        return ReadMail(own_id, "", (), (), "", "", (), None, problem=f"It can’t be read ({type(error).__name__}).")


def _header(message: EmailMessage, name: str) -> str:
    try:
        return clean(str(message.get(name, "")).replace("\x00", ""))
    except Exception:  # One header that can't be decoded must not hide the others.
        return ""


def _headers(message: EmailMessage, name: str) -> list[str]:
    try:
        return [str(value) for value in message.get_all(name, [])]
    except Exception:  # As above.
        return []


def _addresses(message: EmailMessage, *names: str) -> list[str]:
    values = [value for name in names for value in _headers(message, name)]
    found = [address for _, address in getaddresses(values) if ADDRESS.fullmatch(address)]
    return [kept_form(address)[:LONGEST_ADDRESS] for address in found]


def _mails_in(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield a mail, and those that are attached to it or to one of them."""
    yield message
    for mail in _attached_to(message):
        yield from _mails_in(mail)


def _attached_to(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in _own_parts(message):
        if part.get_content_type() == "message/rfc822":
            yield from part.iter_parts()  # type: ignore[misc]


def _own_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield a mail and its parts, but not those of mails that are attached to it."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in message.iter_parts():
            yield from _own_parts(part)  # type: ignore[arg-type]


def _content_of(message: EmailMessage) -> tuple[str, list[str]]:
    """Return a mail's own text, of HTML only if there is nothing plain, and the names of its attachments."""
    plain: list[str] = []
    from_html: list[str] = []
    attachments: list[str] = []
    for part in islice(_own_parts(message), MOST_PARTS):
        if part.is_multipart():
            continue
        name = clean(part.get_filename() or "")
        if name or part.get_content_disposition() == "attachment":
            attachments.append(name[:100] or "without a name")
        elif part.get_content_type() == "text/plain":
            plain.append(content_of(part))
        elif part.get_content_type() == "text/html":
            from_html.append(plain_of(content_of(part)))
    text = "\n\n".join(each.strip() for each in (plain if any(map(str.strip, plain)) else from_html) if each.strip())
    return text.replace("\r\n", "\n").replace("\x00", ""), attachments


def _fitting(text: str, is_cut: bool) -> str:
    if len(text) <= LONGEST_TEXT and not is_cut:
        return text
    return f"{text[:LONGEST_TEXT].rstrip()}\n\n{CUT}"


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        sent = parsedate_to_datetime(_header(message, "Date"))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
