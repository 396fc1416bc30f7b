"""Bad input to a command: exit 2, one sentence on standard error that says what to do, and nothing written."""

import re
import socket
from pathlib import Path

import pytest
from commands.shell import Shell, free_port
from mail.smtp_peer import smtp_peer

NEEDS_DATABASE = [
    ("serve",), ("scheduler",), ("worker",), ("run-job", "settle-directory"), ("jobs",), ("deliver", "--until-empty"),
    ("send-test-mail", "ada@example.com"), ("demo", "load"), ("demo", "accounts"), ("config", "check"),
    ("user", "create", "ada@example.com", "--name", "Ada Lovelace", "--role", "sponsor"),
]  # fmt: skip
UPGRADE = "The database is not migrated. Run: flask db upgrade"


@pytest.mark.parametrize("command", NEEDS_DATABASE, ids=" ".join)
def test_a_database_that_is_not_migrated_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    shell = Shell(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)
    assert shell.flask(*command).refusal == UPGRADE
    assert shell.contents() == ["BEGIN TRANSACTION;", "COMMIT;"]


def test_an_import_into_a_database_that_is_not_migrated_is_refused(tmp_path: Path) -> None:
    shell = Shell(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)
    file = tmp_path / "people.csv"
    file.write_text("employee_id,email,name\n1,ada@example.com,Ada Lovelace\n", encoding="utf-8")
    assert shell.flask("people", "import", file).refusal == UPGRADE


@pytest.mark.parametrize("command", [("jobs",), ("db", "upgrade"), ("serve",), ("config", "check")])
def test_a_postgresql_that_nobody_can_reach_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    port = free_port()
    shell = Shell(f"postgresql://nobody:secret@127.0.0.1:{port}/none", tmp_path)
    refusal = shell.flask(*command).refusal
    assert re.fullmatch(
        rf"The database( \(postgresql\))? can’t be used: .*port {port} failed: Connection refused\. "
        r"Check ENGAGEMENT_DATABASE_URL\.",
        refusal,
    )
    assert "secret" not in refusal


