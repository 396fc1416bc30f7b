"""The shell as its users have it: every command in a process of its own, on a migrated database of its own."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from socket import create_server
from types import MappingProxyType
from urllib.error import HTTPError, URLError

import psycopg
from flask import cli
from forks import FORKS
from sqlalchemy import make_url

ROOT = Path(__file__).parents[2]
DEMO_PASSWORD = "four plain words here"


@dataclass(frozen=True)
class Finished:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one sentence of a command that refused its input; fails for any other end."""
        assert (self.code, self.err.count("\n")) == (2, 1), self
        assert "Traceback" not in self.out
        return self.err.strip()


@dataclass
class Shell:
    """A shell whose environment names one database and one instance folder."""

    database_url: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **settings: str) -> dict[str, str]:
        """The whole environment of a command; `settings` are names without their prefix."""
        own = {"database_url": self.database_url, "instance_path": str(self.folder / "instance"), **self.settings}
        # Where this process counts its own answers is nothing for the command.
        ours = ("ENGAGEMENT_", "PROMETHEUS_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {f"ENGAGEMENT_{name.upper()}": value for name, value in (own | settings).items()}

    def flask(self, *arguments: str | Path, typed: bytes = b"", **settings: str) -> Finished:
        """Run `flask` with these arguments to its end; `typed` is its standard input."""
        return self._run(cli.main, arguments, typed, settings)

    def script(self, code: str, *arguments: str | Path) -> Finished:
        """Run a few lines of Python with these arguments to their end."""
        return self._run(partial(exec, code, {}), arguments)

    def _run(
        self,
        what: Callable[[], object],
        arguments: Sequence[str | Path],
        typed: bytes = b"",
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> Finished:
        files = [self.folder / name for name in ("typed", "out", "err")]
        files[0].write_bytes(typed)
        words = [str(argument) for argument in arguments]
        process = FORKS.Process(target=_run, args=(what, words, self.environment(**settings), files))
        process.start()
        process.join(120)
        assert process.exitcode is not None, "the command did not end"
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
        return Finished(process.exitcode, out, err)

    @contextmanager
    def running(self, *arguments: str, says: str, **settings: str) -> Iterator["Running"]:
        """Run a command that goes on until it is told to end, from when it `says` so."""
        with self._running(cli.main, arguments, says, settings) as running:
            yield running

    @contextmanager
    def running_script(self, code: str, *, says: str) -> Iterator["Running"]:
        """Run a few lines of Python, from when they say so, until the block ends."""
        with self._running(partial(exec, code, {}), (), says) as running:
            yield running

    @contextmanager
    def _running(
        self,
        what: Callable[[], object],
        arguments: Sequence[str],
        says: str,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> Iterator["Running"]:
        log, nothing = self.folder / f"log-{time.monotonic_ns()}", Path(os.devnull)
        process = FORKS.Process(
            target=_run, args=(what, list(arguments), self.environment(**settings), [nothing, log, log])
        )
        process.start()
        running = Running(process, log)
        try:
            wait_until(lambda: says in running.said or process.exitcode is not None, 30)
            assert says in running.said, running.said
            yield running
        finally:
            process.kill()
            process.join()

    @contextmanager
    def serving(self, *arguments: str, **settings: str) -> Iterator["Running"]:
        """Run `flask serve` on a free port; `Running.url` is where it answers."""
        port = free_port()
        with self.running("serve", "--port", str(port), *arguments, says="Ctrl-C ends it", **settings) as running:
            running.url = f"http://127.0.0.1:{port}"
            yield running

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Read from the database past the service."""
        url = make_url(self.database_url)
        if url.drivername == "sqlite":
            with sqlite3.connect(str(url.database), timeout=30) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
            return connection.execute(query).fetchall()

    def write(self, statement: str) -> None:
        """Write to the database past the service."""
        url = make_url(self.database_url)
        if url.drivername == "sqlite":
            with sqlite3.connect(str(url.database), timeout=30) as connection:
                connection.execute(statement)
            return
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
            connection.execute(statement)

    def locked(self) -> sqlite3.Connection:
        """Take the write lock of an SQLite database, as another program may, until the connection is closed."""
        connection = sqlite3.connect(str(make_url(self.database_url).database), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    def contents(self) -> list[str]:
        """Everything that stands in an SQLite database, as statements that would make it again."""
        with sqlite3.connect(str(make_url(self.database_url).database), timeout=30) as connection:
            return list(connection.iterdump())


@dataclass
class Running:
    """A command that runs on, with the file that it writes to."""

    process: BaseProcess
    log: Path
    url: str = ""

    @property
    def said(self) -> str:
        """What it has written so far, log lines included."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def get(self, path: str) -> tuple[int, str]:
        """Ask for a page and return its status and text."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def interrupt(self) -> float:
        """Press Ctrl-C, and return the seconds until it had ended; fails for any exit code but 0."""
        began = time.monotonic()
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGINT)
        self.process.join(20)
        assert self.process.exitcode == 0, self.said
        return time.monotonic() - began

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        self.process.kill()
        self.process.join(10)


@dataclass(frozen=True)
class Demonstration:
    """The loaded demonstration, with what its command said and the processor seconds that it took."""

    shell: Shell
    said: str
    seconds: float

    @property
    def file(self) -> Path:
        """Its database, on SQLite."""
        return Path(str(make_url(self.shell.database_url).database))


def load_demonstration(shell: Shell) -> Demonstration:
    """Load the demonstration by its command."""
    # The processor's seconds, which a busy machine does not stretch; they are known of processes that have ended.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    loaded = subprocess.run(
        [sys.executable, "-m", "flask", "demo", "load"],
        cwd=ROOT, env=shell.environment(demo_password=DEMO_PASSWORD), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (loaded.returncode, loaded.stderr) == (0, "")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Demonstration(shell, loaded.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _run(what: Callable[[], object], arguments: list[str], environment: dict[str, str], files: list[Path]) -> None:
    for number, file in enumerate(files):
        opened = os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        os.dup2(opened, number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w", 1), os.fdopen(2, "w", 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["flask", *arguments]
    what()


def wait_until(question: object, seconds: float = 20) -> None:
    """Ask again and again until the answer is yes; fails after so many seconds."""
    assert callable(question)
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.03)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(running: Running, path: str) -> bool:
    """Whether a page answers with 200 already."""
    try:
        return running.get(path)[0] == 200
    except URLError:
        return False
