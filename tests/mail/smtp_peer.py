"""A real mail server on loopback for tests, whose answers can be set: what it refuses, puts off, drops or takes slowly."""

# ruff: noqa: N802 - the names of the hooks are aiosmtpd's

import asyncio
import email.policy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from engagement.mail.mailbox.actions import LoopbackController


@dataclass(frozen=True)
class Received:
    """One message for one recipient that the server has accepted."""

    sender: str
    recipient: str
    raw: bytes
    connection: str

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class SmtpPeer:
    """The server. Each `on_…` gets an address and returns an answer such as "550 No such person", None to accept.

    Each `drop_…` gets a recipient: True cuts the connection instead of answering the recipient, or the message, which is kept
    only by `drop_after_data`. A message is not answered while `hangs_at` is True. `most_per_connection` ends a
    connection with 421 after so many messages, `most_connections` refuses what comes over others than the first ones.
    `seconds_per_message` makes it slow.
    """

    on_sender: Callable[[str], str | None] = lambda _address: None
    on_recipient: Callable[[str], str | None] = lambda _address: None
    on_message: Callable[[str], str | None] = lambda _address: None
    drop_at_recipient: Callable[[str], bool] = lambda _address: False
    drop_before_keeping: Callable[[str], bool] = lambda _address: False
    drop_after_data: Callable[[str], bool] = lambda _address: False
    hangs_at: Callable[[str], bool] = lambda _address: False
    seconds_per_message: float = 0.0
    most_per_connection: int = 0
    most_connections: int = 0
    takes_utf8: bool = True
    pipelines: bool = True
    messages: list[Received] = field(default_factory=list)
    connections: set[str] = field(default_factory=set)
    welcome: dict[str, None] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def recipients(self) -> list[str]:
        """Who was sent something, in the order of arrival, with repetitions."""
        return [received.recipient for received in self.messages]

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections.add(str(session.peer))
        self.welcome.setdefault(str(session.peer))
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelines else responses

    async def handle_MAIL(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address} {' '.join(options)}".strip())
        carried = sum(received.connection == str(session.peer) for received in self.messages)
        if self.most_per_connection and carried >= self.most_per_connection:
            return "421 4.7.0 Enough for this connection"
        if self.most_connections and str(session.peer) not in list(self.welcome)[: self.most_connections]:
            return "421 4.7.0 Too many connections"
        refusal = self.on_sender(address)
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.drop_at_recipient(address):
            assert server.transport is not None
            server.transport.abort()
        refusal = self.on_recipient(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.seconds_per_message:
            await asyncio.sleep(self.seconds_per_message)
        recipient = envelope.rcpt_tos[0]
        while self.hangs_at(recipient):
            await asyncio.sleep(0.02)
        if self.drop_before_keeping(recipient):
            assert server.transport is not None
            server.transport.abort()
            return "250 2.0.0 Never said"
        refusal = self.on_message(recipient)
        if refusal:
            return refusal
        assert isinstance(envelope.content, bytes)
        self.messages.append(Received(envelope.mail_from or "", recipient, envelope.content, str(session.peer)))
        if self.drop_after_data(recipient):
            assert server.transport is not None
            server.transport.abort()
        return "250 2.0.0 Ok: queued"


@contextmanager
def smtp_peer(**answers: object) -> Iterator[SmtpPeer]:
    """Run a server for the block; the fields of `SmtpPeer` say how it answers and may be changed while it runs."""
    peer = SmtpPeer(**answers)  # type: ignore[arg-type]
    controller = LoopbackController(peer, enable_SMTPUTF8=peer.takes_utf8)
    controller.start()
    peer.url = controller.url
    try:
        yield peer
    finally:
        controller.stop()
