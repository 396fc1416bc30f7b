"""Measures how fast a briefing leaves, each message personal and recorded, against bare senders of one prebuilt message.

    python tests/benchmarks/send_mail.py --people 100000 --engine postgresql

The floors run in the same run, against the same sink: a loop of smtplib over one connection, and Postfix's C program
smtp-source at its best number of sessions (Debian's package `postfix`; without it a sink in Python is used and that floor is
left out). Ours counts from the commit of the recipients' rows until the last one is recorded as sent. PostgreSQL waits for the disk.
Processor time is that of the workers alone, memory the largest that a worker had. `--roles` spreads the readers over four texts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from shared.grounds import application, database, fill_directory  # noqa: E402
from shared.sinks import sink, smtp_source, smtplib_loop  # noqa: E402
from sqlalchemy import exists, func, insert, literal, select, text  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.communications.queries.readers import translation_column  # noqa: E402
from engagement.communications.texts.queries.merge_values import person_columns  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.mail.actions.building import add_translation, build_mailing  # noqa: E402
from engagement.mail.actions.queueing import queue_for_people  # noqa: E402
from engagement.mail.letters.rules.layout import Around, Button, html_layout  # noqa: E402
from engagement.mail.models import Delivery, Mailing  # noqa: E402
from engagement.mail.rules import DeliveryState, Letter, MailingKind  # noqa: E402
from engagement.mail.wire.rules.message import prepare  # noqa: E402
from engagement.people.models import Person, PersonRole  # noqa: E402
from engagement.people.organisation.rules import UNSET  # noqa: E402
from engagement.people.roles.rules import written_sets  # noqa: E402
from engagement.people.rules import RoleOrigin, TrainingRole  # noqa: E402

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


def start_worker(url: str, smtp_url: str, connections: int, rate: int = 0) -> subprocess.Popen[str]:
    """Start `flask worker` as it is in production, limited to `rate` a minute, and wait until it delivers."""
    told = {"DATABASE_URL": url, "SMTP_URL": smtp_url, "SECRET_KEY": SECRET, "MAIL_FROM": FROM, "MAIL_RATE": str(rate)}
    told["INSTANCE_PATH"] = tempfile.mkdtemp(prefix="engagement-bench-worker-")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGEMENT_")}
    environment |= {f"ENGAGEMENT_{name}": value for name, value in told.items()}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--connections", str(connections)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    while not process.stdout.readline().startswith("Delivering"):
        assert process.poll() is None, "the worker did not start"
    return process


def processor_time(process: subprocess.Popen[str]) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_memory(process: subprocess.Popen[str]) -> float:
    """Return the largest memory in MiB that a process had."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


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


#: The sets of training roles that read a text of their own, with `--roles`; everybody else reads the message's own.
APART = ([TrainingRole.BUILDER], [TrainingRole.LEADER, TrainingRole.USER], [TrainingRole.BUILDER, TrainingRole.LEADER])


def write_for_roles(mailing: Mailing) -> None:
    """Give every fourth person another role, and each of these sets of roles its text."""
    given = select(
        Person.id,
        literal(TrainingRole.LEADER, PersonRole.role.type),
        literal(RoleOrigin.FILE, PersonRole.origin.type),
        literal(clock.now(), PersonRole.given_at.type),
    )
    columns = ["person_id", "role", "origin", "given_at"]
    db.session.execute(insert(PersonRole).from_select(columns, given.where(Person.id % 4 == 0)))
    for roles in APART:
        add_translation(mailing, letter(), written_sets([roles]))


def measure(engine: str, people: int, workers: int, connections: int, pipelines: bool, for_roles: bool) -> None:
    """Print what was measured on one engine."""
    message = prepared_message()
    with sink(pipelines=pipelines) as port, database(engine, durable=True) as url, application(url):
        bare = max(smtplib_loop(port, message, 5_000) for _ in range(2))
        source = smtp_source(port, len(message), 10_000) if pipelines else 0.0
        fill_directory(people)
        mailing = build_mailing(MailingKind.COMMUNICATION, letter())
        if for_roles:
            write_for_roles(mailing)
        db.session.commit()
        processes = [start_worker(url, f"smtp://127.0.0.1:{port}", connections) for _ in range(workers)]
        time.sleep(1.5)
        synced, used = syncs(), sum(processor_time(process) for process in processes)
        began = time.perf_counter()
        queue_for_people(
            mailing,
            select(Person.id),
            due_at=clock.now(),
            filled=person_columns(SLOTS),
            translation=translation_column(mailing, UNSET),
        )
        db.session.commit()
        queued = time.perf_counter()
        wait_until_sent(people)
        seconds = time.perf_counter() - queued
        synced = syncs() - synced
        used = (sum(processor_time(process) for process in processes) - used) / people * 1_000_000
        memory = max(most_memory(process) for process in processes)
        for process in processes:
            process.terminate()
            process.wait(20)
        pace = people / seconds
        print(
            f"{engine}: {people:,} messages of {len(message):,} bytes by {workers} × {connections}"
            f"{'' if pipelines else ', without pipelining'}{', in four texts for roles' if for_roles else ''}: {pace:,.0f} a second, queued in {queued - began:.1f} s before. "
            f"{pace / bare:.2f} of a bare smtplib loop ({bare:,.0f} a second)"
            + (f", {pace / source:.2f} of smtp-source ({source:,.0f})" if source else "")
            + f"; {used:.0f} µs of processor time a message, {memory:.0f} MiB a worker"
            + (f", {synced * 1000 / people:.0f} syncs for 1,000" if synced else ""),
            flush=True,
        )


def wait_until_sent(people: int) -> None:
    """Look ten times a second whether anything waits; counting what does would take a fourteenth of both processors."""
    waits = select(exists().where(Delivery.state.in_([state for state in DeliveryState if not state.is_final])))
    while db.session.scalar(waits):
        db.session.rollback()
        time.sleep(0.1)
    sent = db.session.scalar(select(func.count()).where(Delivery.state == DeliveryState.SENT))
    assert sent == people, sent
    db.session.rollback()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--workers", type=int, default=0, help="worker processes; 2 on PostgreSQL and 1 on SQLite")
    parser.add_argument(
        "--connections", type=int, default=16, help="of each worker; smtp-source has as many as it likes"
    )
    parser.add_argument("--plain", action="store_true", help="a relay without PIPELINING")
    parser.add_argument("--roles", action="store_true", help="four texts, for readers with different training roles")
    asked = parser.parse_args()
    for engine in ("sqlite", "postgresql") if asked.engine == "both" else (asked.engine,):
        measure(
            engine,
            asked.people,
            asked.workers or (1 if engine == "sqlite" else 2),
            asked.connections,
            not asked.plain,
            asked.roles,
        )