@pytest.mark.parametrize("command", [("jobs",), ("db", "upgrade")])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "engagement.db"
    file.write_text("These are my notes.", encoding="utf-8")
    refusal = Shell(f"sqlite:///{file}", tmp_path).flask(*command).refusal
    assert "file is not a database" in refusal
    assert file.read_text(encoding="utf-8") == "These are my notes."


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"timezone": "Mars/Olympus"}, "ENGAGEMENT_TIMEZONE: “Mars/Olympus” is not an IANA time zone; use a name such as Europe/London."),
        ({"env": "staging"}, "ENGAGEMENT_ENV: “staging” is not one of these: development or production."),
        ({"database_url": "mysql://host/x"}, "ENGAGEMENT_DATABASE_URL: use postgresql://user:password@host/database, or sqlite:///file.db."),
        ({"database_url": "postgresql://host:many/x"}, "ENGAGEMENT_DATABASE_URL: the port after the host has to be a number from 0 to 65535."),
        ({"smtp_url": "smtp://mail.example.com:many"}, "ENGAGEMENT_SMTP_URL: the port after the host has to be a number from 0 to 65535."),
        ({"mail_from": "The programme office"}, "ENGAGEMENT_MAIL_FROM: “The programme office” is not a sender; write it as Engagement <engagement@example.com>."),
        ({"holidays": "ZZ"}, "ENGAGEMENT_HOLIDAYS: the holidays of “ZZ” are not known; use a code such as GB, GB-ENG or DE."),
        ({"language": "High Valyrian"}, "ENGAGEMENT_LANGUAGE: “High Valyrian” is not a language; use a tag such as en or pt-BR."),
        ({"mail_connections": "0"}, "ENGAGEMENT_MAIL_CONNECTIONS: 0 is too small; use 1 or more."),
        ({"anonymity_floor": "2"}, "ENGAGEMENT_ANONYMITY_FLOOR: 2 is too small; use 3 or more."),
        ({"secret_key_file": "/nowhere/key"}, "ENGAGEMENT_SECRET_KEY_FILE names /nowhere/key, which cannot be read: No such file or directory."),
        ({"instance_path": "/proc/none"}, "ENGAGEMENT_INSTANCE_PATH: /proc/none can’t be made: No such file or directory."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_setting_that_makes_no_sense_stops_every_command(
    shell: Shell, settings: dict[str, str], sentence: str
) -> None:
    assert shell.flask("config", "check", **settings).refusal == sentence


def test_a_secret_file_that_is_not_text_is_named(shell: Shell) -> None:
    file = shell.folder / "key"
    file.write_bytes(b"\x87\xff" * 20)
    refusal = shell.flask("jobs", secret_key_file=str(file)).refusal
    assert refusal == f"ENGAGEMENT_SECRET_KEY_FILE names {file}, which is not text in UTF-8."


def test_a_port_that_is_taken_is_named(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refusal = shell.flask("serve", "--port", str(port)).refusal
        mailbox = shell.flask("serve", "--port", str(free_port()), mailbox_port=str(port)).refusal
    assert refusal == (
        f"Port {port} on 127.0.0.1 can’t be used: Address already in use. "
        f"Choose another one, for example with --port {port + 1}."
    )
    assert mailbox == (
        f"Port {port} for the built-in mailbox can’t be used: Address already in use. "
        "Choose another one with ENGAGEMENT_MAILBOX_PORT, or leave it out."
    )


def test_a_host_that_is_not_this_machine_is_named(shell: Shell) -> None:
    refusal = shell.flask("serve", "--host", "300.1.1.1").refusal
    assert refusal == "“300.1.1.1” is not an address of this machine. Choose one with --host, such as 0.0.0.0."


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("serve", "--port", "99999"), "99999 is not in the range 1<=x<=65535"),
        (("worker", "--connections", "0"), "0 is not in the range 1<=x<=50"),
        (("deliver",), "Missing option '--until-empty'"),
        (("user", "create", "ada@example.com", "--name", "Ada", "--role", "king"), "'king' is not one of"),
    ],
)
def test_a_wrong_option_is_explained_with_the_usage(shell: Shell, command: tuple[str, ...], words: str) -> None:
    ended = shell.flask(*command)
    assert ended.code == 2
    assert ended.err.startswith("Usage: flask ")
    assert words in ended.err.splitlines()[-1]


def test_an_unknown_job_is_answered_with_the_known_ones(shell: Shell) -> None:
    before = shell.contents()
    refusal = shell.flask("run-job", "settle-everything").refusal
    assert refusal.startswith("There is no job “settle-everything”. The jobs are: settle-directory, settle-counts, ")
    assert shell.contents() == before


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("ada at home", "--name", "Ada"), "", "“ada at home” is not an e-mail address."),
        (("ada@example.com", "--name", " "), "", "A sign-in needs a name."),
        (("ada@example.com", "--name", "Ada", "--password-stdin"), "short\n", "Use at least 12 characters. A few words in a row work well."),
        (("ada@example.com", "--name", "Ada", "--password-stdin"), "", "Use at least 12 characters. A few words in a row work well."),
    ],
)  # fmt: skip
def test_a_sign_in_that_cannot_be_made_leaves_nothing(
    shell: Shell, arguments: tuple[str, ...], typed: str, sentence: str
) -> None:
    before = shell.contents()
    assert shell.flask("user", "create", *arguments, "--role", "sponsor", typed=typed.encode()).refusal == sentence
    assert shell.contents() == before


def test_a_taken_address_is_named_and_the_sign_in_stays_as_it_was(shell: Shell) -> None:
    made = shell.flask("user", "create", "ada@example.com", "--name", "Ada Lovelace", "--role", "administrator")
    assert made.code == 0
    before = shell.contents()
    again = shell.flask("user", "create", "ADA@example.com", "--name", "Somebody", "--role", "sponsor")
    assert again.refusal == "ada@example.com has a sign-in already."
    assert shell.contents() == before


