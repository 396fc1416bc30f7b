"""Workers in processes of their own, for tests that kill them or set their clocks."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import time_machine
from flask import Flask
from forks import FORKS
from mail.outbox import FROM
from mail.smtp_peer import SmtpPeer

from engagement import clock
from engagement.db import db
from engagement.engines import engine_options, prepare
from engagement.mail.outbox.actions.claiming import Claimed
from engagement.mail.outbox.actions.delivering import Worker, deliver_until_empty, unique_name
from engagement.mail.wire.actions.transport import Transport


class SendingProcess:
    """Sends what is due in an application's database to a mail server, at `instant` or else at present; its clock may be `ahead`."""

    def __init__(
        self, app: Flask, peer: SmtpPeer, instant: datetime | None = None, ahead: timedelta = timedelta(0)
    ) -> None:
        self._answer, answering = FORKS.Pipe(duplex=False)
        asked = (answering, app.config["SQLALCHEMY_DATABASE_URI"], peer.url, instant, ahead)
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


class WorkingProcess:
    """A delivery worker that goes on, as `flask worker` does, until it is killed."""

    def __init__(self, app: Flask, peer: SmtpPeer, connections: int = 1) -> None:
        told = (app.config["SQLALCHEMY_DATABASE_URI"], peer.url, connections)
        self._process = FORKS.Process(target=_work, args=told)
        self._process.start()

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        self._process.kill()
        self._process.join(10)


def _application(database_url: str) -> Flask:
    app = Flask("sending")
    app.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    return app


def _link_for(_delivery: Claimed, path: str) -> str:
    return f"https://engagement.example.com{path}"


def _send(answering: Connection, database_url: str, smtp_url: str, instant: datetime | None, ahead: timedelta) -> None:
    app = _application(database_url)
    standing = clock.standing_at(instant) if instant else nullcontext()
    travelled = time_machine.travel(datetime.now(UTC) + ahead, tick=True) if ahead else nullcontext()
    with standing, travelled, app.app_context():
        counts = deliver_until_empty(Transport(smtp_url), unique_name("process"), _link_for, FROM)
    answering.send(counts.sent)


def _work(database_url: str, smtp_url: str, connections: int) -> None:
    app = _application(database_url)
    Worker(app.app_context, smtp_url, _link_for, FROM, connections=connections).run()
