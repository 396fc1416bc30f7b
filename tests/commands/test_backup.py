"""Everything in one file and back: between engines, while others write, and killed in the middle."""

import json
import signal
from pathlib import Path

import pytest
from commands.backups import DYING, empty, lines_of
from commands.shell import Shell

from engagement.db import Base

#: What a restore changes on purpose, and what is written of the restore itself.
CHANGED = {"job_line", "audit_entry", "set_aside", "account", "delivery", "occurrence", "commitment", "report_sending"}
#: Writes a backup as the command does, and kills itself.
KILLED = f"""{DYING}
from engagement.backup.writing import write_backup
with create_app().app_context():
    write_backup(Path(sys.argv[1]), die)
"""


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


def test_a_backup_that_is_killed_leaves_no_file_of_its_name(small: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(b"the backup of yesterday")
    assert small.script(KILLED, file).code == -signal.SIGKILL
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


def test_a_file_that_is_not_there_or_a_folder_that_takes_none_gets_a_sentence(shell: Shell, tmp_path: Path) -> None:
    assert shell.flask("restore", tmp_path / "none.zip").refusal == f"There is no file {tmp_path / 'none.zip'}."
    refused = shell.flask("backup", tmp_path / "no folder" / "backup.zip").refusal
    assert "can’t be written: No such file or directory" in refused
