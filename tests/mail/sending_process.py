"""A worker in a process of its own, for tests that kill it."""

from contextlib import nullcontext
from datetime import datetime
from multiprocessing.connection import Connection

from flask import Flask
from forks import FORKS
from mail.smtp_peer import SmtpPeer

from engagement import clock
from engagement.db import db, engine_options, prepare
from engagement.mail.outbox.actions.delivering import deliver_until_empty, unique_name
from engagement.mail.wire.actions.transport import Transport


class SendingProcess:
    """Sends what is due in an application's database to a mail server, at `instant` or else at present."""

    def __init__(self, app: Flask, peer: SmtpPeer, instant: datetime | None = None) -> None:
        self._answer, answering = FORKS.Pipe(duplex=False)
        asked = (answering, app.config["SQLALCHEMY_DATABASE_URI"], peer.url, instant)
        self._process = FORKS.Process(target=_send, args=asked)
        self._process.start()
        answering.close()

    def sent(self) -> int:
        """Wait until nothing is due any more, and return how many messages it sent."""
        assert self._answer.poll(60), "the process did not end"
        sent: int = self._answer.recv()
        self._process.join(10)
        return sent

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        self._process.kill()
        self._process.join(10)


def _send(answering: Connection, database_url: str, smtp_url: str, instant: datetime | None) -> None:
    app = Flask("sending")
    app.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(app)
    with clock.standing_at(instant) if instant else nullcontext(), app.app_context():
        prepare(db.engine)
        counts = deliver_until_empty(
            Transport(smtp_url),
            unique_name("process"),
            lambda _delivery, path: f"https://engagement.example.com{path}",
            "Engagement <engagement@example.com>",
        )
    answering.send(counts.sent)
