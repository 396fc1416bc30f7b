"""Reads a mail into plain values, whatever it is made of: addresses, subject and text. It never fails, and loads nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from engagement.addresses import LONGEST_ADDRESS, kept_form
from engagement.letters import clean
from engagement.mail.letters.rules.plain import content_of, plain_of

#: A mail of more bytes is read up to here: its text stands before its attachments.
MOST_BYTES = 2 * 1024 * 1024
LONGEST_TEXT = 4_700
LONGEST_SUBJECT, LONGEST_ID = 300, 250
MOST_ADDRESSES, MOST_PARTS, MOST_LINES = 200, 100, 5_000
CUT = "[The rest of the mail was left out.]"
#: How headers begin where a mail program writes them into the text of a forwarded mail, in the languages of the frames.
_FORWARDED = ("from", "to", "cc", "von", "an", "kopie", "de", "à", "pour", "od", "do", "dw")
_ADDRESS = re.compile(r"[\w.+%&'*/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@dataclass(frozen=True)
class ReadMail:
    """A mail in plain values. `addresses` are all that it names but the sender's, `recipients` where it was delivered to.

    `problem` says what could not be read, "" if all was. `is_automatic` marks answers that no person wrote.
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


def read_mail(raw: bytes) -> ReadMail:
    """Return what a mail says; one that can't be understood has a problem instead of a text."""
    is_cut = len(raw) > MOST_BYTES
    raw = raw[:MOST_BYTES]
    own_id = f"<{sha256(raw).hexdigest()[:40]}@without.id>"
    try:
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        text, attachments = _text_of(message)
        sender = next(iter(_addresses(message, "From")), "")
        named = [*_addresses(message, "To", "Cc"), *_named_within(message), *_forwarded(text)]
        return ReadMail(
            _header(message, "Message-ID")[:LONGEST_ID] or own_id,
            sender,
            tuple(each for each in dict.fromkeys(named) if each != sender)[:MOST_ADDRESSES],
            tuple(_addresses(message, "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"))[:MOST_ADDRESSES],
            _header(message, "Subject")[:LONGEST_SUBJECT],
            _fitting(text, is_cut),
            attachments,
            _sent_at(message),
            _header(message, "Auto-Submitted").lower() not in ("", "no"),
            "" if text else "It has no text that can be read.",
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
    found = [address for _, address in getaddresses(values) if _ADDRESS.fullmatch(address)]
    return [kept_form(address)[:LONGEST_ADDRESS] for address in found]


def _named_within(message: EmailMessage) -> Iterator[str]:
    """Yield the addresses of mails that are attached to this one."""
    for part in list(message.walk())[1:MOST_PARTS]:
        if part.get_content_type() == "message/rfc822":
            for inner in part.iter_parts():
                yield from _addresses(inner, "From", "To", "Cc")  # type: ignore[arg-type]


def _forwarded(text: str) -> Iterator[str]:
    """Yield the addresses in lines that look like the headers of a forwarded mail."""
    for line in text.splitlines()[:MOST_LINES]:
        begins, colon, rest = line[:1_000].lstrip("> *\t").partition(":")
        if colon and begins.strip("* ").lower() in _FORWARDED:
            yield from (kept_form(address) for address in _ADDRESS.findall(rest))


def _text_of(message: EmailMessage) -> tuple[str, tuple[str, ...]]:
    """Return the text, of HTML only if there is nothing plain, and the names of attachments."""
    plain: list[str] = []
    from_html: list[str] = []
    attachments: list[str] = []
    for part in list(message.walk())[:MOST_PARTS]:
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
    return text.replace("\r\n", "\n").replace("\x00", ""), tuple(attachments[:20])


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


def tokens_in(addresses: Iterable[str], inbox: str) -> list[str]:
    """Return the tokens of the addresses that belong to an inbox, each once: "abc" of engagement+abc@example.com."""
    local, _, domain = kept_form(inbox).rpartition("@")
    found: list[str] = []
    for address in addresses:
        before, at, after = kept_form(address).rpartition("@")
        name, plus, token = before.partition("+")
        if at and plus and token and (name, after) == (local, domain):
            found.append(token)
    return list(dict.fromkeys(found))


def address_with(token: str, inbox: str) -> str:
    """Return an inbox's address with a token."""
    local, _, domain = inbox.rpartition("@")
    return f"{local}+{token}@{domain}"
