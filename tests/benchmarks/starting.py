"""Measures the time from start to the first answer against a bare Flask application, and the memory of idle processes.

    python tests/benchmarks/starting.py

Each is a process of its own that is started, signs nobody in, and answers `/login`; what counts is the median of the processor time of
its whole life, in turn. The bare one has Flask, SQLAlchemy, a sign-in and one page with one query; the second yardstick imports
beside it whatever the service imports of other people's packages, so that the rest is ours. Compiled files and templates are there before.
Memory is what Linux counts for gunicorn with two web processes, loaded before they are forked, and a worker, each after its first work: what
they share is divided among them (PSS), as if nothing else ran. Beside it stands the same of the bare one, whose worker has asked the database once. All have the
packages of an installation and none of those of the tests, which SQLAlchemy and structlog load if they are there.
The aims: at most 1.6 times the bare one, and at most 200 MiB together.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from shared.grounds import database  # noqa: E402
from shared.installation import ROOT, installed  # noqa: E402

ROUNDS, MOST, MOST_MIB = 7, 1.6, 200
#: The bare one, as a module.
BARE = """
import os
from flask import Flask, render_template_string
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
db = SQLAlchemy(model_class=Base)
class Person(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
app = Flask("bare")
url = os.environ["ENGAGEMENT_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
app.config.update(SECRET_KEY="k", SQLALCHEMY_DATABASE_URI=url)
db.init_app(app)
LoginManager(app).user_loader(lambda key: None)
@app.get("/login")
def login():
    db.create_all()
    return render_template_string("People: {% for p in people %}{{ p.name }}{% endfor %}", people=list(db.session.scalars(db.select(Person))))
"""
ANSWERS = "assert app.test_client().get('/login').status_code == 200"
STARTS, BARE_STARTS = f"from wsgi import app; {ANSWERS}", f"from bare import app; {ANSWERS}"
BARE_WORKER = (
    "import signal; from bare import app, db; app.app_context().push(); db.session.scalar(db.select(1)); signal.pause()"
)
#: Prints the modules of other people's packages that the service has loaded.
THEIRS = (
    "import sys, wsgi; wsgi.app.test_client().get('/login'); print(' '.join(n for n, m in list(sys.modules.items()) "
    "if 'site-packages' in str(getattr(m, '__file__', '') or '') and '__' not in n))"
)


def seconds_of(python: str, script: str, environment: dict[str, str]) -> float:
    """Return the processor seconds of a Python process from its start to its end."""
    process = subprocess.Popen([python, "-c", script], env=environment, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, script
    return usage.ru_utime + usage.ru_stime


def start(python: str, environment: dict[str, str]) -> None:
    """Print how long a start takes, beside both yardsticks."""
    listed = subprocess.run([python, "-c", THEIRS], env=environment, cwd=ROOT, capture_output=True, text=True)
    packages = listed.stdout.split()
    assert packages, listed.stderr
    with_theirs = f"import importlib\nfor name in {packages!r}: importlib.import_module(name)\n{BARE_STARTS}"
    found: dict[str, list[float]] = {BARE_STARTS: [], with_theirs: [], STARTS: []}
    for turn in range(ROUNDS + 1):
        for script, taken in found.items():
            spent = seconds_of(python, script, environment)
            # The first one compiles.
            taken += [spent] if turn else []
    bare, theirs, ours = (sorted(taken)[ROUNDS // 2] for taken in found.values())
    print(
        f"start to first answer: {ours:.2f} s of processor; bare {bare:.2f} s: {ours / bare:.2f} × (≤ {MOST}); "
        f"with the same packages imported {theirs:.2f} s: {ours / theirs:.2f} ×; {len(packages)} of their modules"
    )


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of the service while the block lasts."""
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def waited(until: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    begun = time.monotonic()
    while not until():
        assert time.monotonic() < begun + seconds
        time.sleep(0.2)


def answers(port: int) -> bool:
    """Ask for a page, and say whether it came."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=10) as answer:
            return bool(answer.read())
    except OSError:
        return False


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(each) for each in children)]


def taken(pids: list[int]) -> tuple[list[float], float]:
    """Return the MiB that each of these processes has of its own and of what they were forked with, and those of files.

    A page of a file counts once, however many map it: so other processes that have the same libraries loaded change nothing.
    """
    own, files = [], dict[str, int]()
    for pid in pids:
        mapping, resident = "", 0
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            name, *values = line.split()
            if not name.endswith(":"):
                # Access, offset and path; where it is mapped differs.
                mapping = " ".join([values[0], values[1], *values[4:]])
            elif name == "Rss:":
                resident = int(values[0])
            elif name == "Anonymous:":
                files[mapping] = max(files.get(mapping, 0), resident - int(values[0]))
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
        own.append(int(rolled.partition("Pss_Anon:")[2].split()[0]) / 1024)
    return own, sum(files.values()) / 1024


def idle(python: str, app: str, worker: list[str], environment: dict[str, str]) -> str:
    """Say what gunicorn's processes and a worker take once they have answered and wait."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = [python, *"-m gunicorn --preload -k gthread -w 2 --threads 4 --worker-tmp-dir /dev/shm".split()]
    web += ["--bind", f"127.0.0.1:{port}", app]
    with running(web, environment) as served, running([python, *worker], environment) as works:
        waited(lambda: answers(port))
        # Both web processes answer some of these.
        for _ in range(40):
            assert answers(port)
        waited(lambda: has_become(works.pid))
        time.sleep(5)
        (*webs, sends), files = taken([*family(served.pid), works.pid])
    parts = f"web {' + '.join(f'{each:.0f}' for each in webs)}, worker {sends:.0f}, files {files:.0f}"
    return f"{parts}: {sum(webs) + sends + files:.0f} MiB"


def has_become(pid: int) -> bool:
    """Whether a command of ours is the small process by now that it becomes; the bare one is from its start."""
    return b"flask" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def memory(python: str, environment: dict[str, str]) -> None:
    """Print the memory of two web processes and a worker, the same of the bare one, and that of the clock."""
    with database("postgresql") as url:
        # With a mail server named, a worker is a process that knows nothing else; the built-in mailbox needs all the service.
        there = environment | {"ENGAGEMENT_DATABASE_URL": url, "ENGAGEMENT_SMTP_URL": "smtp://127.0.0.1:9"}
        subprocess.run([python, "-m", "flask", "db", "upgrade"], env=there, cwd=ROOT, check=True, capture_output=True)
        print(f"memory when idle: {idle(python, 'wsgi:app', ['-m', 'flask', 'worker'], there)} together (≤ {MOST_MIB})")
        print(f"of the bare one: {idle(python, 'bare:app', ['-c', BARE_WORKER], there)}; the first is gunicorn's own")
        with running([python, "-m", "flask", "scheduler"], there) as clock:
            waited(lambda: has_become(clock.pid))
            time.sleep(20)
            (own,), files = taken([clock.pid])
            print(f"of the clock alone: {own:.0f} and files {files:.0f} MiB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="engagement-bench-start-") as folder:
        (Path(folder) / "bare.py").write_text(BARE, encoding="utf-8")
        python = str(installed(Path(folder) / "installed"))
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {
            "PYTHONPATH": folder,
            "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
            "ENGAGEMENT_INSTANCE_PATH": f"{folder}/instance",
            "ENGAGEMENT_SECRET_KEY": "s" * 40,
            "FLASK_APP": "wsgi.py",
        }
        start(python, environment | {"ENGAGEMENT_DATABASE_URL": f"sqlite:///{folder}/start.db"})
        memory(python, environment)
