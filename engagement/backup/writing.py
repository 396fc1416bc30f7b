"""Writes a backup: every table as it is at one instant, while others go on writing."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from engagement import VERSION, clock
from engagement.backup.portable import FOLDER, FORMAT, MANIFEST, columns_of, kind_of, line_of
from engagement.db import Base, db
from engagement.engines import reads_only
from engagement.errors import BadInput
from engagement.revisions import revision_of

AT_ONCE = 1_000
#: Tables that a job empties and fills again. On PostgreSQL TRUNCATE would make them look empty to this transaction.
REWRITTEN = ("concern_letter", "impact_voice", "sign_in_day", "known_place")
Progress = Callable[[str, float], None]


def write_backup(path: Path, progress: Progress) -> dict[str, int]:
    """Write everything into a file that only the service's user may read; return the number of rows of each table.

    The file gets its name when it is complete; a killed process leaves a file that ends in `.part`. Raises BadInput
    when the file can't be written or the database isn't migrated.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                held = _write_all(archive, progress)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(
            f"{path} can’t be written: {error.strerror}. Name a file in a folder that you may write to."
        ) from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return held


def _write_all(archive: zipfile.ZipFile, progress: Progress) -> dict[str, int]:
    reads_only.set(True)
    made_at = clock.now()
    tables: dict[str, dict[str, Any]] = {}
    level = "REPEATABLE READ" if db.engine.dialect.name == "postgresql" else "SERIALIZABLE"
    with db.engine.connect().execution_options(isolation_level=level) as connection:
        if connection.dialect.name == "postgresql":
            # Before the first statement that reads, which fixes the instant of the backup.
            connection.execute(text(f"LOCK TABLE {', '.join(REWRITTEN)} IN ACCESS SHARE MODE"))
        revision = revision_of(connection)
        total = sum(_count(connection, table) for table in _tables())
        for table in _tables():
            done = sum(each["rows"] for each in tables.values())
            progress(table.name, done / max(total, 1))
            tables[table.name] = _write(archive, connection, table)
    manifest = {
        "format": FORMAT,
        "service": VERSION,
        "revision": revision,
        "made_at": made_at.isoformat(),
        "database": db.engine.dialect.name,
        "tables": tables,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return {name: each["rows"] for name, each in tables.items()}


def _tables() -> list[Table]:
    # Any order will do: references are checked when all rows are there.
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def _count(connection: Connection, table: Table) -> int:
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def _write(archive: zipfile.ZipFile, connection: Connection, table: Table) -> dict[str, Any]:
    checksum, rows = hashlib.sha256(), 0
    found = connection.execution_options(stream_results=True).execute(
        select(*columns_of(table)).order_by(*table.primary_key.columns)
    )
    with archive.open(f"{FOLDER}{table.name}.jsonl", "w", force_zip64=True) as member:
        for row in found.yield_per(AT_ONCE):
            line = line_of(row)
            checksum.update(line)
            member.write(line)
            rows += 1
    return {
        "columns": {each.name: kind_of(each) for each in table.columns},
        "rows": rows,
        "sha256": checksum.hexdigest(),
    }
