"""Measures how fast a briefing leaves, each message personal and recorded, against bare senders of one prebuilt message.

    python tests/benchmarks/send_mail.py --people 100000 --engine postgresql

The floors run in the same run, against the same sink: a loop of smtplib over one connection, and Postfix's C program
smtp-source at its best number of sessions (Debian's package `postfix`; without it a sink in Python is used and that floor is
left out). Ours counts from the commit of the recipients' rows until the last one is recorded as sent. PostgreSQL waits for the disk.
Processor time is that of the workers alone, memory the largest that a worker had.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from shared.grounds import application, database, fill_directory  # noqa: E402
from shared.sinks import sink, smtp_source, smtplib_loop  # noqa: E402
from sqlalchemy import func, select, text  # noqa: E402

from engagement import clock, serving  # noqa: E402
from engagement.app import create_app  # noqa: E402
from engagement.communications.texts.queries.merge_values import person_columns  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.mail.actions.building import build_mailing  # noqa: E402
from engagement.mail.actions.queueing import queue_for_people  # noqa: E402
from engagement.mail.letters.rules.layout import Around, Button, html_layout  # noqa: E402
from engagement.mail.models import Delivery  # noqa: E402
from engagement.mail.rules import DeliveryState, Letter, MailingKind  # noqa: E402
from engagement.mail.wire.rules.message import prepare  # noqa: E402
from engagement.people.models import Person  # noqa: E402
from engagement.settings import Settings  # noqa: E402

SECRET, FROM = "s" * 40, "Engagement <engagement@example.com>"
SLOTS = ("first_name", "department", "my_change_link")


def letter() -> Letter:
    """Return a briefing of about 10 kB with a name, a department and a one-time link."""
    says = "What the system proposes, and what you still decide: every claim, every letter, every refusal."
    words = "\n\n".join(["Dear {{ first_name }},", *[says] * 14, "In {{ department }} it begins in May.", *[says] * 12])
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in words.split("\n\n"))
    html = html_layout(
        "What changes in May",
        "Department briefing",
        body,
        "You still decide.",
        Around("You get this because you work in {{ department }}."),
        button=Button("See my change", "{{ my_change_link }}"),
    )
    return Letter(
        "What changes in May, {{ first_name }}", f"{words}\n\nSee my change: {{{{ my_change_link }}}}\n", html
    )


def settings(url: str, folder: str) -> Settings:
    return Settings(_env_file=None, database_url=url, secret_key=SECRET, instance_path=folder)


def work(url: str, smtp_url: str, connections: int) -> None:
    """Be one worker process until the standard input ends; then say what it took."""
    app = create_app(settings(url, tempfile.mkdtemp(prefix="engagement-bench-worker-")))
    began = time.process_time()
    worker = serving.make_worker(app, smtp_url, connections)
    worker.start()
    print("ready", flush=True)
    sys.stdin.readline()
    used = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": used, "memory": memory}), flush=True)
    sys.stdin.readline()
    worker.stop()
    os._exit(0)


def start_worker(url: str, smtp_url: str, connections: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--work", url, smtp_url, str(connections)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    while process.stdout.readline().strip() != "ready":
        assert process.poll() is None, "the worker did not start"
    return process


def ask(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    while not (line := process.stdout.readline()).startswith("{"):
        pass
    found: dict[str, float] = json.loads(line)
    return found


def prepared_message() -> bytes:
    """Return the same briefing, prebuilt for one person, as the floors send it."""
    written = letter()
    values = {"first_name": "First", "department": "Department 7", "my_change_link": f"https://example.com/{'x' * 150}"}
    mailing = type("Written", (), {**vars(written), "sender_name": "", "reply_to": None})()
    to = Delivery(id=1, name="First Last", address="person@example.com", queued_at=clock.now())
    return prepare(mailing, FROM, "example.com").fill(to, values, clock.now())


def syncs() -> int:
    """Return how often PostgreSQL's log was synced to disk so far."""
    if db.engine.dialect.name != "postgresql":
        return 0
    found = int(db.session.scalar(text("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'")) or 0)
    db.session.rollback()
    return found


def measure(engine: str, people: int, workers: int, connections: int, pipelines: bool) -> None:
    """Print what was measured on one engine."""
    message = prepared_message()
    with sink(pipelines=pipelines) as port, database(engine, durable=True) as url, application(url):
        bare = max(smtplib_loop(port, message, 5_000) for _ in range(2))
        source = smtp_source(port, len(message), 10_000) if pipelines else 0.0
        fill_directory(people)
        mailing = build_mailing(MailingKind.COMMUNICATION, letter())
        db.session.commit()
        processes = [start_worker(url, f"smtp://127.0.0.1:{port}", connections) for _ in range(workers)]
        time.sleep(1.5)
        synced = syncs()
        began = time.perf_counter()
        queue_for_people(mailing, select(Person.id), due_at=clock.now(), filled=person_columns(SLOTS))
        db.session.commit()
        queued = time.perf_counter()
        wait_until_sent(people)
        seconds = time.perf_counter() - queued
        synced = syncs() - synced
        found = [ask(process) for process in processes]
        for process in processes:
            assert process.stdin
            process.stdin.close()
            process.wait(20)
        pace = people / seconds
        used = sum(each["seconds"] for each in found) / people * 1_000_000
        print(
            f"{engine}: {people:,} messages of {len(message):,} bytes by {workers} × {connections}"
            f"{'' if pipelines else ', without pipelining'}: {pace:,.0f} a second, queued in {queued - began:.1f} s before. "
            f"{pace / bare:.2f} of a bare smtplib loop ({bare:,.0f} a second)"
            + (f", {pace / source:.2f} of smtp-source ({source:,.0f})" if source else "")
            + f"; {used:.0f} µs of processor time a message, {max(each['memory'] for each in found):.0f} MiB a worker"
            + (f", {synced * 1000 / people:.0f} syncs for 1,000" if synced else ""),
            flush=True,
        )


def wait_until_sent(people: int) -> None:
    waits = select(func.count()).where(Delivery.state.not_in((DeliveryState.SENT, DeliveryState.UNKNOWN)))
    while db.session.scalar(waits):
        db.session.rollback()
        time.sleep(0.1)
    sent = db.session.scalar(select(func.count()).where(Delivery.state == DeliveryState.SENT))
    assert sent == people, sent
    db.session.rollback()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--workers", type=int, default=0, help="worker processes; 2 on PostgreSQL and 1 on SQLite")
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--plain", action="store_true", help="a relay without PIPELINING")
    asked = parser.parse_args()
    for engine in ("sqlite", "postgresql") if asked.engine == "both" else (asked.engine,):
        measure(
            engine,
            asked.people,
            asked.workers or (1 if engine == "sqlite" else 2),
            asked.connections,
            not asked.plain,
        )
