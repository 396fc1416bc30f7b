"""Measures what sending must not spoil: a mail server far away, the memory of a worker, mail that somebody waits for, and pages.

    python tests/benchmarks/send_mail_aside.py --only far

PostgreSQL waits for the disk. The far server answers 10 ms late and is asked over 20 connections; what round trips allow
is measured by a client that sends it commands of a few bytes over as many. Memory is the largest of a worker that sends for some seconds out of many rows or few. Waiting is
from the commit of a message to one person until the mail server has it, while a worker sends to many. Pages are asked while
a worker sends 1,000 a second.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from factories import make_change_manager, signed_in  # noqa: E402
from flask import current_app  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from send_mail import letter, most_memory, start_worker  # noqa: E402
from shared.grounds import application, database, fill_directory  # noqa: E402
from shared.sinks import round_trips, sink  # noqa: E402
from sqlalchemy import delete, func, select, text  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.mail.actions.building import build_mailing  # noqa: E402
from engagement.mail.actions.queueing import queue_for_address  # noqa: E402
from engagement.mail.models import Delivery  # noqa: E402
from engagement.mail.rules import DeliveryState, MailingKind  # noqa: E402

AWAY, FAR_CONNECTIONS = 0.01, 20
#: Of a worker that is told nothing else.
CONNECTIONS = 4
#: A minute, while pages are asked.
BESIDE = 60_000
#: Rows of a mailing to many, past the rooms' actions: nobody is asked for, so no directory is needed.
ROWS = """INSERT INTO delivery (mailing_id, address, name, filled, state, is_urgent, attempts, queued_at, due_at)
SELECT :mailing, 'person' || n || '@example.com', 'First Last' || n,
    json_build_object('first_name', 'First' || n % 997, 'department', 'Claims', 'my_change_link', '/me'),
    'queued', false, 0, now(), now() FROM generate_series(1, :people) AS n"""


def queue(people: int) -> None:
    """Let a briefing be due to so many, and nothing else."""
    db.session.execute(delete(Delivery))
    mailing = build_mailing(MailingKind.COMMUNICATION, letter())
    db.session.flush()
    db.session.execute(text(ROWS), {"mailing": mailing.id, "people": people})
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE delivery"))


def sent() -> int:
    number = db.session.scalar(select(func.count()).where(Delivery.state == DeliveryState.SENT)) or 0
    db.session.rollback()
    return number


def far(url: str, seconds: float) -> str:
    """Return the pace with a far mail server."""
    queue(int(seconds * FAR_CONNECTIONS / AWAY) + 1)
    with sink(away=AWAY) as port:
        allowed = round_trips(port, FAR_CONNECTIONS, 3.0)
        process = start_worker(url, f"smtp://127.0.0.1:{port}", FAR_CONNECTIONS)
        while not (before := sent()):
            time.sleep(0.1)
        began = time.perf_counter()
        time.sleep(seconds)
        pace = (sent() - before) / (time.perf_counter() - began)
        process.terminate()
        process.wait(20)
    of = f"{pace / allowed:.2f} of what round trips allow ({allowed:,.0f})"
    return f"a mail server {AWAY * 1000:.0f} ms away: {pace:,.0f} a second, {of}"


def memory(url: str, seconds: float) -> str:
    """Return how the memory of a worker grows with the rows."""
    found = []
    for people in (10_000, 1_000_000):
        queue(people)
        with sink() as port:
            process = start_worker(url, f"smtp://127.0.0.1:{port}", CONNECTIONS)
            time.sleep(seconds)
            found.append(most_memory(process))
            process.terminate()
            process.wait(20)
    return f"memory: {found[0]:.1f} MiB with 10,000 rows, {found[1] / found[0]:.3f} times as much with 1,000,000"


def awaited(url: str, seconds: float) -> str:
    """Return how long mail waits that somebody waits for."""
    queue(int(seconds * 10_000))
    with sink() as port:
        process = start_worker(url, f"smtp://127.0.0.1:{port}", CONNECTIONS)
        ids = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            mailing = build_mailing(MailingKind.SIGN_IN, letter())
            filled = {"first_name": "Zoe", "department": "Claims", "my_change_link": "/me"}
            ids.append(queue_for_address(mailing, "zoe@example.com", "Zoe", filled).id)
            db.session.commit()
            time.sleep(0.1)
        time.sleep(1)
        rows = select(Delivery.queued_at, Delivery.sent_at).where(Delivery.id.in_(ids))
        waited = sorted((out or clock.now()) - came for came, out in db.session.execute(rows).all())
        db.session.rollback()
        process.terminate()
        process.wait(20)
    late = waited[min(len(waited) - 1, int(len(waited) * 0.99))].total_seconds() * 1000
    middle = waited[len(waited) // 2].total_seconds() * 1000
    return f"{len(waited)} awaited messages during a big one: {middle:.0f} ms in the middle, {late:.0f} ms at the 99th percentile"


def pages(url: str, seconds: float) -> str:
    """Return how much of their speed pages keep, asked one after the other by a test client, while a briefing leaves."""
    fill_directory(1_000)
    db.session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, make_change_manager())
    db.session.commit()
    found = []
    with sink() as port:
        for rate in (0, BESIDE, 0, BESIDE):
            queue(int(seconds + 5) * BESIDE // 60 if rate else 0)
            process = start_worker(url, f"smtp://127.0.0.1:{port}", CONNECTIONS, BESIDE) if rate else None
            before = sent()
            found.append(_answered(client, seconds))
            if process:
                left = (sent() - before) / seconds
                process.terminate()
                process.wait(20)
    kept = max(found[1::2]) / max(found[::2])
    return f"pages keep {kept:.2f} of their speed ({max(found[::2]):.0f} a second) while {left:,.0f} messages leave a second"


def _answered(client: FlaskClient, seconds: float) -> float:
    number, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        assert client.get("/people").status_code == 200
        number += 1
    taken = time.perf_counter() - began
    # A page only reads, and so would what follows.
    db.session.remove()
    return number / taken


MEASURES: dict[str, Callable[[str, float], str]] = {"far": far, "memory": memory, "awaited": awaited, "pages": pages}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(MEASURES))
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with database("postgresql", durable=True) as url, application(url):
        for name, measure in MEASURES.items():
            if asked.only in (None, name):
                print(measure(url, asked.seconds), flush=True)
