"""What a mail in the mailbox of bounces says: a delivery status (RFC 3464), a complaint (RFC 5965), or a vendor's own text.

The standard library reads what follows a standard; flufl.bounce finds the addresses in what does not. It never fails, and
what was sent and came back with a bounce is not kept: it has the links of its reader in it.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from enum import StrEnum

from engagement.addresses import LONGEST_ADDRESS, kept_form
from engagement.letters import clean
from engagement.mail.bounces.rules.automatic import begins_like_absence, is_automatic, is_marked_automatic
from engagement.mail.bounces.rules.causes import LONGEST_STATUS, Cause, cause_of
from engagement.mail.bounces.rules.return_path import named_in
from engagement.mail.letters.rules.plain import content_of, plain_of

# It logs what it stumbles over, with the words of the mail; here that is a bounce that is not understood.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
#: A mail of more bytes is read up to here: what it says stands before what it returns.
MOST_BYTES = 256 * 1024
LONGEST_KEPT = 6_000
MOST_PARTS, MOST_LINES, LONGEST_LINE = 40, 2_000, 1_000
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])\d\d[ -]")
#: The first line of what came back, in bounces that put it behind their own words.
_RETURNED = re.compile(
    r"(?i)(?:return-path|received|dkim-signature|mime-version|message-id|x-mailer|auto-submitted): ?\S"
)
_DAEMONS = re.compile(r"(?i)(?:mailer-?daemon|postmaster|mail-?daemon|mailerdaemon|mdaemon|mail\.daemon|bounces?)$")
_SUBJECT = re.compile(
    r"(?i)(?:undeliver|delivery (?:status|fail|notification|has failed|incomplete|delayed|report)|failure notice|returned (?:mail|to sender)"
    r"|mail delivery|message (?:delivery )?fail|could not (?:be )?deliver|unzustellbar|nicht zugestellt|zustellung|non remis|échec de la remise"
    r"|no se (?:puede|pudo|ha podido) entregar|notificaci[óo]n de estado|não entregue|mancato recapito|niet-? ?bezorg|onbestelbaar|ikke levert)"
)
#: Lines of a delivery status that say something to a reader.
_SAYING = ("reporting-mta", "final-recipient", "action", "status", "remote-mta", "diagnostic-code", "will-retry-until")


class Sort(StrEnum):
    """What a mail is: mail that came back (or a notice about it), an automatic answer, or something that a person wrote."""

    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    OTHER = "other"


@dataclass(frozen=True)
class Returned:
    """What a bounce says. `address` is where the message could not be delivered to, "" if it doesn't say.

    `recipients` are the addresses to which the bounce itself was sent, `named` the Message-IDs in it that may be of this
    service: delivery and instant.
    """

    cause: Cause
    address: str = ""
    status: str = ""
    text: str = ""
    recipients: tuple[str, ...] = ()
    named: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Read:
    """A mail as it was read; `returned` is there for a bounce alone."""

    sort: Sort
    returned: Returned | None = None


def read_returned(raw: bytes) -> Read:
    """Return what a mail says; a bounce that can't be understood is one of the cause UNREADABLE."""
    raw = raw[:MOST_BYTES]
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32))
    except Exception as error:  # Anybody can send anything here; whatever is wrong with it, somebody has to see it.
        words = raw[:LONGEST_KEPT].decode("utf-8", "replace")
        return Read(
            Sort.BOUNCE, Returned(Cause.UNREADABLE, text=f"It can’t be read ({type(error).__name__}).\n\n{words}")
        )


def _read(message: Message) -> Read:
    subject = _decoded(str(message.get("subject", "")))
    parts = list(message.walk())[:MOST_PARTS]
    own = _own_words(message)
    found = _from_status(parts) or _from_complaint(parts)
    if found is None and (is_marked_automatic(message) or begins_like_absence(subject)):
        return Read(Sort.AUTOMATIC)
    found = found or _from_vendor(message, own)
    if found is None and _comes_from_daemon(message, subject):
        found = Returned(Cause.UNREADABLE)
    if found is None:
        return Read(Sort.AUTOMATIC if is_automatic(message, subject) else Sort.OTHER)
    if found.address == _ARRIVED:
        return Read(Sort.AUTOMATIC)
    return Read(
        Sort.BOUNCE,
        Returned(
            found.cause,
            kept_form(found.address)[:LONGEST_ADDRESS],
            found.status[:LONGEST_STATUS],
            _fitting("\n\n".join(part for part in (f"Subject: {subject}", own, found.text) if part.strip())),
            tuple(_recipients(message)),
            tuple(named_in(_texts_of(message, parts))),
        ),
    )


#: In place of the address, for a notice that the message arrived.
_ARRIVED = "arrived"


def _from_status(parts: list[Message]) -> Returned | None:
    """Return what the fields of a delivery status say, the first failure before the first delay."""
    blocks = [
        block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)
    ]
    about = [block for block in blocks if block.get("action")]
    if not about:
        return None
    actions = ("fail", "error", "delay")
    for action in actions:
        for block in about:
            if str(block["action"]).strip().lower().startswith(action):
                return _said_by(block, blocks, was_refused=action != "delay")
    # Delivered, relayed or expanded.
    return Returned(Cause.DELAYED, _ARRIVED)


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _said_by(block: Message, blocks: list[Message], *, was_refused: bool) -> Returned:
    diagnostic = _decoded(" ".join(str(block.get("diagnostic-code", "")).split()))
    code, in_text = _STATUS.search(str(block.get("status", ""))), _STATUS.search(diagnostic)
    # Servers that relay say "5.0.0" of everything, and repeat the exact code in their words.
    is_vague = code is None or code[1].endswith(".0")
    status = in_text[1] if in_text and is_vague else code[1] if code else ""
    lines = [
        f"{name}: {_decoded(str(value))}" for each in blocks for name, value in each.items() if name.lower() in _SAYING
    ]
    cause = cause_of(status, diagnostic, was_refused=was_refused)
    recipient = block.get("original-recipient") or block.get("final-recipient") or ""
    return Returned(cause, _address_in(str(recipient)), status, "\n".join(lines[:60]))


