"""Where backups are restored, what stands in them, and a script that dies while it makes or restores one."""

import zipfile
from pathlib import Path

from commands.shell import Shell
from sqlalchemy import create_engine, make_url, text

#: What kills its process when most is done.
DYING = """
import os, signal, sys
from pathlib import Path
from engagement.app import create_app

def die(_doing, share):
    if share > 0.8:
        os.kill(os.getpid(), signal.SIGKILL)
"""


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
