"""The commands with good input: what each prints and does, a second time without harm."""

import json
import os
import pty
import re
import subprocess
import sys

from commands.outbox_rows import approve_message, everybody_once, queue_message, states
from commands.shell import ROOT, Shell, wait_until
from intake.companies import ADA, BEN, csv_of
from mail.smtp_peer import smtp_peer

from engagement.scheduler.timetable import TIMETABLE


def test_migrating_twice_changes_nothing(shell: Shell) -> None:
    before = shell.contents()
    assert shell.flask("db", "upgrade").code == 0
    assert shell.contents() == before


def test_the_check_of_the_settings_names_what_it_found(either_shell: Shell) -> None:
    engine = "postgresql" if either_shell.database_url.startswith("postgresql") else "sqlite"
    with smtp_peer() as peer:
        checked = either_shell.flask("config", "check", smtp_url=peer.url)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.splitlines()[:3] == [
        "Settings make sense (development).",
        f"Database answers ({engine}).",
        "Nobody can sign in yet: use flask user create, or the link that flask serve prints.",
    ]
    assert checked.out.splitlines()[3].startswith("Mail server answers: ")
    built_in = either_shell.flask("config", "check").out.splitlines()
    assert built_in[-1] == "Mail stays in the built-in mailbox: ENGAGEMENT_SMTP_URL is not set."


def test_a_test_mail_is_accepted_by_the_server_and_by_the_built_in_mailbox(shell: Shell) -> None:
    with smtp_peer() as peer:
        sent = shell.flask("send-test-mail", "ada@example.com", smtp_url=peer.url)
        assert (sent.code, sent.out) == (0, "Accepted for ada@example.com: 250 2.0.0 Ok: queued\n")
        assert peer.recipients == ["ada@example.com"]
    kept = shell.flask("send-test-mail", "ada@example.com")
    assert kept.out == "Accepted for ada@example.com: 250 Kept in the built-in mailbox\n"
    assert shell.rows("SELECT recipient FROM mailbox_message") == [("ada@example.com",)]


def test_a_sign_in_is_made_with_its_role(shell: Shell) -> None:
    made = shell.flask(
        "user", "create", "Ada@Example.com", "--name", "Ada Lovelace", "--role", "change_manager", "--password-stdin",
        typed=b"four plain words here\n",
    )  # fmt: skip
    assert (made.code, made.out) == (
        0,
        "Ada Lovelace (ada@example.com) is change manager and signs in with the password.\n",
    )
    assert shell.rows(
        "SELECT email, role, password_hash IS NOT NULL FROM account JOIN role_grant ON account_id = account.id"
    ) == [("ada@example.com", "change_manager", 1)]
    assert "four plain words" not in "".join(shell.contents())


#: Runs each of the lines named twice by its command, all in one process: more than a hundred starts prove nothing more.
RUN_EACH_TWICE = """
import json, os, sys
os.environ["FLASK_RUN_FROM_CLI"] = "true"
from wsgi import app
runner, found = app.test_cli_runner(), []
for name in sys.argv[1:]:
    for _ in range(2):
        ran = runner.invoke(args=["run-job", name])
        found.append([name, ran.exit_code, ran.stdout, ran.stderr])
print(json.dumps(found))
"""


def test_every_line_of_the_timetable_runs_on_an_empty_database_twice(either_shell: Shell) -> None:
    never = either_shell.flask("jobs").out.splitlines()
    assert [line.split()[0] for line in never] == [line.name for line in TIMETABLE]
    assert all("last never" in line and line.endswith("not run yet") for line in never)
    alone = either_shell.flask("run-job", TIMETABLE[0].name)
    assert (alone.code, alone.err) == (0, "")
    assert alone.out.startswith(f"{TIMETABLE[0].name}: ")
    ran = either_shell.script(RUN_EACH_TWICE, *(line.name for line in TIMETABLE))
    assert (ran.code, ran.err) == (0, "")
    each = json.loads(ran.out)
    assert len(each) == 2 * len(TIMETABLE)
    for name, code, out, err in each:
        assert (code, err) == (0, ""), name
        assert out.startswith(f"{name}: "), out
    assert not any("never" in line or "last error" in line for line in either_shell.flask("jobs").out.splitlines())


def test_delivering_until_empty_sends_each_once_and_says_how_many(either_shell: Shell) -> None:
    queue_message(either_shell, 12)
    refused = {"person4@example.com": "550 5.1.1 No such person"}
    with smtp_peer(on_recipient=refused.get) as peer:
        first = either_shell.flask("deliver", "--until-empty", smtp_url=peer.url)
        second = either_shell.flask("deliver", "--until-empty", smtp_url=peer.url)
    assert (first.code, first.out, first.err) == (0, "11 sent, 1 refused\n", "")
    assert (second.code, second.out, second.err) == (0, "Nothing was due.\n", "")
    assert len(peer.messages) == 11


def test_delivering_until_empty_does_not_wait_for_somebody_s_morning(either_shell: Shell) -> None:
    queue_message(either_shell, 3)
    either_shell.write("UPDATE delivery SET due_at = '2126-04-15 00:00:00' WHERE address <> 'person0@example.com'")
    with smtp_peer() as peer:
        first = either_shell.flask("deliver", "--until-empty", smtp_url=peer.url)
        second = either_shell.flask("deliver", "--until-empty", smtp_url=peer.url)
    waits = "2 wait for their working hours, the last until 2126-04-15 01:00 Europe/London.\n"
    assert (first.code, first.out, first.err) == (0, f"1 sent\n{waits}", "")
    assert (second.code, second.out) == (0, f"Nothing was due.\n{waits}")
    assert peer.recipients == ["person0@example.com"]


