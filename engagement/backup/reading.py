"""Reads a backup: checks the whole file against its checksums before using any of it."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engagement.backup.portable import FOLDER, FORMAT, MANIFEST, TYPES, Stored, row_of
from engagement.errors import BadInput
from engagement.words import listed, plural

#: The tables named in a summary, in this order; the others are one number.
TOLD = {
    "person": ("person", "people"),
    "account": ("sign-in", "sign-ins"),
    "programme": ("programme", "programmes"),
    "wave": ("wave", "waves"),
    "occurrence": ("message", "messages"),
    "delivery": ("delivery", "deliveries"),
    "concern": ("concern", "concerns"),
    "audit_entry": ("entry of the audit", "entries of the audit"),
}


@dataclass(frozen=True)
class Backup:
    """A backup that was read completely and is intact."""

    archive: zipfile.ZipFile
    made_at: datetime
    service: str
    revision: str
    tables: Mapping[str, Stored]

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table, each as values by column."""
        stored = self.tables[name]
        with self.archive.open(f"{FOLDER}{name}.jsonl") as member:
            for line in member:
                yield row_of(line, stored.columns)


def holds_words(rows: Mapping[str, int]) -> str:
    """Say what a backup holds: "640 people, 12 sign-ins and 31,002 rows in all"."""
    told = [plural(rows[name], *words) for name, words in TOLD.items() if rows.get(name)]
    return listed([*told, f"{sum(rows.values()):,} rows in all"])


@contextmanager
def opened_backup(path: Path) -> Iterator[Backup]:
    """Yield an intact backup. Raises BadInput for a file that is no backup, damaged, or of an unknown format."""
    with ExitStack() as stack:
        try:
            backup = _backup(stack.enter_context(zipfile.ZipFile(path)), path)
            _check(backup)
        except FileNotFoundError:
            raise BadInput(f"There is no file {path}.") from None
        except OSError as error:
            raise BadInput(f"{path} can’t be read: {error.strerror or error}.") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError):
            raise BadInput(
                f"{path} is no backup of this service, or it is broken or cut off. Nothing was changed. Use another one."
            ) from None
        yield backup


def _backup(archive: zipfile.ZipFile, path: Path) -> Backup:
    found = json.loads(archive.read(MANIFEST))
    if found["format"] > FORMAT:
        raise BadInput(
            f"{path} was made by a newer version of the service ({found['service']}). Restore it with that version."
        )
    tables = {name: Stored(each["columns"], each["rows"], each["sha256"]) for name, each in found["tables"].items()}
    return Backup(archive, datetime.fromisoformat(found["made_at"]), found["service"], found["revision"], tables)


def _check(backup: Backup) -> None:
    for name, stored in backup.tables.items():
        if not set(stored.columns.values()) <= TYPES.keys():
            raise ValueError("a kind of value is not known")
        checksum, rows = hashlib.sha256(), 0
        with backup.archive.open(f"{FOLDER}{name}.jsonl") as member:
            for line in member:
                checksum.update(line)
                rows += 1
        if (checksum.hexdigest(), rows) != (stored.sha256, stored.rows):
            raise ValueError("a table is not as it was written")
