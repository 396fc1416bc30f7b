"""What others on the machine may do with the service's files: nothing."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from engagement.app import create_app
from engagement.db import db
from engagement.engines import keep_private
from engagement.settings import Settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_hands():
    """As on machines where new files are readable by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def opened(folder: Path, url: str = "") -> None:
    app = create_app(Settings(_env_file=None, database_url=url, instance_path=str(folder)))
    with app.app_context():
        db.session.execute(text("CREATE TABLE IF NOT EXISTS kept (words TEXT)"))
        db.session.execute(text("INSERT INTO kept VALUES ('a secret of somebody')"))
        db.session.commit()
        names = [
            name for name in ("engagement.db", "engagement.db-wal", "engagement.db-shm") if (folder / name).exists()
        ]
        assert {name: mode(folder / name) for name in names} == dict.fromkeys(names, 0o600)
        assert db.session.scalar(text("PRAGMA secure_delete")) == 1
        db.session.execute(text("DELETE FROM kept"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    with sqlite3.connect(folder / "engagement.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.usefixtures("open_hands")
def test_a_new_instance_is_closed_to_others(tmp_path: Path):
    opened(tmp_path / "new" / "instance")
    assert mode(tmp_path / "new" / "instance") == 0o700
    assert mode(tmp_path / "new" / "instance" / "secret_key") == 0o600


@pytest.mark.usefixtures("open_hands")
def test_an_old_one_is_closed_and_what_was_deleted_is_gone(tmp_path: Path):
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o755)
    with sqlite3.connect(folder / "engagement.db") as connection:
        connection.execute("CREATE TABLE before (id INTEGER)")
    assert mode(folder / "engagement.db") & 0o077
    opened(folder)
    assert mode(folder) == 0o700
    assert b"a secret of somebody" not in (folder / "engagement.db").read_bytes()


@pytest.mark.usefixtures("open_hands")
def test_a_database_elsewhere_is_closed_and_its_folder_left(tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    app = create_app(
        Settings(_env_file=None, database_url=f"sqlite:///{elsewhere / 'other.db'}", instance_path=str(tmp_path / "i"))
    )
    with app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.remove()
        db.engine.dispose()
    assert (mode(elsewhere), mode(elsewhere / "other.db")) == (0o755, 0o600)


def test_a_folder_that_all_share_is_left_as_it_is(tmp_path: Path):
    tmp_path.chmod(0o1777)
    keep_private(tmp_path, 0o700)
    assert mode(tmp_path) == 0o1777
    keep_private(tmp_path / "missing", 0o600)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    keep_private(closed, 0o700)
    assert mode(closed) == 0o500
