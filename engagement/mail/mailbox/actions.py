"""The built-in mailbox for development: a real SMTP server on loopback that stores what it receives as rows."""

import asyncio
import email.policy
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from engagement import clock
from engagement.db import db
from engagement.mail.mailbox.models import MailboxMessage

LOOPBACK = "127.0.0.1"
LONGEST_SUBJECT = 500
AppContext = Callable[[], AbstractContextManager[object]]


class Keeper:
    """Stores each accepted message, one row for each recipient, and commits before answering 250."""

    def __init__(self, app_context: AppContext) -> None:
        self._app_context = app_context

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store the message; in a thread, because waiting for SQLite would block the server's loop."""
        await asyncio.get_running_loop().run_in_executor(None, self._keep, envelope)
        return "250 Kept in the built-in mailbox"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        subject = str(message_from_bytes(content, policy=email.policy.default)["Subject"] or "")
        with self._app_context():
            db.session.add_all(
                MailboxMessage(
                    received_at=clock.now(),
                    sender=(envelope.mail_from or "")[:320],
                    recipient=recipient[:320],
                    subject=subject[:LONGEST_SUBJECT],
                    raw=content.decode("utf-8", "replace").replace("\0", ""),
                )
                for recipient in envelope.rcpt_tos
            )
            db.session.commit()


class LoopbackController(Controller):
    """aiosmtpd's server in a thread, on a socket that is bound here: port 0 gets a free port without a race."""

    def __init__(self, handler: object, port: int = 0, **options: Any) -> None:
        # asyncio sends at once only when the protocol is named; else every answer may take 40 ms longer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
            # Listening here and not in the server's thread, so that a port in use raises its error here.
            self._socket.listen(100)
        except OSError:
            self._socket.close()
            raise
        super().__init__(handler, hostname=LOOPBACK, port=self._socket.getsockname()[1], **options)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    @property
    def url(self) -> str:
        """The SMTP URL at which this server is reached."""
        return f"smtp://{LOOPBACK}:{self.port}"


def start_mailbox(app_context: AppContext, port: int = 0) -> tuple[LoopbackController, str]:
    """Start the mailbox on loopback; return its controller (`stop()` ends it) and SMTP URL. Port 0 takes a free port.

    Raises OSError when the port is in use.
    """
    controller = LoopbackController(Keeper(app_context), port, enable_SMTPUTF8=True, ident="Engagement mailbox")
    controller.start()
    return controller, controller.url
