"""Measures how the pace grows with the number of workers, each with a network of its own and a mail server 5 ms away.

    python tests/benchmarks/many_workers.py

1, 2 and 4 workers of two connections send to everybody over one PostgreSQL that waits for the disk; then half of four are
killed in mid-send. Needs root, for the networks; says so and ends where it is not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from send_mail import FROM, SECRET, SLOTS, letter  # noqa: E402
from shared.far_relay import FarRelay, NoNetworks, far_relay  # noqa: E402
from shared.grounds import application, database, fill_directory  # noqa: E402
from sqlalchemy import delete, func, select  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.communications.texts.queries.merge_values import person_columns  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.mail.actions.building import build_mailing  # noqa: E402
from engagement.mail.actions.queueing import queue_for_people  # noqa: E402
from engagement.mail.models import Delivery  # noqa: E402
from engagement.mail.outbox.actions.claiming import WINDOW  # noqa: E402
from engagement.mail.rules import DeliveryState, MailingKind  # noqa: E402
from engagement.people.models import Person  # noqa: E402

CONNECTIONS, AWAY = 2, 0.005
WAITS = (DeliveryState.QUEUED, DeliveryState.DEFERRED)


def start_worker(url: str, relay: FarRelay, number: int) -> subprocess.Popen[str]:
    """Start `flask worker` in its network, and wait until it delivers."""
    told = {"DATABASE_URL": url, "SMTP_URL": relay.url(number), "SECRET_KEY": SECRET, "MAIL_FROM": FROM}
    told["INSTANCE_PATH"] = tempfile.mkdtemp(prefix="engagement-bench-worker-")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGEMENT_")}
    environment |= {f"ENGAGEMENT_{name}": value for name, value in told.items()}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--connections", str(CONNECTIONS)]
    process = subprocess.Popen(
        [*relay.inside(number), *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    while not process.stdout.readline().startswith("Delivering"):
        assert process.poll() is None, "the worker did not start"
    return process


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < until, "nothing moves"
        time.sleep(0.02)


def number_in(*states: DeliveryState) -> int:
    found = db.session.scalar(select(func.count()).where(Delivery.state.in_(states))) or 0
    db.session.rollback()
    return found


def queue() -> None:
    db.session.execute(delete(Delivery))
    mailing = build_mailing(MailingKind.COMMUNICATION, letter())
    queue_for_people(mailing, select(Person.id), due_at=clock.now(), filled=person_columns(SLOTS))
    db.session.commit()


def paces(url: str, people: int, workers: int) -> float:
    """Return how many messages a second so many workers send."""
    with far_relay(workers, AWAY) as relay:
        processes = [start_worker(url, relay, n) for n in range(workers)]
        time.sleep(1)
        queue()
        began = time.perf_counter()
        wait_until(lambda: number_in(DeliveryState.SENT) == people)
        taken = time.perf_counter() - began
        for process in processes:
            process.terminate()
            process.wait(20)
        doubles = sum(number - 1 for number in relay.accepted().values())
        assert (len(relay.accepted()), doubles) == (people, 0)
    return people / taken


def killed(url: str, people: int, workers: int) -> int:
    """Kill half of the workers in mid-send, and return how many messages are in doubt; nobody is left out or gets two."""
    with far_relay(workers, AWAY) as relay:
        processes = [start_worker(url, relay, n) for n in range(workers)]
        queue()
        wait_until(lambda: number_in(DeliveryState.SENT) > people // 4)
        for process in processes[::2]:
            process.kill()
        wait_until(lambda: not number_in(*WAITS) and number_in(DeliveryState.ATTEMPTING) <= workers * WINDOW)
        time.sleep(1)
        for process in processes[1::2]:
            process.terminate()
            process.wait(20)
        in_doubt, sent = number_in(DeliveryState.ATTEMPTING), number_in(DeliveryState.SENT)
        accepted = relay.accepted()
        assert sent + in_doubt == people
        assert max(accepted.values()) == 1
        assert sent <= len(accepted) <= people
        assert in_doubt <= len(processes[::2]) * CONNECTIONS * WINDOW
    return in_doubt


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4_000)
    people = parser.parse_args().people
    with database("postgresql", durable=True) as url, application(url):
        fill_directory(people)
        try:
            found = {workers: paces(url, people, workers) for workers in (1, 2, 4)}
        except NoNetworks as error:
            sys.exit(f"No networks can be made here, so nothing is measured: {error}")
        for workers, pace in found.items():
            print(
                f"{workers} × {CONNECTIONS}, {AWAY * 1000:.0f} ms away: {pace:,.0f} a second, {pace / found[1]:.2f} × one"
            )
        print(f"Two of four killed in mid-send: {killed(url, people, 4)} in doubt, nobody left out, nobody with two.")