def test_clock_and_workers_in_processes_of_their_own(either_shell: Shell) -> None:
    approve_message(either_shell, 60)
    with (
        smtp_peer() as peer,
        either_shell.running("scheduler", says="The clock ticks") as clock,
        either_shell.running("worker", "--connections", "2", says="Delivering", smtp_url=peer.url) as one,
        either_shell.running("worker", says="Delivering", smtp_url=peer.url) as other,
    ):
        wait_until(lambda: states(either_shell) == {"sent": 60}, 60)
        assert max(running.interrupt() for running in (clock, one, other)) < 5
    assert sorted(peer.recipients) == sorted(everybody_once(60))


def test_a_dry_run_of_retention_says_what_would_go_and_changes_nothing(shell: Shell) -> None:
    before = shell.contents()
    ran = shell.flask("run-job", "apply-retention", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "Delivery records: kept for ever.",
        "Answers in quizzes: kept for ever.",
        "Closed concerns: kept for ever.",
        "HR files read in: kept for ever.",
        "People who have left: kept for ever.",
    ]
    assert shell.contents() == before
    refused = shell.flask("run-job", "plan-occurrences", "--dry-run")
    assert (refused.code, refused.refusal) == (
        2,
        "There is no dry run of plan-occurrences. There is one of apply-retention.",
    )


def test_the_shell_names_what_a_file_would_do_to_sign_ins_and_confirms_it(either_shell: Shell) -> None:
    shell = either_shell
    file = shell.folder / "people.csv"
    file.write_bytes(csv_of(ADA, BEN))
    assert shell.flask("people", "import", file).code == 0
    for name, role in (("Ada Lovelace", "administrator"), ("Ben Bitdiddle", "auditor")):
        email = f"{name[:3].lower()}@example.com"
        assert shell.flask("user", "create", email, "--name", name, "--role", role).code == 0
    file.write_bytes(csv_of(ADA.replace("ada@", "ada.l@"), BEN.replace("ada@", "ada.l@")))
    kept = "Line 2: Ada Lovelace goes on signing in with ada@example.com until an administrator confirms ada.l@example.com; both addresses are told."
    assert kept in shell.flask("people", "import", file, "--dry-run").out.splitlines()
    assert kept in shell.flask("people", "import", file).out.splitlines()
    assert sorted(shell.rows("SELECT email FROM account")) == [("ada@example.com",), ("ben@example.com",)]
    file.write_bytes(csv_of(ADA.replace("ada@", "ada.l@")))
    gone = shell.flask("people", "import", file, "--dry-run", "--confirm-leavers").out.splitlines()
    assert "Ben Bitdiddle (auditor) is missing from the file: their sign-in ben@example.com ends." in gone
    refused = shell.flask("user", "confirm", "nobody@example.com").refusal
    assert refused == "Nobody in the directory who has a sign-in has the address nobody@example.com."
    said = shell.flask("user", "confirm", "Ada.L@example.com").refusal
    assert (
        "With --yes, Ada Lovelace (administrator) signs in with ada.l@example.com instead of ada@example.com." in said
    )
    assert sorted(shell.rows("SELECT email FROM account")) == [("ada@example.com",), ("ben@example.com",)]
    done = shell.flask("user", "confirm", "Ada.L@example.com", "--yes").out
    assert done == "Ada Lovelace (administrator) signs in with ada.l@example.com, no longer with ada@example.com.\n"
    assert shell.flask("user", "confirm", "Ada.L@example.com").refusal.startswith("Nothing waits: Ada Lovelace")
    assert sorted(shell.rows("SELECT email FROM account")) == [("ada.l@example.com",), ("ben@example.com",)]
    file.write_bytes(csv_of(ADA.replace("ada@", "ada.l@"), BEN))
    for _ in range(2):
        shell.flask("people", "import", file, "--confirm-leavers")
        file.write_bytes(csv_of(ADA.replace("ada@", "ada.l@")))
        shell.flask("people", "import", file, "--confirm-leavers")
        file.write_bytes(csv_of(ADA.replace("ada@", "ada.l@"), BEN))
        shell.flask("people", "import", file)
        assert shell.rows("SELECT 1 FROM account WHERE returned_at IS NOT NULL") == [(1,)]
        said = shell.flask("user", "confirm", "ben@example.com").refusal
        assert said.startswith("With --yes, Ben Bitdiddle (auditor) can sign in again. Ask them")
        done = shell.flask("user", "confirm", "ben@example.com", "--yes").out
        assert done == "Ben Bitdiddle (auditor) can sign in again and signs in with ben@example.com.\n"
        assert shell.rows("SELECT 1 FROM account WHERE deactivated_at IS NOT NULL OR returned_at IS NOT NULL") == []


def test_delivering_at_a_terminal_shows_how_far_it_is_and_how_long_it_takes(shell: Shell) -> None:
    queue_message(shell, 60)
    reading, terminal = pty.openpty()
    with smtp_peer(seconds_per_message=0.03) as peer:
        command = [sys.executable, "-m", "flask", "deliver", "--until-empty"]
        settings = shell.environment(smtp_url=peer.url) | {"TERM": "xterm", "COLUMNS": "100"}
        ran = subprocess.run(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=terminal, check=True)
    os.close(terminal)
    said = os.read(reading, 65_536).decode()
    os.close(reading)
    assert ran.stdout == b"60 sent\n"
    assert re.search(r"Sending +\[#+-+\] +\d\d%  00:00:0\d", said), said
    assert "] 100%" in said.replace("  ", " ")
