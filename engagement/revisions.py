"""Which migrations the service knows and which one a database has; the library that runs them is left to commands."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def known_revisions() -> list[str]:
    """Return the numbers of the migrations that this version of the service knows, the newest first."""
    numbers = (file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))
    return sorted(numbers, reverse=True)


def revision_of(connection: Connection) -> str | None:
    """Return the number of the newest migration that a database has, None before the first one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