def _address_in(field: str) -> str:
    """Return the address of a field such as "rfc822; <ada@example.com>"."""
    _, semicolon, after = field.partition(";")
    return parseaddr((after if semicolon else field).strip())[1].strip("<> ")


def _from_complaint(parts: list[Message]) -> Returned | None:
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            payload = part.get_payload(decode=False)
            said = "\n".join(str(each) for each in payload) if isinstance(payload, list) else str(payload)
            to = re.search(r"(?im)^(?:original-rcpt-to|removal-recipient): *<?([^\s<>]+@[^\s<>]+)", said[:LONGEST_KEPT])
            return Returned(Cause.COMPLAINT, to[1] if to else "", text=said.strip())
    return None


def _from_vendor(message: Message, own: str) -> Returned | None:
    """Return what a bounce in a server's own form says."""
    if any(len(line) > LONGEST_LINE for line in own.split("\n")) or own.count("\n") > MOST_LINES:
        return None
    # Only who reads the mailbox of bounces needs it, and it is large.
    from flufl.bounce import all_failures

    with suppress(Exception):  # It reads forms of thirty servers; one that it stumbles over stays "not understood".
        late, refused = all_failures(_brief(message, own))
        addresses = sorted(address.decode("ascii", "replace") for address in refused or late)
        if addresses:
            status = _STATUS.search(own)
            code = status[1] if status else ""
            words = _around(own, addresses[0])
            cause = cause_of(code, words, was_refused=bool(refused))
            if cause is Cause.UNCLEAR and not code and (number := _CODE.search(own)) and number[1] == "4":
                cause = Cause.LATER
            return Returned(cause, addresses[0], code)
    return None


def _brief(message: Message, own: str) -> Message:
    """Return a mail with its headers and its own words alone: what it returns is long, and says nothing about the failure."""
    brief = Message(policy.compat32)
    for name in ("from", "to", "subject", "x-failed-recipients", "x-mailer"):
        if message.get(name):
            brief[name] = " ".join(str(message[name]).split())[:LONGEST_LINE]
    if message.get_content_type() == "multipart/report":
        # Some detectors look only into reports, and there only into the part that is called so.
        brief["Content-Type"] = "multipart/report"
        part = Message(policy.compat32)
        part["Content-Type"], part["Content-Description"] = "text/plain; charset=utf-8", "Notification"
        part.set_payload(own)
        brief.attach(part)
    else:
        brief["Content-Type"] = "text/plain; charset=utf-8"
        brief.set_payload(own)
    return brief


def _around(own: str, address: str) -> str:
    """Return the words that follow the first mention of an address, which say what is wrong with it."""
    place = own.lower().find(address.lower())
    return own[place + len(address) :][:1_500] if place >= 0 else own[:1_500]


def _own_words(message: Message) -> str:
    """Return what the server itself wrote: the first text, up to where the returned message begins."""
    plain, html = "", ""
    for part in _leaves(message):
        if part.get_content_type() == "text/plain" and not plain:
            plain = content_of(part)
        elif part.get_content_type() == "text/html" and not html:
            html = plain_of(content_of(part))
    lines: list[str] = []
    for line in (plain if plain.strip() else html).replace("\r\n", "\n").split("\n")[: MOST_LINES + 1]:
        if _RETURNED.match(line[:200].lstrip("> \t")):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts of the mail itself, none of what is attached to it."""
    if message.get_content_type().startswith("message/"):
        return
    if not message.is_multipart():
        yield message
        return
    payload = message.get_payload()
    for part in payload if isinstance(payload, list) else []:
        if isinstance(part, Message):
            yield from _leaves(part)


def _texts_of(message: Message, parts: list[Message]) -> Iterator[str]:
    """Yield what may name the message that came back: headers that answer it, and all that is attached."""
    for name in ("in-reply-to", "references", "x-original-message-id"):
        yield str(message.get(name, ""))
    for part in parts[1:]:
        yield str(part.get("message-id", ""))
    for part in parts:
        if not part.is_multipart():
            yield content_of(part)


def _comes_from_daemon(message: Message, subject: str) -> bool:
    local = parseaddr(str(message.get("from", "")))[1].partition("@")[0]
    return bool(_DAEMONS.match(local)) or _SUBJECT.search(subject[:300]) is not None


def _recipients(message: Message) -> list[str]:
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return [kept_form(address)[:LONGEST_ADDRESS] for _, address in getaddresses(values) if "@" in address][:20]


def _decoded(header: str) -> str:
    try:
        return clean(str(make_header(decode_header(header[:LONGEST_LINE]))))
    except Exception:  # One that is encoded wrongly is shown as it came.
        return clean(header[:LONGEST_LINE])


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_KEPT else f"{text[:LONGEST_KEPT].rstrip()}\n\n[The rest was left out.]"
