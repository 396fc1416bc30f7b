"""The way to the mail server: a connection that is opened when needed, kept, and opened anew when the server ends it."""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from engagement.addresses import server_form
from engagement.errors import BadInput
from engagement.mail.rules import DeliveryState, Outcome
from engagement.mail.wire.actions.conversation import (
    TICK,
    Answer,
    BrokenOff,
    Conversation,
    Parcel,
    Supply,
    Talk,
    Waiting,
    Waits,
    Watch,
)
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.mail.wire.rules.replies import BROKE_OFF, as_data, outcome_of

#: Seconds to wait for a connection and each answer, and for the answer to a whole message (RFC 5321, 4.5.3.2).
ANSWER_WITHIN = 30.0
ACCEPT_WITHIN = 300.0
#: A connection idle for longer than this many seconds is tested before it is used.
IDLE_SECONDS = 10.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """A mail server as a URL names it."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None


def server_of(url: str) -> Server:
    """Return the server of an smtp, smtp+starttls or smtps URL. Raises BadInput for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadInput("Use smtp://, smtp+starttls:// or smtps:// with a host, such as smtps://mail.example.com:465.")
    user, password = parts.username, parts.password
    return Server(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(user) if user else None,
        unquote(password) if password else None,
    )


class Transport:
    """One connection to the mail server. Not to be shared between threads."""

    def __init__(self, url: str, answer_within: float = ANSWER_WITHIN, accept_within: float = ACCEPT_WITHIN) -> None:
        self._server = server_of(url)
        self._answer_within = answer_within
        self._accept_within = accept_within
        self._connection: smtplib.SMTP | None = None
        self._conversation: Conversation | None = None
        self._used_at = 0.0

    @property
    def in_hand(self) -> bool:
        """Whether a message is with the server, or on its way there, without an outcome yet."""
        return self._conversation is not None and self._conversation.in_hand

    def hand_over(self, supply: Supply) -> Talk:
        """Hand over what is supplied, yielding what becomes of each and what is waited for; never raises for errors of server or network.

        Ends when nothing is supplied, or early when the server can't be used, after an outcome that says so. Nothing of
        a parcel without an outcome was handed over, also when the caller stops after an outcome.
        """
        parcel = supply()
        while parcel is not None:
            began_with, is_fresh = parcel, self._conversation is None
            try:
                conversation = yield from self._open()
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                reason = "The mail server could not be reached."
                yield Outcome(DeliveryState.DEFERRED, _words(error), reason, is_ours=True)
                return
            parcel = None
            try:
                yield from conversation.hand_over(began_with, supply)
            except BrokenOff as broken:
                self._drop()
                parcel = broken.untouched
                # Servers close old and much-used connections; nothing of the next message was sent, so it is tried anew.
                if is_fresh and parcel is began_with:
                    yield _broken(broken)
                    parcel = supply()
            except BaseException:
                self._drop()
                raise
            self._used_at = time.monotonic()

    def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand one message over and return the outcome; never raises for errors of the server or the network."""
        recipient = server_form(recipient)
        if not is_usable_address(recipient):
            return Outcome(DeliveryState.BOUNCED, reason="The address cannot be used for mail.")
        parcels = iter((Parcel(sender, recipient, as_data(message)),))
        outcome = Outcome(DeliveryState.UNKNOWN)
        for said in self.hand_over(lambda: next(parcels, None)):
            if isinstance(said, Waits):
                _wait_for(said)
            else:
                outcome = said
        return outcome

    def greeting(self) -> str:
        """Connect, sign in if the URL has a user, and return the server's name for itself.

        Raises BadInput with the words of the server or the network when that fails.
        """
        try:
            _waited_for(self._open())
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            server = f"{self._server.host}:{self._server.port}"
            raise BadInput(
                f"The mail server {server} can’t be used: {_words(error)}. Check ENGAGEMENT_SMTP_URL."
            ) from None
        assert self._connection is not None
        said = self._connection.ehlo_resp or self._connection.helo_resp or b""
        return said.decode("utf-8", "replace").partition("\n")[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation politely if possible."""
        connection, self._connection, self._conversation = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if connection.sock is not None:
                    connection.sock.settimeout(1.0)
                connection.quit()
            connection.close()

    def _open(self) -> Waiting[Conversation]:
        idle = time.monotonic() - self._used_at > IDLE_SECONDS
        if self._conversation is not None and idle and not (yield from self._conversation.is_alive()):
            self._drop()
        if self._conversation is None:
            self._connection = connection = yield from _in_a_thread(self._connected)
            assert connection.sock is not None
            self._conversation = Conversation(
                connection.sock,
                pipelines=connection.has_extn("pipelining"),
                takes_utf8=connection.has_extn("smtputf8"),
                answer_within=self._answer_within,
                accept_within=self._accept_within,
            )
        return self._conversation

    def _drop(self) -> None:
        connection, self._connection, self._conversation = self._connection, None, None
        if connection is not None:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        # Given here, because the standard library would ask DNS at every connection.
        myself = socket.gethostname() or "localhost"
        connection: smtplib.SMTP
        if server.scheme == "smtps":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, myself, timeout=self._answer_within, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, myself, timeout=self._answer_within)
        try:
            # Don't wait for the acknowledgement of a message's first packets before sending its last.
            assert connection.sock is not None
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.ehlo_or_helo_if_needed()
            if server.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise
        return connection


def _in_a_thread(work: Callable[[], Answer]) -> Waiting[Answer]:
    """Return what some work returns, or raise what it raises; it may take long, so others go on meanwhile."""
    done, doing = socket.socketpair()
    found: list[Answer] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:
            failed.append(error)
        doing.close()

    with done:
        threading.Thread(target=run, name="mail-opening", daemon=True).start()
        while not found and not failed:
            yield Waits(done.fileno())
    if failed:
        raise failed[0]
    return found[0]


def _wait_for(waits: Waits) -> None:
    watch = Watch[None]()
    watch.add(None, waits)
    watch.ready(TICK)


def _waited_for(waiting: Waiting[Answer]) -> Answer:
    """Return what something waits for, without doing anything else meanwhile."""
    while True:
        try:
            _wait_for(next(waiting))
        except StopIteration as done:
            answer: Answer = done.value
            return answer


def _broken(broken: BrokenOff) -> Outcome:
    if broken.reply is not None:
        return outcome_of(broken.reply)
    return Outcome(DeliveryState.DEFERRED, broken.words, BROKE_OFF)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__
