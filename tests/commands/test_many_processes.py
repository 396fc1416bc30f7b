"""Clocks and workers beside each other on one PostgreSQL, some of them killed in mid-send: everybody gets one copy."""

import subprocess
import sys
from collections import Counter
from contextlib import ExitStack

import pytest
from benchmarks.shared.far_relay import NoNetworks, far_relay
from commands.outbox_rows import approve_message, everybody_once, queue_message, states
from commands.shell import ROOT, Shell, wait_until
from mail.smtp_peer import smtp_peer

from engagement.mail.outbox.actions.claiming import WINDOW

RECIPIENTS = 400


def taken_over(shell: Shell) -> dict[str, int]:
    """How many deliveries there are in each state once the claims of the dead have run out."""
    shell.write("UPDATE delivery SET claimed_until = '2020-01-01' WHERE claimed_until IS NOT NULL")
    assert shell.flask("run-job", "settle-deliveries").code == 0
    return states(shell)


def test_two_clocks_and_three_workers_of_which_some_are_killed_send_everybody_one(postgresql_shell: Shell) -> None:
    shell = postgresql_shell
    approve_message(shell, RECIPIENTS)
    with smtp_peer(seconds_per_message=0.01) as peer, ExitStack() as running:
        told = {"smtp_url": peer.url, "mail_connections": "1"}
        workers = [running.enter_context(shell.running("worker", says="Delivering", **told)) for _ in range(3)]
        clocks = [running.enter_context(shell.running("scheduler", says="The clock ticks")) for _ in range(2)]
        wait_until(lambda: len(peer.messages) >= 60, 60)
        clocks[0].kill()
        workers[0].kill()
        wait_until(lambda: set(states(shell)) <= {"sent", "attempting"} and states(shell)["sent"] > RECIPIENTS / 2, 60)
        wait_until(lambda: states(shell).get("attempting", 0) <= WINDOW)
        found = taken_over(shell)
        assert clocks[1].interrupt() < 5
    assert found["sent"] + found.get("unknown", 0) == RECIPIENTS
    assert found.get("unknown", 0) <= WINDOW
    accepted = Counter(peer.recipients)
    assert max(accepted.values()) == 1
    uncertain = {address for (address,) in shell.rows("SELECT address FROM delivery WHERE state = 'unknown'")}
    assert set(everybody_once(RECIPIENTS)) - set(accepted) <= uncertain
    assert shell.rows("SELECT count(*) FROM mailing WHERE kind = 'communication'") == [(1,)]


def test_workers_with_networks_of_their_own_share_the_work_though_one_is_killed(postgresql_shell: Shell) -> None:
    shell = postgresql_shell
    try:
        with far_relay(2, 0.005) as relay, ExitStack() as running:
            processes = []
            for number in range(2):
                command = [
                    *relay.inside(number),
                    sys.executable,
                    "-m",
                    "flask",
                    "--app",
                    "wsgi",
                    "worker",
                    "--connections",
                    "2",
                ]
                process = subprocess.Popen(
                    command, cwd=ROOT, env=shell.environment(smtp_url=relay.url(number)), stdout=subprocess.PIPE
                )
                running.callback(process.wait)
                running.callback(process.kill)
                processes.append(process)
            for process in processes:
                assert process.stdout
                assert process.stdout.readline().startswith(b"Delivering")
                process.stdout.close()
            queue_message(shell, RECIPIENTS)
            wait_until(lambda: states(shell).get("sent", 0) >= RECIPIENTS // 4)
            heard = {str(name).split("-")[-2] for (name,) in shell.rows("SELECT name FROM mail_worker")}
            processes[0].kill()
            wait_until(lambda: set(states(shell)) <= {"sent", "attempting"})
            # What the other has left to do when it is told to end goes back to wait; here it is to be done.
            holding = "SELECT DISTINCT claimed_by FROM delivery WHERE state = 'attempting'"
            dead = str(processes[0].pid)
            wait_until(lambda: {str(name).split("-")[-2] for (name,) in shell.rows(holding)} <= {dead})
            processes[1].terminate()
            assert processes[1].wait(10) == 0
            found, accepted, ids = taken_over(shell), relay.accepted(), relay.message_ids()
    except NoNetworks as error:
        pytest.skip(f"no networks can be made here: {error}")
    assert heard == {str(process.pid) for process in processes}
    assert found["sent"] + found.get("unknown", 0) == RECIPIENTS
    # A window for each connection of the worker that was killed.
    assert found.get("unknown", 0) <= 2 * WINDOW
    assert max(accepted.values()) == 1
    assert len(ids) == len(accepted) >= found["sent"]
