"""The mailbox of bounces on another server, by IMAP or POP3: what it holds, one mail of it, and taking one out.

Only what was kept here as a bounce, or counts as nothing, is taken out. A mail that somebody wrote stays where it is.
"""

import imaplib
import poplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from engagement.errors import BadInput
from engagement.mail.bounces.rules.reading import MOST_BYTES

PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993, "pop3": 110, "pop3+starttls": 110, "pop3s": 995}
#: Seconds to wait for the server.
ANSWER_WITHIN = 30.0
#: Lines of a mail too large to be read whole, of a server that can't give its first bytes alone.
MOST_LINES = 2_000
TROUBLE = (OSError, imaplib.IMAP4.error, poplib.error_proto)


class TooLong(Exception):
    """A mail has a line that the standard library doesn't read; the conversation can't go on."""


class Box(Protocol):
    """An open mailbox."""

    def names(self) -> list[str]:
        """Return the names of its mails, the oldest first; a name never means another mail."""

    def read(self, name: str) -> bytes:
        """Return the beginning of a mail."""

    def take_out(self, name: str) -> None:
        """Delete a mail there."""


@dataclass(frozen=True)
class Where:
    """A mailbox as a URL names it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str


def where_of(url: str) -> Where:
    """Return the mailbox of an imap(s) or pop3(s) URL. Raises BadInput for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username:
        raise BadInput(
            "Use imaps:// or pop3s:// with user, password and host, such as imaps://user:password@mail.example.com/INBOX."
        )
    return Where(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )


@contextmanager
def opened(url: str) -> Iterator[Box]:
    """Open a mailbox for the block. Raises BadInput with the words of the server or the network when it can't be used."""
    where = where_of(url)
    kind = _Imap if where.scheme.startswith("imap") else _Pop3
    try:
        box = kind(where)
        try:
            yield box
        finally:
            with suppress(*TROUBLE):
                box.close()
    except TROUBLE as error:
        words = str(error).strip("b'\"") or type(error).__name__
        raise BadInput(
            f"The mailbox of bounces at {where.host}:{where.port} can’t be read: {words}. Check ENGAGEMENT_BOUNCE_MAILBOX."
        ) from None


class _Imap:
    """A folder of an IMAP server. The names are unique over its life: validity and number."""

    def __init__(self, where: Where) -> None:
        context = ssl.create_default_context()
        if where.scheme == "imaps":
            self._server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                where.host, where.port, ssl_context=context, timeout=ANSWER_WITHIN
            )
        else:
            self._server = imaplib.IMAP4(where.host, where.port, timeout=ANSWER_WITHIN)
        if where.scheme == "imap+starttls":
            self._server.starttls(context)
        self._server.login(where.user, where.password)
        # Servers say more of what they can do once they know who asks.
        self._can_expunge_one = b"UIDPLUS" in b" ".join(_lines(self._server.capability())).split()
        folder = where.folder.replace("\\", "\\\\").replace('"', '\\"')
        _done(self._server.select(f'"{folder}"'))
        validity = self._server.response("UIDVALIDITY")[1][0] or b"0"
        self._validity = validity.decode("ascii", "replace")[:20]

    def names(self) -> list[str]:
        numbers = b" ".join(_lines(self._server.uid("SEARCH", "UNDELETED"))).split()
        return [f"{self._validity}.{int(number)}" for number in sorted(numbers, key=int)]

    def read(self, name: str) -> bytes:
        found = _done(self._server.uid("FETCH", _number(name), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def take_out(self, name: str) -> None:
        _done(self._server.uid("STORE", _number(name), "+FLAGS.SILENT", r"(\Seen \Deleted)"))
        # Without this extension, others' mail that is marked as deleted would go too; ours is then only marked.
        if self._can_expunge_one:
            _done(self._server.uid("EXPUNGE", _number(name)))

    def close(self) -> None:
        self._server.logout()


def _number(name: str) -> str:
    return name.partition(".")[2]


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what a server found. Raises the library's error with the server's words when it says no."""
    state, found = answer
    if state != "OK":
        words = b" ".join(line for line in found if isinstance(line, bytes)).decode("utf-8", "replace")
        raise imaplib.IMAP4.error(words or state)
    return found


def _lines(answer: tuple[str, list[Any]]) -> list[bytes]:
    return [line for line in _done(answer) if isinstance(line, bytes)]


class _Pop3:
    """The mailbox of a POP3 server, which has to name its mails (UIDL). It deletes when the conversation ends."""

    def __init__(self, where: Where) -> None:
        context = ssl.create_default_context()
        if where.scheme == "pop3s":
            self._server: poplib.POP3 = poplib.POP3_SSL(where.host, where.port, timeout=ANSWER_WITHIN, context=context)
        else:
            self._server = poplib.POP3(where.host, where.port, timeout=ANSWER_WITHIN)
        if where.scheme == "pop3+starttls":
            self._server.stls(context)
        self._server.user(where.user)
        self._server.pass_(where.password)
        self._numbers: dict[str, int] = {}

    def names(self) -> list[str]:
        for line in self._server.uidl()[1]:
            number, _, name = line.decode("ascii", "replace").partition(" ")
            # They may be long, and are kept where names are short.
            self._numbers[sha256(name.encode()).hexdigest()[:40]] = int(number)
        return list(self._numbers)

    def read(self, name: str) -> bytes:
        number = self._numbers[name]
        said: Any = self._server.list(number)
        size = re.search(rb" (\d+)\s*$", said)
        is_large = size is not None and int(size[1]) > 4 * MOST_BYTES
        try:
            lines = self._server.top(number, MOST_LINES)[1] if is_large else self._server.retr(number)[1]
        except poplib.error_proto as error:
            if "too long" in str(error):
                raise TooLong from None
            raise
        return b"\r\n".join(lines)[:MOST_BYTES]

    def take_out(self, name: str) -> None:
        self._server.dele(self._numbers[name])

    def close(self) -> None:
        self._server.quit()
