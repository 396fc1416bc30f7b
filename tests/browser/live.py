"""The running service that the browser visits: the real web server, mailbox and delivery, on a database of its own."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from waitress.server import create_server

from engagement import clock, serving
from engagement.app import create_app
from engagement.db import Base, db
from engagement.mail.mailbox.actions import start_mailbox
from engagement.mail.outbox.rules import Counts
from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import line_named
from engagement.settings import Settings

SECRET = "a secret that only the browser's tests know"
HOST = "127.0.0.1"


class LiveService:
    """The service at `url`; what `clock` and `worker` would do by themselves happens when a test asks for it."""

    def __init__(self, app: Flask, folder: Path, url: str, smtp_url: str) -> None:
        self.app, self.url, self.smtp_url = app, url, smtp_url
        self._folder = folder

    def keep_as(self, name: str) -> None:
        """Keep the database as it is now, to come back to it by this name."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        shutil.copy(self._folder / "live.db", self._folder / f"{name}.kept")

    def has_kept(self, name: str) -> bool:
        """Whether a database was kept by this name."""
        return (self._folder / f"{name}.kept").exists()

    def come_back_to(self, name: str) -> None:
        """Put a kept database in the place of the present one."""
        with self.app.app_context():
            db.engine.dispose()
        for leftover in self._folder.glob("live.db*"):
            leftover.unlink()
        shutil.copy(self._folder / f"{name}.kept", self._folder / "live.db")

    def run_line(self, name: str, *, at: datetime | None = None) -> None:
        """Let the clock run one line of the timetable, at another instant than the present if one is given."""
        with self.app.app_context(), clock.standing_at(at or clock.now()):
            assert run_if_due(line_named(name), anyway=True)
            [state] = [state for state in line_states() if state.name == name]
            assert state.error is None, state.error

    def deliver(self, *, at: datetime | None = None) -> Counts:
        """Send what is due over SMTP to the built-in mailbox and close what is complete."""
        later = at or clock.now()
        with self.app.app_context(), clock.standing_at(later):
            counts = serving.deliver_all(self.app, self.smtp_url, lambda _counts: None)
        self.run_line("settle-deliveries", at=later + timedelta(seconds=1))
        return counts


@contextmanager
def live_service() -> Iterator[LiveService]:
    """Run the service for the length of the block, on an empty database and free ports."""
    folder = Path(tempfile.mkdtemp(prefix="engagement-browser-"))
    app = create_app(
        Settings(
            _env_file=None,
            database_url=f"sqlite:///{folder / 'live.db'}",
            secret_key=SECRET,
            instance_path=str(folder),
            organisation="Northmere Insurance",
        )
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
    server = create_server(app, host=HOST, port=0, threads=4, ident=None)
    url = f"http://{HOST}:{server.effective_port}"
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"base_url": url})
    mailbox, smtp_url = start_mailbox(app.app_context)
    web = threading.Thread(target=server.run, name="web", daemon=True)
    web.start()
    live = LiveService(app, folder, url, smtp_url)
    live.keep_as("empty")
    yield live
    server.close()
    mailbox.stop()
    web.join(5)
    with app.app_context():
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)
