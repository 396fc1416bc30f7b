"""A shell on a migrated, empty database: SQLite by default, and on both engines where two processes meet on one."""

import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from commands.shell import Demonstration, Shell, load_demonstration
from intake.companies import csv_of
from sqlalchemy import create_engine, make_url, text


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    made = Shell(f"sqlite:///{folder / 'engagement.db'}", folder).flask("db", "upgrade")
    assert (made.code, made.err) == (0, "")
    return folder / "engagement.db"


@pytest.fixture
def shell(_migrated: Path, tmp_path: Path) -> Shell:
    """A shell on a migrated, empty SQLite database."""
    # Not a copy of the file: part of what was migrated may still stand in the log beside it.
    with closing(sqlite3.connect(_migrated)) as source, closing(sqlite3.connect(tmp_path / "engagement.db")) as target:
        source.backup(target)
    return Shell(f"sqlite:///{tmp_path / 'engagement.db'}", tmp_path)


@pytest.fixture(scope="session")
def demonstration(_migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration as one file of SQLite, which tests copy: loaded once, by whichever test process needs it first."""
    ours = tmp_path_factory.getbasetemp()
    folder = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "demonstration"
    folder.mkdir(exist_ok=True)
    shell, said = Shell(f"sqlite:///{folder / 'demo.db'}", folder), folder / "said.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            with closing(sqlite3.connect(_migrated)) as source, closing(sqlite3.connect(folder / "demo.db")) as target:
                source.backup(target)
            made = load_demonstration(shell)
            # What stands in the log beside it is taken in.
            shell.write("PRAGMA journal_mode=DELETE")
            said.write_text(json.dumps([made.said, made.seconds]))
    return Demonstration(shell, *json.loads(said.read_text()))


@pytest.fixture
def lived_in(tmp_path: Path, demonstration: Demonstration) -> Shell:
    """A shell over a copy of the demonstration."""
    folder = tmp_path / "lived in"
    folder.mkdir()
    (folder / "lived.db").write_bytes(demonstration.file.read_bytes())
    return Shell(f"sqlite:///{folder / 'lived.db'}", folder)


@pytest.fixture(scope="session")
def _small(_migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of twelve people and a sign-in, `small.db`, and a backup of it, `backup.zip`."""
    folder = tmp_path_factory.mktemp("small")
    with closing(sqlite3.connect(_migrated)) as source, closing(sqlite3.connect(folder / "small.db")) as target:
        source.backup(target)
    shell, file = Shell(f"sqlite:///{folder / 'small.db'}", folder), folder / "people.csv"
    file.write_bytes(csv_of(*(f"{n},person{n}@example.com,Person,Number{n},Operations,,user" for n in range(12))))
    for done in (
        shell.flask("people", "import", file),
        shell.flask("user", "create", "ada@example.com", "--name", "Ada", "--role", "auditor"),
        shell.flask("backup", folder / "backup.zip"),
    ):
        assert done.code == 0, done
    assert "12 people, 1 sign-in," in done.out
    shell.write("PRAGMA journal_mode=DELETE")
    return folder


@pytest.fixture
def small(_small: Path, tmp_path: Path) -> Shell:
    """A shell over a small database, where it doesn't matter how much is in it."""
    folder = tmp_path / "small"
    folder.mkdir()
    shutil.copy(_small / "small.db", folder)
    return Shell(f"sqlite:///{folder / 'small.db'}", folder)


@pytest.fixture
def file(_small: Path, tmp_path: Path) -> Path:
    """A backup of the small database, to be used or broken."""
    return shutil.copy(_small / "backup.zip", tmp_path / "backup.zip")


@pytest.fixture(scope="session")
def _migrated_server(postgresql_url: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix="engagement-shell-"))
    url = _database(postgresql_url, "shell_template")
    made = Shell(url, folder).flask("db", "upgrade")
    assert (made.code, made.err) == (0, "")
    shutil.rmtree(folder)
    return postgresql_url


@pytest.fixture
def either_shell(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    """A shell on a migrated, empty database of each engine in turn."""
    if engine_name == "sqlite":
        yield request.getfixturevalue("shell")
        return
    server = request.getfixturevalue("_migrated_server")
    yield Shell(_database(server, "shell_run", template="shell_template"), tmp_path)


@pytest.fixture
def postgresql_shell(_migrated_server: str, tmp_path: Path) -> Shell:
    """A shell on a migrated, empty PostgreSQL database."""
    return Shell(_database(_migrated_server, "shell_run", template="shell_template"), tmp_path)


def _database(server_url: str, name: str, template: str = "template0") -> str:
    """Make a database anew on the server and return its address."""
    server = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
