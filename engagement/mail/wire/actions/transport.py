"""The conversation with the mail server over a kept connection, and what each answer means for the delivery.

The decisive moment is the end of the message. Before it nothing can have been accepted, so the message may be tried
again. After it only the server's answer tells; without one the outcome is unknown.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from engagement.addresses import server_form
from engagement.errors import BadInput
from engagement.mail.rules import CUT_OFF, DeliveryState, Outcome
from engagement.mail.wire.rules.headers import is_usable_address

#: Seconds to wait for a connection and each answer, and for the answer to a whole message (RFC 5321, 4.5.3.2).
ANSWER_WITHIN = 30.0
ACCEPT_WITHIN = 300.0
#: A connection idle for longer than this many seconds is tested before it is used.
IDLE_SECONDS = 10.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
#: Reply codes about our own sign-in, in answer to any command.
_OURS = frozenset({421, 530, 534, 535, 538})
BROKE_OFF = "The connection broke off before the message was handed over."
_LEADING_DOT = re.compile(rb"(?m)^\.")


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
    """One connection to the mail server, opened when needed and kept. Not to be shared between threads."""

    def __init__(self, url: str, answer_within: float = ANSWER_WITHIN, accept_within: float = ACCEPT_WITHIN) -> None:
        self._server = server_of(url)
        self._answer_within = answer_within
        self._accept_within = accept_within
        self._connection: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand one message over and return the outcome; never raises for errors of the server or the network."""
        recipient = server_form(recipient)
        if not is_usable_address(recipient):
            return Outcome(DeliveryState.BOUNCED, reason="The address cannot be used for mail.")
        try:
            return self._hand_over_or_reconnect(sender, recipient, message)
        finally:
            self._used_at = time.monotonic()

    def _hand_over_or_reconnect(self, sender: str, recipient: str, message: bytes) -> Outcome:
        was_kept = self._connection is not None
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(DeliveryState.DEFERRED, _words(error), "The mail server could not be reached.", is_ours=True)
        if not recipient.isascii() and not connection.has_extn("smtputf8"):
            reason = "The address has international characters, which the mail server does not take."
            return Outcome(DeliveryState.BOUNCED, reason=reason)
        try:
            refusal = self._announce(connection, sender, recipient)
            broken = refusal is not None and refusal.reply.startswith("421")
        except (OSError, smtplib.SMTPException) as error:
            refusal, broken = Outcome(DeliveryState.DEFERRED, _words(error), BROKE_OFF), True
        if broken:
            self._drop()
            if was_kept:
                # Servers close old and much-used connections; nothing of this message was sent yet, so try anew.
                return self._hand_over_or_reconnect(sender, recipient, message)
        return refusal or self._hand_over(connection, message)

    def greeting(self) -> str:
        """Connect, sign in if the URL has a user, and return the server's name for itself.

        Raises BadInput with the words of the server or the network when that fails.
        """
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            server = f"{self._server.host}:{self._server.port}"
            raise BadInput(
                f"The mail server {server} can’t be used: {_words(error)}. Check ENGAGEMENT_SMTP_URL."
            ) from None
        return (connection.ehlo_resp or connection.helo_resp or b"").decode("utf-8", "replace").partition("\n")[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation politely if possible."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if connection.sock is not None:
                    connection.sock.settimeout(1.0)
                connection.quit()
            connection.close()

    def _open(self) -> smtplib.SMTP:
        if self._connection is not None and time.monotonic() - self._used_at > IDLE_SECONDS:
            self._check_life(self._connection)
        if self._connection is None:
            self._connection = self._connected()
        return self._connection

    def _check_life(self, connection: smtplib.SMTP) -> None:
        try:
            alive = connection.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            alive = False
        if not alive:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
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

    def _hand_over(self, connection: smtplib.SMTP, message: bytes) -> Outcome:
        assert connection.sock is not None
        try:
            # One write: if it raises, the last bytes, which end the message, were not sent, so nothing was accepted.
            connection.sock.sendall(_dotted(message))
        except OSError as error:
            self._drop()
            return Outcome(DeliveryState.DEFERRED, _words(error), BROKE_OFF)
        connection.sock.settimeout(self._accept_within)
        try:
            code, text = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(DeliveryState.UNKNOWN, _words(error), CUT_OFF)
        connection.sock.settimeout(self._answer_within)
        if code == 421:
            self._drop()
        return _outcome(code, text)

    def _announce(self, connection: smtplib.SMTP, sender: str, recipient: str) -> Outcome | None:
        """Send the envelope and DATA; return the refusal, None when the server waits for the message."""
        utf8 = "" if recipient.isascii() else " SMTPUTF8"
        commands = [f"MAIL FROM:<{sender}>{utf8}", f"RCPT TO:<{recipient}>", "DATA"]
        refused: Outcome | None = None
        ready = 0
        for step, (code, text) in enumerate(_answers(connection, commands)):
            ready = code
            if refused is None and not 200 <= code < 400:
                # A refused sender concerns all mail, unless the server refused only this recipient's characters.
                refused = _outcome(code, text, is_ours=step == 0 and not utf8)
        if refused is None and ready == 354:
            return None
        if ready == 354:
            # The server took DATA although it had refused the recipient (RFC 2920, 3.1): end the empty message.
            connection.send(b".\r\n")
            connection.getreply()
        self._after_refusal(connection, refused)
        return refused or Outcome(DeliveryState.DEFERRED, str(ready), "The mail server did not ask for the message.")

    def _after_refusal(self, connection: smtplib.SMTP, refused: Outcome | None) -> None:
        if refused is not None and not refused.reply.startswith("421"):
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if connection.rset()[0] == 250:
                    return
        self._drop()


def _answers(connection: smtplib.SMTP, commands: list[str]) -> list[tuple[int, bytes]]:
    """Return the server's answers: to all commands in one write if it allows that, else one by one."""
    if connection.has_extn("pipelining"):
        connection.send("".join(f"{command}\r\n" for command in commands).encode())
        return [connection.getreply() for _ in commands]
    answers: list[tuple[int, bytes]] = []
    for command in commands:
        connection.send(f"{command}\r\n".encode())
        answers.append(connection.getreply())
        if not 200 <= answers[-1][0] < 400:
            break
    return answers


def _dotted(message: bytes) -> bytes:
    """Return the message as DATA sends it: leading dots doubled, and a line with one dot at the end."""
    end = b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"
    return _LEADING_DOT.sub(b"..", message) + end


def _outcome(code: int, text: bytes, is_ours: bool = False) -> Outcome:
    reply = f"{code} {text.decode('utf-8', 'replace')}"
    if 200 <= code < 300:
        return Outcome(DeliveryState.SENT, reply)
    if is_ours or code in _OURS or not 400 <= code < 600:
        # A refused sender or a server that shuts down must not mark every recipient as refused.
        return Outcome(
            DeliveryState.DEFERRED, reply, "The mail server takes nothing from us at the moment.", is_ours=True
        )
    if code < 500:
        return Outcome(DeliveryState.DEFERRED, reply)
    return Outcome(DeliveryState.BOUNCED, reply)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__
