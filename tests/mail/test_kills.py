"""Workers killed again and again in one send: as a power cut would end them, whatever they are doing."""

from flask import Flask
from mail.outbox import queue_to_many, states, wait_until
from mail.sending_process import WorkingProcess
from mail.smtp_peer import smtp_peer
from mail.truth import assert_log_is_true, settle_the_dead

from engagement.mail.outbox.actions.delivering import TAKE_OVER_EVERY
from engagement.mail.outbox.rules import LEASE

PEOPLE = 1000
#: A start takes a while, and one engine is enough for all twenty.
KILLS = {"postgresql": 20, "sqlite": 6}


def test_twenty_kills_in_one_send_leave_nobody_out_and_nobody_with_two(app: Flask, engine_name: str):
    mailing = queue_to_many(PEOPLE)
    with smtp_peer(seconds_per_message=0.02) as peer:
        workers = [WorkingProcess(app, peer) for _ in range(2)]
        for number in range(KILLS[engine_name]):
            before = len(peer.messages)
            wait_until(lambda before=before: len(peer.messages) >= before + 3)
            workers[number % 2].kill()
            workers[number % 2] = WorkingProcess(app, peer)
        assert states().get("queued", 0), "there must be something left to send"
        peer.seconds_per_message = 0.0
        for worker in workers:
            worker.kill()
        settle_the_dead(peer)
        assert_log_is_true(peer, mailing, PEOPLE)


def test_what_a_killed_worker_had_is_taken_over_within_a_minute():
    assert LEASE.total_seconds() + TAKE_OVER_EVERY < 60
