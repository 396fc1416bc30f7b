"""Restoring a backup: what waits afterwards, what stands in its way, killed in the middle, and an older one."""

import json
import signal
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from commands.backups import DYING, empty
from commands.outbox_rows import everybody_once, queue_message, send_uncertain_again, states
from commands.shell import Shell
from mail.smtp_peer import smtp_peer

#: Restores as the command does, and kills itself.
KILLED = f"""{DYING}
from engagement.backup.reading import opened_backup
from engagement.backup.restoring import restore
with create_app().app_context(), opened_backup(Path(sys.argv[1])) as backup:
    restore(backup, die, force=False)
"""


def test_after_restoring_nothing_that_waited_or_is_due_goes_out_by_itself(lived_in: Shell, tmp_path: Path) -> None:
    lived_in.write("UPDATE delivery SET state = 'queued', reason = NULL WHERE id IN (1, 2)")
    lived_in.write("UPDATE delivery SET state = 'attempting', claimed_by = 'x' WHERE id = 3")
    (approved,), (draft,) = lived_in.rows("SELECT id FROM occurrence ORDER BY id LIMIT 2")
    for number, status in ((approved, "approved"), (draft, "draft")):
        lived_in.write(
            f"UPDATE occurrence SET status = '{status}', sends_at = '2026-01-05 09:00:00' WHERE id = {number}"
        )
    ahead = lived_in.rows("SELECT count(*) FROM occurrence WHERE sends_at > datetime('now')")
    asking = lived_in.rows(
        "SELECT count(*) FROM occurrence JOIN mailing ON mailing.id = mailing_id WHERE mailing.asks_confirmation "
        "AND queued_at > datetime('now', '-99 days')"
    )
    file = tmp_path / "backup.zip"
    assert lived_in.flask("backup", file).code == 0
    there = Shell(f"sqlite:///{tmp_path / 'there.db'}", tmp_path)
    assert there.flask("restore", file).code == 0
    assert there.rows("SELECT id, state, claimed_by FROM delivery WHERE id < 4 ORDER BY id") == [
        (number, "unknown", None) for number in (1, 2, 3)
    ]
    both = f"SELECT status FROM occurrence WHERE id IN ({approved}, {draft}) ORDER BY id"
    assert there.rows(both) == [("held",), ("missed",)]
    assert there.rows("SELECT count(*) FROM occurrence WHERE sends_at > datetime('now')") == ahead
    assert there.rows("SELECT count(*) FROM set_aside WHERE line = 'send-reminders'") == asking
    waiting = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'claimed', 'attempting', 'deferred')"
    due = "FROM commitment WHERE closed_at IS NULL AND due_on < date('now', '+10 days')"
    assert there.rows(f"SELECT count(*) {due}") != [(0,)]
    assert there.rows(f"SELECT count(*) {due} AND reminded_for IS NULL") == [(0,)]
    for job in ("settle-deliveries", "queue-occurrences", "remind-of-promises", "send-reminders"):
        assert there.flask("run-job", job).code == 0 or job == "send-reminders"
        if job != "send-reminders":
            assert there.rows(waiting) == [(0,)], job


