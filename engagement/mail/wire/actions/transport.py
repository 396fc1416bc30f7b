"""The way to the mail server: a connection that is opened when needed, kept, and opened anew when the server ends it."""

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from engagement.addresses import server_form
from engagement.errors import BadInput
from engagement.mail.rules import DeliveryState, Outcome
from engagement.mail.wire.actions.conversation import BrokenOff, Conversation, Parcel, Said
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.mail.wire.rules.replies import BROKE_OFF, outcome_of

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

    def hand_over(self, parcels: Sequence[Parcel]) -> Generator[Said]:
        """Hand the parcels over in order, yielding what becomes of each; never raises for errors of server or network.

        Yields a parcel without an outcome at every tick while the server has it. Ends early when the server can't be
        used, after an outcome that says so. Nothing of a parcel without an outcome was handed over, also when the caller
        stops after an outcome.
        """
        place = 0
        while place < len(parcels):
            is_fresh, began_at = self._conversation is None, place
            try:
                conversation = self._open()
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                reason = "The mail server could not be reached."
                yield Said(place, Outcome(DeliveryState.DEFERRED, _words(error), reason, is_ours=True))
                return
            broken: BrokenOff | None = None
            try:
                for said in self._said(conversation, parcels[place:]):
                    if said.outcome is not None:
                        place = began_at + said.place + 1
                    yield Said(began_at + said.place, said.outcome)
            except BrokenOff as error:
                broken = error
            except BaseException:
                self._drop()
                raise
            self._used_at = time.monotonic()
            if broken is not None:
                self._drop()
                # Servers close old and much-used connections; nothing of the next message was sent, so it is tried anew.
                if place < len(parcels) and is_fresh and place == began_at:
                    yield Said(place, _broken(broken))
                    place += 1

    def _said(self, conversation: Conversation, parcels: Sequence[Parcel]) -> Iterator[Said]:
        """Hand over what the server can take, and say of the rest at its place why not."""
        assert self._connection is not None
        if self._connection.has_extn("smtputf8") or all(parcel.recipient.isascii() for parcel in parcels):
            yield from conversation.hand_over(parcels)
            return
        for place, parcel in enumerate(parcels):
            if parcel.recipient.isascii():
                for said in conversation.hand_over([parcel]):
                    yield Said(place, said.outcome)
            else:
                reason = "The address has international characters, which the mail server does not take."
                yield Said(place, Outcome(DeliveryState.BOUNCED, reason=reason))

    def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand one message over and return the outcome; never raises for errors of the server or the network."""
        recipient = server_form(recipient)
        if not is_usable_address(recipient):
            return Outcome(DeliveryState.BOUNCED, reason="The address cannot be used for mail.")
        (outcome,) = [
            said.outcome for said in self.hand_over([Parcel(sender, recipient, message)]) if said.outcome is not None
        ]
        return outcome

    def greeting(self) -> str:
        """Connect, sign in if the URL has a user, and return the server's name for itself.

        Raises BadInput with the words of the server or the network when that fails.
        """
        try:
            self._open()
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

    def _open(self) -> Conversation:
        idle = time.monotonic() - self._used_at > IDLE_SECONDS
        if self._conversation is not None and idle and not self._conversation.is_alive():
            self._drop()
        if self._conversation is None:
            self._connection = connection = self._connected()
            assert connection.sock is not None
            self._conversation = Conversation(
                connection.sock,
                pipelines=connection.has_extn("pipelining"),
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


def _broken(broken: BrokenOff) -> Outcome:
    if broken.reply is not None:
        return outcome_of(broken.reply)
    return Outcome(DeliveryState.DEFERRED, broken.words, BROKE_OFF)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__
