"""Clocks that jump, and clocks that disagree: whatever is taken over wrongly is put right by whoever had it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from mail.outbox import queue_to_many, states, wait_until, working
from mail.sending_process import SendingProcess
from mail.smtp_peer import smtp_peer
from mail.truth import assert_log_is_true

from engagement import clock
from engagement.mail.outbox.actions.one_by_one import take_over
from engagement.mail.outbox.actions.pace import Pace

DAY = timedelta(days=1)


@pytest.mark.parametrize("per_minute", [0, 60_000])
def test_a_clock_that_jumps_a_day_and_back_in_one_send_harms_nobody(app: Flask, per_minute: int):
    mailing = queue_to_many(200)
    with smtp_peer(seconds_per_message=0.005) as peer, time_machine.travel(datetime.now(UTC), tick=True) as present:
        with working(app, peer, pace=Pace(per_minute, peer.url)):
            for number, jump in enumerate((DAY, -DAY, DAY, -DAY)):
                wait_until(lambda number=number: len(peer.messages) >= 30 * (number + 1))
                present.shift(jump)
                # As the clock's job does, in the middle of somebody's window.
                take_over(clock.now())
            wait_until(lambda: len(peer.messages) >= 200)
        assert states() == {"sent": 200}
        assert_log_is_true(peer, mailing, 200)


def test_two_processes_whose_clocks_are_a_day_apart_send_everybody_one(app: Flask):
    mailing = queue_to_many(200)
    with smtp_peer(seconds_per_message=0.005) as peer:
        processes = [SendingProcess(app, peer, ahead=ahead) for ahead in (timedelta(0), DAY)]
        wait_until(lambda: len(peer.messages) >= 50)
        for at in (clock.now() + DAY, clock.now()):
            with clock.standing_at(at):
                take_over(at)
        assert sum(process.sent() for process in processes) == 200
        assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(200)})
        assert_log_is_true(peer, mailing, 200)