def test_a_database_that_holds_something_is_replaced_only_with_force(small: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert small.flask("backup", file).code == 0
    small.write("UPDATE job_line SET started_at = '2026-01-01 00:00:00'")
    small.write("UPDATE person SET name = 'Changed Since' WHERE id = 1")
    refused = small.flask("restore", file)
    assert refused.refusal.startswith("The database is not empty: it holds 12 people")
    assert small.rows("SELECT name FROM person WHERE id = 1") == [("Changed Since",)]
    looked = small.flask("restore", file, "--dry-run")
    assert (looked.code, "12 people" in looked.out) == (0, True)
    assert small.rows("SELECT name FROM person WHERE id = 1") == [("Changed Since",)]
    assert small.flask("restore", file, "--force").code == 0
    assert small.rows("SELECT count(*) FROM person WHERE name = 'Changed Since'") == [(0,)]
    # The guards of the audit stand again.
    with pytest.raises(Exception, match="only added"):
        small.write("DELETE FROM audit_entry")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_restore_that_is_killed_leaves_nothing_and_can_be_done_again_twice(
    file: Path, tmp_path: Path, postgresql_url: str, engine: str
) -> None:
    there = empty(tmp_path, postgresql_url, engine, f"killed_{engine}")
    assert there.flask("db", "upgrade").code == 0
    for _ in range(2):
        assert there.script(KILLED, file).code == -signal.SIGKILL
        assert there.rows("SELECT count(*) FROM person") == [(0,)]
        assert there.rows("SELECT count(*) FROM audit_entry") == [(0,)]
    for force in ((), ("--force",)):
        assert there.flask("restore", file, *force).code == 0
        assert there.rows("SELECT count(*) FROM person") == [(12,)]
        if engine == "postgresql":
            # It knows at once what it holds; otherwise the first counts take minutes.
            assert there.rows("SELECT reltuples FROM pg_class WHERE relname = 'person'") == [(12,)]


def test_a_database_in_which_only_jobs_have_run_is_empty(small: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert small.flask("backup", file).code == 0
    other = Shell(f"sqlite:///{tmp_path / 'other.db'}", tmp_path)
    assert other.flask("db", "upgrade").code == 0
    assert other.flask("run-job", "settle-counts").code == 0
    assert other.rows("SELECT count(*) FROM tally_day") == [(1,)]
    assert other.flask("restore", file).code == 0


def test_whoever_was_erased_since_the_backup_is_named_by_number(small: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert small.flask("backup", file).code == 0
    code = """
from engagement.app import create_app
from engagement.audit import COMMAND_LINE
from engagement.db import db
from engagement.people.models import Person
from engagement.attention.queries.holding import held_by
from engagement.privacy.actions.erasing import erase_person
from sqlalchemy import select
with create_app().app_context():
    free = (each for each in db.session.scalars(select(Person).order_by(Person.id)) if not held_by(each))
    first, second = next(free), next(free)
    erase_person(first, by=COMMAND_LINE)
    db.session.commit()
    erase_person(second, by=COMMAND_LINE)
    db.session.rollback()
    print(first.id, second.id)
"""
    done = small.script(code)
    first, second = done.out.split()
    name = small.rows(f"SELECT name FROM person WHERE id = {first}")
    assert name == [("Erased person",)]
    journal = (small.folder / "instance" / "erasures.jsonl").read_text()
    assert journal.count("\n") == 1
    assert "@" not in journal
    assert set(json.loads(journal)) == {"at", "kind", "id", "keys"}
    restored = small.flask("restore", file, "--force")
    assert restored.code == 0, restored
    assert f"and back through this restore: person {first}. Erase again at /people/{first}/erasure" in restored.out
    assert f"person {second}." not in restored.out
    elsewhere = Shell(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path)
    assert "Nobody can tell who was erased after the backup" in elsewhere.flask("restore", file).out


def test_an_older_backup_is_restored_at_its_own_migration_and_then_upgraded(tmp_path: Path) -> None:
    old = Shell(f"sqlite:///{tmp_path / 'old.db'}", tmp_path)
    assert old.flask("db", "upgrade").code == 0
    file = tmp_path / "backup.zip"
    assert old.flask("user", "create", "ada@example.com", "--name", "Ada", "--role", "auditor").code == 0
    assert old.flask("backup", file).code == 0
    # As it was made before there was anything to leave alone.
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    manifest["revision"] = "0013"
    for name in set(manifest["tables"]) - tables_at(tmp_path, "0013"):
        del manifest["tables"][name], members[f"tables/{name}.jsonl"]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (members | {"manifest.json": json.dumps(manifest).encode()}).items():
            archive.writestr(name, content)
    refused = old.flask("restore", file, "--force").refusal
    assert refused.startswith("The backup was made at migration 0013, and this database is at ")
    there = Shell(f"sqlite:///{tmp_path / 'there.db'}", tmp_path)
    assert there.flask("restore", file).code == 0
    assert there.rows("SELECT email FROM account") == [("ada@example.com",)]
    assert there.rows("SELECT version_num FROM alembic_version") == old.rows("SELECT version_num FROM alembic_version")


def tables_at(tmp_path: Path, revision: str) -> set[str]:
    shell = Shell(f"sqlite:///{tmp_path / f'at{revision}.db'}", tmp_path)
    assert shell.flask("db", "upgrade", revision).code == 0
    return {str(name) for (name,) in shell.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_service_that_runs_keeps_its_database(small: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with small.serving():
        assert small.flask("backup", file).code == 0
        until = time.monotonic() + 15
        while time.monotonic() < until and not small.rows(
            "SELECT 1 FROM job_line WHERE started_at > datetime('now','-1 minute')"
        ):
            time.sleep(0.2)
        refused = small.flask("restore", file, "--force").refusal
    assert refused == "The service runs on this database. End it (flask serve, scheduler and worker), then restore."
    assert file.exists()


def test_going_back_is_refused_with_the_way_to_do_it(shell: Shell) -> None:
    for more in ((), ("0012",), ("--sql", "base")):
        refused = shell.flask("db", "downgrade", *more).refusal
        assert refused.startswith("A database is not turned back")
        assert "flask restore FILE" in refused
    assert shell.rows("SELECT count(*) FROM set_aside") == [(0,)]


def test_what_went_out_after_the_backup_is_repeated_only_by_a_person_and_as_the_same_message(
    shell: Shell, tmp_path: Path
) -> None:
    queue_message(shell, 20)
    with smtp_peer() as peer:
        peer.on_message = lambda _: "421 4.3.2 Shutting down" if len(peer.messages) == 8 else None
        assert shell.flask("deliver", "--until-empty", smtp_url=peer.url).code == 2
        file = tmp_path / "backup.zip"
        assert shell.flask("backup", file).code == 0
        peer.on_message = lambda _: None
        shell.write("UPDATE delivery SET due_at = '2020-01-01 00:00:00'")
        assert shell.flask("deliver", "--until-empty", smtp_url=peer.url).out == "12 sent\n"
        assert Counter(peer.recipients) == everybody_once(20)
        there = Shell(f"sqlite:///{tmp_path / 'there.db'}", tmp_path)
        assert there.flask("restore", file).code == 0
        assert states(there) == {"sent": 8, "unknown": 12}
        assert there.flask("deliver", "--until-empty", smtp_url=peer.url).out == "Nothing was due.\n"
        assert send_uncertain_again(there) == 12
        assert there.flask("deliver", "--until-empty", smtp_url=peer.url).out == "12 sent\n"
        assert len(peer.messages) == 32
        ids = {(received.recipient, received.message["Message-ID"]) for received in peer.messages}
        # A mailbox that has the first copy knows the second one by it.
        assert len(ids) == 20
