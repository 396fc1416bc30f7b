"""Everything that the service keeps, as CSV files in one archive, so that an organisation can leave at any time."""

import csv
import io
import zipfile
from collections.abc import Iterator

from flask import Response
from sqlalchemy import Column, Table, select
from sqlalchemy.engine import Connection, Engine

from engagement import audit, clock
from engagement.accounts.scopes import rights
from engagement.cells import harmless
from engagement.db import Base, db
from engagement.engines import reads_only
from engagement.pages.admin import blueprint
from engagement.pages.frame import guard
from engagement.verbs import Verb

ROWS_AT_ONCE = 1_000
#: Left out: kept only to compare or count something, or for a day. Nobody else can use it, and some of it would open a door, or tell who
#: answered a question wrongly.
OF_THE_SERVICE = frozenset(
    "concern_letter enclosed_file impact_mark impact_voice job_line kept_form kept_upload known_place letterbox_round mail_domain_pace mail_pace mail_worker mailbox_message "
    "message_answer scope_answer set_aside sign_in_attempt sign_in_day staged_match staged_person staged_reference used_link".split()
)
#: Concerns and what was said about them: only for a reader of every concern.
OF_CONCERNS = frozenset(("concern", "concern_reply", "concern_response", "concern_step", "impact_sentence"))
SECRET = frozenset(
    "password_hash session_version receipt_hash submission fingerprint claimed_by claimed_until mail_token".split()
)
README = (
    "One file a table, with a header of its columns; times are in UTC. Columns that end in _id name a row of the table that they "
    "are called after.\nLeft out: passwords, codes of receipts, what somebody answered to a question, what the service keeps for itself or for a day{concerns}.\n"
    "To move the service to another machine use flask backup and flask restore.\n"
)


@blueprint.post("/admin/everything.zip")
def everything() -> Response:
    """Send everything as CSV files in one archive, written while it is sent; the audit records who took it."""
    reader = guard.reader()
    guard.allow_all(rights.administering(reader))
    with_concerns = rights.planning(reader).everything
    tables = [table for table in _tables() if with_concerns or table.name not in OF_CONCERNS]
    about = audit.Subject("database", "Everything")
    audit.record(Verb.EXPORTED_EVERYTHING, about, by=reader.actor, concerns=(None, "yes" if with_concerns else "no"))
    db.session.commit()
    left_out = "" if with_concerns else "; concerns and what was said about them, because you don’t read them here"
    # The archive is sent after the request is over, so what it needs of the request is read here.
    chunks = _archive_of(db.engine, tables, README.format(concerns=left_out))
    name = f"engagement-{clock.today(guard.settings().timezone):%Y-%m-%d}.zip"
    return Response(
        chunks, mimetype="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _tables() -> list[Table]:
    kept = (table for table in Base.metadata.tables.values() if table.name not in OF_THE_SERVICE)
    return sorted(kept, key=lambda table: table.name)


def _archive_of(engine: Engine, tables: list[Table], readme: str) -> Iterator[bytes]:
    """Yield the archive in parts; all of them show the database at the moment of the first."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else "SERIALIZABLE"
    with engine.connect().execution_options(isolation_level=level) as connection:
        # The transaction only reads, so no writer waits for it.
        as_before = reads_only.set(True)
        connection.begin()
        reads_only.reset(as_before)
        yield from _archive(connection, tables, readme)


class _Written(io.RawIOBase):
    """Holds what was written to the archive and not sent yet. It only goes forward, and an archive needs no more."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def _archive(connection: Connection, tables: list[Table], readme: str) -> Iterator[bytes]:
    written = _Written()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        for table in tables:
            columns = [each for each in table.columns if each.name not in SECRET]
            with archive.open(f"{table.name}.csv", "w", force_zip64=True) as member:
                for lines in _lines(connection, table, columns):
                    member.write(lines)
                    yield written.taken()
    yield written.taken()


def _lines(connection: Connection, table: Table, columns: list[Column[object]]) -> Iterator[bytes]:
    yield _csv([[each.name for each in columns]]).encode("utf-8-sig")
    rows = connection.execution_options(stream_results=True).execute(
        select(*columns).order_by(*table.primary_key.columns)
    )
    for part in rows.yield_per(ROWS_AT_ONCE).partitions():
        yield _csv([[harmless(cell) for cell in row] for row in part]).encode()


def _csv(rows: list[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