def test_the_demonstration_is_loaded_into_an_empty_database_only(shell: Shell) -> None:
    assert shell.flask("demo", "accounts").refusal == "The demonstration programme is not loaded. Run: flask demo load"
    shell.flask("user", "create", "ada@example.com", "--name", "Ada Lovelace", "--role", "administrator")
    before = shell.contents()
    refusal = shell.flask("demo", "load").refusal
    assert refusal == "The database is not empty. The demonstration programme is loaded into an empty one only."
    assert (shell.flask("demo", "load", "--if-empty").code, shell.contents()) == (0, before)


def test_production_refuses_the_demonstration(shell: Shell) -> None:
    production = {
        "env": "production",
        "secret_key": "0123456789abcdefghijklmnopqrstuvwxyz",
        "base_url": "https://engagement.example.com",
        "smtp_url": "smtp://127.0.0.1:25",
    }
    before = shell.contents()
    refusal = shell.flask("demo", "load", **production).refusal
    assert refusal == "The demonstration accounts are refused in production (ENGAGEMENT_ENV=production)."
    assert shell.contents() == before


def test_production_refuses_to_start_on_the_demonstration(shell: Shell) -> None:
    production = {
        "env": "production",
        "secret_key": "0123456789abcdefghijklmnopqrstuvwxyz",
        "base_url": "https://engagement.example.com",
        "smtp_url": "smtp://127.0.0.1:25",
    }
    shell.flask("user", "create", "manager@example.com", "--name", "Ines Okafor", "--role", "administrator")
    shell.write("UPDATE account SET is_demonstration = (1 = 1)")
    said = (
        "This database holds the demonstration and its accounts, which are refused in production. Give "
        "ENGAGEMENT_DATABASE_URL an empty database."
    )
    for command in (("serve", "--port", str(free_port())), ("scheduler",), ("worker",), ("config", "check")):
        answer = shell.flask(*command, **production)
        assert (answer.code, answer.refusal) == (2, said)


def test_a_test_mail_that_is_not_accepted_says_in_whose_words(shell: Shell) -> None:
    address = shell.flask("send-test-mail", "ada at home").refusal
    assert address == "“ada at home” is not an e-mail address that mail can be sent to."
    port = free_port()
    dead = shell.flask("send-test-mail", "ada@example.com", smtp_url=f"smtp://127.0.0.1:{port}").refusal
    assert dead == (
        "The test message to ada@example.com was not accepted. The mail server could not be reached. "
        "[Errno 111] Connection refused"
    )
    with smtp_peer(on_recipient=lambda _: "550 5.7.1 Relaying denied") as peer:
        refused = shell.flask("send-test-mail", "ada@example.com", smtp_url=peer.url).refusal
    assert refused == "The test message to ada@example.com was not accepted. 550 5.7.1 Relaying denied"


def test_a_dead_mail_server_is_found_by_the_check(shell: Shell) -> None:
    port = free_port()
    refusal = shell.flask("config", "check", smtp_url=f"smtp://127.0.0.1:{port}").refusal
    assert refusal == (
        f"The mail server 127.0.0.1:{port} can’t be used: [Errno 111] Connection refused. Check ENGAGEMENT_SMTP_URL."
    )


def test_delivery_that_meets_a_dead_server_says_so_and_keeps_everything(shell: Shell) -> None:
    shell.write(
        "INSERT INTO mailing (kind, subject, text, html, sender_name, is_required, built_at) "
        "VALUES ('notice', 'Hello', 'Hello', '<p>Hello</p>', '', true, '2026-01-01 08:00:00')"
    )
    shell.write(
        "INSERT INTO delivery (mailing_id, address, name, filled, state, is_urgent, attempts, queued_at, due_at) "
        "VALUES (1, 'ada@example.com', 'Ada', '{}', 'queued', false, 0, '2026-01-01 08:00:00', '2026-01-01 08:00:00')"
    )
    ended = shell.flask("deliver", "--until-empty", smtp_url=f"smtp://127.0.0.1:{free_port()}")
    assert ended.out == "1 trying again\n"
    assert ended.refusal == (
        "The mail server takes nothing at the moment: [Errno 111] Connection refused. What was not sent waits."
    )
    [(state, attempts, reply)] = shell.rows("SELECT state, attempts, reply FROM delivery")
    assert (state, attempts, reply) == ("deferred", 0, "[Errno 111] Connection refused")
