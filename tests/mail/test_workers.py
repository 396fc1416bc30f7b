"""Workers beside each other and in turn: everybody once, whatever is killed, stopped or held back."""

import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from mail.outbox import FROM, link_for, make_mailing, queue, queue_to_many, states, wait_until, working
from mail.sending_process import SendingProcess
from mail.smtp_peer import smtp_peer
from sqlalchemy import Connection, select, update

from engagement import clock
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.mail.outbox.actions.courier import Courier
from engagement.mail.outbox.actions.delivering import Worker
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.rules import turns
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport


def test_two_connections_send_everything_exactly_once(app: Flask):
    queue_to_many(120)
    with smtp_peer() as peer:
        worker = Worker(app.app_context, peer.url, link_for, FROM, connections=2)
        worker.start()
        wait_until(lambda: len(peer.messages) >= 120)
        worker.stop()
        assert len({received.connection for received in peer.messages}) == 2
    assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(120)})
    db.session.rollback()
    assert states() == {"sent": 120}


def test_a_worker_at_rest_soon_sends_what_comes(app: Flask):
    queue_to_many(1)
    waited = 0.0
    with smtp_peer() as peer, working(app, peer):
        wait_until(lambda: len(peer.messages) == 1)
        for number in (2, 3, 4):
            # It has looked since, and found nothing.
            time.sleep(0.2)
            queue(make_mailing())
            db.session.commit()
            began = time.monotonic()
            wait_until(lambda number=number: len(peer.messages) == number)
            waited += time.monotonic() - began
    assert waited < 3 * 0.5


def test_two_processes_send_everything_exactly_once(app: Flask):
    queue_to_many(200)
    with smtp_peer(seconds_per_message=0.002) as peer:
        processes = [SendingProcess(app, peer) for _ in range(2)]
        sent = [process.sent() for process in processes]
    assert sum(sent) == 200
    assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(200)})


def test_killed_process_leaves_at_most_a_window_uncertain_and_nobody_gets_it_twice(app: Flask):
    queue_to_many(200)
    with smtp_peer(seconds_per_message=0.005) as peer:
        process = SendingProcess(app, peer)
        wait_until(lambda: len(peer.messages) >= 60)
        process.kill()
        time.sleep(0.2)
        accepted = list(peer.recipients)
        assert 60 <= len(accepted) < 200
        db.session.execute(
            update(Delivery).where(Delivery.claimed_until.is_not(None)).values(claimed_until=clock.now())
        )
        db.session.commit()
        SendingProcess(app, peer).sent()
    found = states()
    assert found.get("unknown", 0) <= WINDOW
    assert found["sent"] + found.get("unknown", 0) == 200
    assert max(Counter(peer.recipients).values()) == 1
    uncertain = set(db.session.scalars(select(Delivery.address).where(Delivery.state == DeliveryState.UNKNOWN)))
    assert {f"person{n}@example.com" for n in range(200)} - set(peer.recipients) <= uncertain


def test_told_to_stop_a_courier_gives_back_what_it_has_not_sent(app: Flask):
    queue_to_many(10)
    with smtp_peer() as peer:
        courier = Courier([Transport(peer.url)], "one", link_for, FROM, stopping=lambda: len(peer.messages) >= 3)
        courier.deliver()
        courier.close()
    # The next one may be with the mail server already when it is told so.
    assert len(peer.messages) in (3, 4)
    assert states() == {"sent": len(peer.messages), "queued": 10 - len(peer.messages)}


def test_worker_ends_quickly_though_the_mail_server_hangs(app: Flask):
    queue_to_many(3)
    with smtp_peer(seconds_per_message=30) as peer:
        worker = Worker(app.app_context, peer.url, link_for, FROM, connections=1)
        worker.start()
        wait_until(lambda: bool(peer.commands))
        began = time.monotonic()
        worker.stop(within=0.5)
        assert time.monotonic() - began < 2
    db.session.rollback()


class NotedPace(Pace):
    """A pace that notes when it was first asked for turns, before which none of them is."""

    asked_at = 0.0

    def take_turns(self, connection: Connection, most: int) -> list[float]:
        self.asked_at = self.asked_at or time.monotonic()
        return super().take_turns(connection, most)


def test_a_limit_holds_over_all_connections_and_at_every_moment(app: Flask):
    """A busy machine makes messages late, and may then pass several at once; but none goes out before its turn."""
    queue_to_many(70)
    times: list[float] = []
    with smtp_peer(on_recipient=lambda _: times.append(time.monotonic())) as peer:
        pace = NotedPace(1800, peer.url)
        worker = Worker(app.app_context, peer.url, link_for, FROM, connections=3, pace=pace)
        worker.start()
        wait_until(lambda: len(peer.messages) >= 70)
        worker.stop()
    # Up to every moment no more were seen than the limit allows until then.
    assert [n for n, each in enumerate(times) if each < pace.asked_at + n / 30 - 0.01] == []
    assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(70)})


def test_turns_are_even_bounded_and_survive_a_clock_that_is_put_back():
    now = clock.now()
    first = turns(now, now, 600, 3)
    assert [round(each, 3) for each in first.offsets] == [0.0, 0.102, 0.203]
    assert turns(first.next_at, now, 600, 20).offsets[0] == pytest.approx(0.305, abs=0.001)
    assert len(turns(now, now, 600, 20).offsets) == 9
    assert len(turns(now, now, 1, 20).offsets) == 1
    assert turns(now + timedelta(seconds=2), now, 600, 20).offsets == []
    assert turns(now + timedelta(days=1), now, 600, 20).offsets[0] == 0.0
    assert turns(now - timedelta(days=1), now, 600, 20).offsets[0] == 0.0


def test_a_worker_of_a_service_with_sqlite_loads_no_driver_of_postgresql():
    asks = "import sys, engagement.sending; print('psycopg' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
