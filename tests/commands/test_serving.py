"""`flask serve` as a process: started, ended, killed and doubled, over a real mail server, and nobody gets a second copy."""

import json
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands.outbox_rows import approve_message, everybody_once, queue_message, states
from commands.shell import Shell, answers, free_port, wait_until
from mail.smtp_peer import smtp_peer

from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.scheduler.timetable import TIMETABLE

RECIPIENTS = 300


def listeners(pid: int) -> list[tuple[str, int]]:
    """Return the addresses and ports on which a process listens, as Linux tells them."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            inodes.add(str(entry.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = []
    for line in Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        parts = line.split()
        if parts[3] == "0A" and parts[9] in inodes:
            address, port = parts[1].split(":")
            found.append((socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)))
    return found


def test_serve_starts_on_an_empty_database_and_prints_the_way_in(shell: Shell) -> None:
    with shell.serving() as service:
        link = re.search(
            rf"Make the first administrator within 24 hours at\n  {service.url}(/setup/\S+)\n", service.said
        )
        assert link, service.said
        wait_until(lambda: answers(service, "/readyz"))
        assert service.get("/healthz") == (200, '{"status":"alive"}\n')
        assert "administrator" in service.get(link[1])[1]
        assert service.interrupt() < 5
    shell.flask("user", "create", "ada@example.com", "--name", "Ada Lovelace", "--role", "administrator")
    with shell.serving() as service:
        assert "Nobody can sign in yet" not in service.said
        assert service.get("/login")[0] == 200


def test_ready_only_while_a_clock_ticks(shell: Shell) -> None:
    with shell.serving("--no-scheduler", "--no-delivery") as service:
        status, told = service.get("/readyz")
        assert (status, json.loads(told)["clock"]) == (503, "no line of the timetable has run lately")
        with shell.running("scheduler", says="The clock ticks") as clock:
            wait_until(lambda: answers(service, "/readyz"))
            wait_until(
                lambda: len(shell.rows("SELECT 1 FROM job_line WHERE finished_at IS NOT NULL")) == len(TIMETABLE)
            )
            assert clock.interrupt() < 5
        gauges = service.get("/metrics")[1]
    assert 'engagement_outbox{state="queued"} 0.0' in gauges
    assert 'engagement_job_failed{line="queue-occurrences"} 0.0' in gauges
    listed = shell.flask("jobs").out.splitlines()
    assert len(listed) == len(TIMETABLE)
    assert not any("never" in line for line in listed)


def test_ctrl_c_ends_it_while_a_slow_server_is_spoken_to_and_it_goes_on_later(shell: Shell) -> None:
    queue_message(shell, 6)
    with smtp_peer(seconds_per_message=0.8) as peer:
        with shell.serving(smtp_url=peer.url, mail_connections="1") as service:
            wait_until(lambda: len(peer.messages) >= 2)
            assert service.interrupt() < 5
        assert states(shell) == {"sent": len(peer.messages), "queued": 6 - len(peer.messages)}
        peer.seconds_per_message = 0.0
        with shell.serving(smtp_url=peer.url):
            wait_until(lambda: states(shell) == {"sent": 6})
    assert Counter(peer.recipients) == everybody_once(6)


def test_ctrl_c_ends_it_though_a_mail_server_hangs_and_that_message_is_told_apart(shell: Shell) -> None:
    queue_message(shell, 3)
    with smtp_peer(seconds_per_message=60) as peer, shell.serving(smtp_url=peer.url, mail_connections="1") as service:
        wait_until(lambda: states(shell).get("attempting") == 3)
        wait_until(lambda: bool(peer.commands))
        assert service.interrupt() < 5
    shell.write("UPDATE delivery SET claimed_until = '2020-01-01 00:00:00' WHERE claimed_until IS NOT NULL")
    with smtp_peer() as peer, shell.serving(smtp_url=peer.url):
        wait_until(lambda: states(shell) == {"unknown": 1, "sent": 2})
    assert len(peer.messages) == 2


def test_ctrl_c_ends_it_though_another_program_holds_the_database(shell: Shell) -> None:
    with shell.serving() as service:
        wait_until(lambda: answers(service, "/readyz"))
        lock = shell.locked()
        try:
            request = threading.Thread(target=_sign_in, args=(service.url,), daemon=True)
            request.start()
            time.sleep(6)
            assert service.interrupt() < 5
        finally:
            lock.close()
    with shell.serving() as service:
        wait_until(lambda: answers(service, "/readyz"))


def _sign_in(url: str) -> None:
    """A request that has to write; whoever asked hears nothing when the service ends first."""
    try:
        urllib.request.urlopen(f"{url}/login", b"email=a%40example.com&password=x", timeout=20).close()
    except OSError:
        return


def test_two_services_on_one_database_send_everybody_one_copy(postgresql_shell: Shell) -> None:
    approve_message(postgresql_shell, RECIPIENTS)
    with smtp_peer() as peer:
        with postgresql_shell.serving(smtp_url=peer.url) as one, postgresql_shell.serving(smtp_url=peer.url) as other:
            wait_until(lambda: states(postgresql_shell) == {"sent": RECIPIENTS}, 60)
            assert "Traceback" not in one.said + other.said
        assert Counter(peer.recipients) == everybody_once(RECIPIENTS)
    assert postgresql_shell.flask("run-job", "settle-deliveries").out.endswith("1 mailing closed.\n")
    assert postgresql_shell.rows("SELECT status FROM occurrence") == [("sent",)]


def test_killed_while_delivering_it_goes_on_and_nobody_gets_a_second_copy(either_shell: Shell) -> None:
    approve_message(either_shell, RECIPIENTS)
    with smtp_peer(seconds_per_message=0.005) as peer:
        with either_shell.serving(smtp_url=peer.url, mail_connections="2") as service:
            wait_until(lambda: len(peer.messages) >= 80, 60)
            service.kill()
        time.sleep(0.3)
        accepted = set(peer.recipients)
        assert 80 <= len(accepted) < RECIPIENTS
        # As if ten minutes had passed: the dead process's claims have run out.
        either_shell.write(
            "UPDATE delivery SET claimed_until = '2020-01-01 00:00:00+00:00' WHERE claimed_until IS NOT NULL"
        )
        with either_shell.serving(smtp_url=peer.url):
            wait_until(lambda: set(states(either_shell)) <= {"sent", "unknown"}, 60)
    found = states(either_shell)
    assert found["sent"] + found.get("unknown", 0) == RECIPIENTS
    assert found.get("unknown", 0) <= 2 * WINDOW  # a window for each connection to the mail server
    assert max(Counter(peer.recipients).values()) == 1
    uncertain = {address for (address,) in either_shell.rows("SELECT address FROM delivery WHERE state = 'unknown'")}
    assert set(everybody_once(RECIPIENTS)) - set(peer.recipients) <= uncertain


def test_a_server_that_is_down_at_first_gets_everything_later(shell: Shell) -> None:
    queue_message(shell, 20)
    port = free_port()
    with shell.serving(smtp_url=f"smtp://127.0.0.1:{port}") as service:
        wait_until(lambda: states(shell).get("deferred", 0) >= 1)
        assert states(shell).get("sent", 0) == 0
        shell.flask("user", "create", "ada@example.com", "--name", "Ada", "--role", "administrator")
        assert {reply for (reply,) in shell.rows("SELECT reply FROM delivery WHERE state = 'deferred'")} == {
            "[Errno 111] Connection refused"
        }
        assert service.interrupt() < 5
    shell.write("UPDATE delivery SET due_at = '2020-01-01 00:00:00'")
    with smtp_peer() as peer:
        with shell.serving(smtp_url=peer.url):
            wait_until(lambda: states(shell) == {"sent": 20})
        assert Counter(peer.recipients) == everybody_once(20)


def test_who_is_put_off_waits_with_the_servers_words_and_the_others_are_sent(shell: Shell) -> None:
    queue_message(shell, 10)
    busy = {"person3@example.com", "person7@example.com"}
    with (
        smtp_peer(on_recipient=lambda address: "450 4.2.1 Mailbox busy" if address in busy else None) as peer,
        shell.serving(smtp_url=peer.url),
    ):
        wait_until(lambda: states(shell) == {"sent": 8, "deferred": 2})
    waiting = shell.rows(
        "SELECT address, reply, attempts, due_at > attempted_at FROM delivery WHERE state = 'deferred'"
    )
    assert {row[0] for row in waiting} == busy
    assert {row[1:] for row in waiting} == {("450 4.2.1 Mailbox busy", 1, 1)}


@pytest.mark.parametrize(("hours", "limit", "is_held"), [(30, "24", True), (30, "48", False)])
def test_a_message_whose_time_passed_while_nothing_ran_waits_for_a_decision(
    shell: Shell, hours: int, limit: str, is_held: bool
) -> None:
    approve_message(shell, 3)
    due = datetime.now(UTC) - timedelta(hours=hours)
    shell.write(f"UPDATE occurrence SET sends_at = '{due:%Y-%m-%d %H:%M:%S}'")
    # Nothing is compared with an approval that was given for another time only in this test.
    shell.write("UPDATE approval SET acted_on = NULL")
    with smtp_peer() as peer, shell.serving(smtp_url=peer.url, lateness_limit=limit):
        if is_held:
            wait_until(lambda: shell.rows("SELECT status FROM occurrence") == [("held",)], 60)
        else:
            wait_until(lambda: len(peer.messages) == 3, 60)
    assert len(peer.messages) == (0 if is_held else 3)
    if is_held:
        [(reason,)] = shell.rows("SELECT reason FROM occurrence")
        assert str(reason).endswith("more than the limit of 24 hours.")


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::"])
def test_every_address_that_is_printed_answers_and_stands_in_links(shell: Shell, host: str) -> None:
    if ":" in host and not _has_ipv6():
        pytest.skip("this machine has no IPv6")
    with shell.serving("--host", host) as service:
        said = service.said
        port = service.url.rpartition(":")[2]
        own = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)
        addresses = re.findall(r"http://[^\s/,]+(?<!\.)", said)
        assert set(addresses) == {f"http://{own}:{port}"}
        for path in ("/healthz", "/login", "/mailbox", "/metrics"):
            with urllib.request.urlopen(f"{addresses[0]}{path}", timeout=20) as answer:
                assert answer.status == 200, path
        assert ("this machine alone until ENGAGEMENT_BASE_URL" in said) is (host in ("0.0.0.0", "::"))


def test_the_address_of_the_setting_is_printed_beside_the_machines_own(shell: Shell) -> None:
    with shell.serving("--host", "0.0.0.0", base_url="http://engagement.example.com:8000") as service:
        port = service.url.rpartition(":")[2]
        assert (
            f"Serving on http://127.0.0.1:{port} for this machine, and http://engagement.example.com:8000 for everybody."
        ) in service.said
        named = urllib.request.Request(f"{service.url}/healthz", headers={"Host": "engagement.example.com:8000"})
        for request in (f"{service.url}/healthz", named):
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert answer.status == 200


def test_served_to_all_the_mailbox_stays_with_the_machine_itself(shell: Shell) -> None:
    with shell.serving("--host", "0.0.0.0") as service:
        port = service.url.rpartition(":")[2]
        assert f"Mail stays on this machine, at http://127.0.0.1:{port}/mailbox" in service.said

        def status(path: str, **headers: str) -> int:
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code

        assert [status(path) for path in ("/mailbox", "/metrics")] == [200, 200]
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert [status(path, **{header: "127.0.0.1"}) for path in ("/mailbox", "/metrics")] == [403, 401], header
        # The mailbox's own server listens on loopback, whatever the pages listen on.
        others = [address for address, number in listeners(service.process.pid) if number != int(port)]
        assert others == ["127.0.0.1"]
