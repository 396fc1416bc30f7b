"""Everything in one file and back: between engines, while others write, killed in the middle, broken, and what waits afterwards."""

import json
import shutil
import signal
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from commands.shell import Demonstration, Shell
from intake.companies import csv_of
from sqlalchemy import create_engine, make_url, text

from engagement.db import Base

#: What a restore changes on purpose, and what is written of the restore itself.
CHANGED = {"job_line", "audit_entry", "set_aside", "account", "delivery", "occurrence", "commitment"}


@pytest.fixture
def lived_in(tmp_path: Path, demonstration: Demonstration) -> Shell:
    """A shell over a copy of the demonstration."""
    folder = tmp_path / "lived in"
    folder.mkdir()
    (folder / "lived.db").write_bytes(demonstration.file.read_bytes())
    return Shell(f"sqlite:///{folder / 'lived.db'}", folder)


@pytest.fixture(scope="module")
def _small(_migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of twelve people and a sign-in, `small.db`, and a backup of it, `backup.zip`."""
    folder = tmp_path_factory.mktemp("small")
    with closing(sqlite3.connect(_migrated)) as source, closing(sqlite3.connect(folder / "small.db")) as target:
        source.backup(target)
    shell, file = Shell(f"sqlite:///{folder / 'small.db'}", folder), folder / "people.csv"
    file.write_bytes(csv_of(*(f"{n},person{n}@example.com,Person,Number{n},Operations,,user" for n in range(12))))
    for done in (
        shell.flask("people", "import", file),
        shell.flask("user", "create", "ada@example.com", "--name", "Ada", "--role", "auditor"),
        shell.flask("backup", folder / "backup.zip"),
    ):
        assert done.code == 0, done
    assert "12 people, 1 sign-in," in done.out
    shell.write("PRAGMA journal_mode=DELETE")
    return folder


@pytest.fixture
def small(_small: Path, tmp_path: Path) -> Shell:
    """A shell over a small database, where it doesn't matter how much is in it."""
    folder = tmp_path / "small"
    folder.mkdir()
    shutil.copy(_small / "small.db", folder)
    return Shell(f"sqlite:///{folder / 'small.db'}", folder)


@pytest.fixture
def file(_small: Path, tmp_path: Path) -> Path:
    """A backup of the small database, to be used or broken."""
    return shutil.copy(_small / "backup.zip", tmp_path / "backup.zip")


def empty(tmp_path: Path, postgresql_url: str, engine: str, name: str) -> Shell:
    """A shell over a database in which nothing is, not even tables."""
    folder = tmp_path / name
    folder.mkdir()
    if engine == "sqlite":
        return Shell(f"sqlite:///{folder / 'empty.db'}", folder)
    server = make_url(postgresql_url).set(drivername="postgresql+psycopg")
    with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS restored_{name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE restored_{name}"))
    return Shell(server.set(database=f"restored_{name}").render_as_string(hide_password=False), folder)


def lines_of(file: Path) -> dict[str, bytes]:
    """Every table of a backup as its lines."""
    with zipfile.ZipFile(file) as archive:
        return {
            name.removeprefix("tables/").removesuffix(".jsonl"): archive.read(name)
            for name in archive.namelist()
            if name.startswith("tables/")
        }


def values_of(lines: bytes) -> list[list[object]]:
    """The rows of a table, JSON within them as values: only the blanks in it may differ between engines."""

    def read(value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
        except ValueError:
            return value

    return [[read(value) for value in json.loads(line)] for line in lines.splitlines()]


def test_the_demonstration_goes_to_postgresql_and_back_without_a_difference(
    lived_in: Shell, tmp_path: Path, postgresql_url: str
) -> None:
    files = [tmp_path / f"{number}.zip" for number in range(3)]
    made = lived_in.flask("backup", files[0])
    assert made.code == 0, made
    assert "2,412 people, 7 sign-ins, 1 programme, 4 waves" in made.out
    assert files[0].stat().st_mode & 0o777 == 0o600
    for number, engine in ((1, "postgresql"), (2, "sqlite")):
        there = empty(tmp_path, postgresql_url, engine, f"to_{engine}")
        restored = there.flask("restore", files[number - 1])
        assert (restored.code, restored.err) == (0, ""), restored
        assert "Restored. What waited or came due since then is held" in restored.out
        assert there.flask("backup", files[number]).code == 0
        # Numbers go on after those that were given, and references are looked at again.
        made = there.flask("user", "create", f"new.{engine}@example.com", "--name", "New One", "--role", "auditor")
        assert made.code == 0, made
    before, between, after = map(lines_of, files)
    assert set(before) == set(Base.metadata.tables)
    for name in sorted(set(before) - CHANGED):
        assert values_of(before[name]) == values_of(between[name]) == values_of(after[name]), name
    for name in ("account", "delivery", "occurrence", "commitment"):
        assert len(before[name].splitlines()) == len(after[name].splitlines()), name


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


def broken(file: Path, how: str) -> None:
    whole = file.read_bytes()
    if how == "cut off":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "one byte":
        with zipfile.ZipFile(file) as archive:
            member = archive.getinfo("tables/person.jsonl")
        middle = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    elif how == "no zip":
        file.write_bytes(b"PK\x03\x04 is no backup")
    elif how == "empty":
        file.write_bytes(b"")
    else:
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(members["manifest.json"])
        if how == "a row less":
            rows = members["tables/person.jsonl"].splitlines(keepends=True)
            members["tables/person.jsonl"] = b"".join(rows[1:])
        elif how == "another value":
            members["tables/person.jsonl"] = members["tables/person.jsonl"].replace(b"a", b"b")
        elif how == "a table less":
            del members["tables/wave.jsonl"]
        elif how == "no manifest":
            del members["manifest.json"]
        elif how == "newer format":
            manifest["format"] = 99
        elif how == "newer migration":
            manifest["revision"] = "9999"
        if "manifest.json" in members:
            members["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        *((how, "it is broken or cut off") for how in ("cut off", "one byte", "no zip", "empty", "a row less")),
        *((how, "it is broken or cut off") for how in ("another value", "a table less", "no manifest")),
        *((how, "was made by a newer version of the service") for how in ("newer format", "newer migration")),
    ],
)
def test_a_broken_or_newer_file_changes_nothing(file: Path, tmp_path: Path, how: str, says: str) -> None:
    broken(file, how)
    there = Shell(f"sqlite:///{tmp_path / 'there.db'}", tmp_path)
    assert says in there.flask("restore", file).refusal
    assert there.rows("SELECT count(*) FROM sqlite_master") == [(0,)]
    assert says in there.flask("restore", file, "--force").refusal


def test_a_file_that_is_not_there_or_a_folder_that_takes_none_gets_a_sentence(shell: Shell, tmp_path: Path) -> None:
    assert shell.flask("restore", tmp_path / "none.zip").refusal == f"There is no file {tmp_path / 'none.zip'}."
    refused = shell.flask("backup", tmp_path / "no folder" / "backup.zip").refusal
    assert "can’t be written: No such file or directory" in refused


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


#: Restores as the command does, and kills itself when most is written.
KILLED = """
import os, signal, sys
from pathlib import Path
from engagement.app import create_app
from engagement.backup.reading import opened_backup
from engagement.backup.restoring import restore

def die(_doing, share):
    if share > 0.8:
        os.kill(os.getpid(), signal.SIGKILL)

with create_app().app_context(), opened_backup(Path(sys.argv[1])) as backup:
    restore(backup, die, force=False)
"""


def test_a_backup_that_is_killed_leaves_no_file_of_its_name(small: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(b"the backup of yesterday")
    code = KILLED.replace(
        "with create_app().app_context(), opened_backup(Path(sys.argv[1])) as backup:\n    restore(backup, die, force=False)",
        "from engagement.backup.writing import write_backup\nwith create_app().app_context():\n"
        "    write_backup(Path(sys.argv[1]), die)",
    )
    assert small.script(code, file).code == -signal.SIGKILL
    assert file.read_bytes() == b"the backup of yesterday"
    assert small.flask("backup", file).code == 0
    assert not file.with_name("backup.zip.part").exists()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_backup_is_of_one_instant_while_others_write(tmp_path: Path, postgresql_url: str, engine: str) -> None:
    there = empty(tmp_path, postgresql_url, engine, f"busy_{engine}")
    assert there.flask("db", "upgrade").code == 0
    pair = (
        "INSERT INTO programme (id, name, purpose, made_at) VALUES ({0}, 'P{0}', '', '2026-01-01 00:00:00'); "
        "INSERT INTO kept_upload (id, account_id, kind, filename, content, kept_at) VALUES ({0}, 1, 'people', 'f', '', '2026-01-01 00:00:00')"
    )
    made = there.flask("user", "create", "ada@example.com", "--name", "Ada", "--role", "auditor")
    assert made.code == 0
    code = f"""
import sys, time
from sqlalchemy import text
from engagement.app import create_app
from engagement.db import db
with create_app().app_context():
    for number in range(1, 400):
        for statement in {pair!r}.format(number).split("; "):
            db.session.execute(text(statement))
        db.session.commit()
        print(number, flush=True)
        time.sleep(0.005)
"""
    file = tmp_path / f"{engine}.zip"
    with there.running_script(code, says="\n5\n") as writer:
        assert there.flask("backup", file).code == 0
        is_still_writing = writer.process.exitcode is None
    written = {name: len(lines.splitlines()) for name, lines in lines_of(file).items()}
    assert written["programme"] == written["kept_upload"] >= 5
    assert is_still_writing


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
