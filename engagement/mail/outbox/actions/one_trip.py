"""The outcomes that are known and the next claim, in one transaction; on PostgreSQL in one round trip instead of four."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection

from engagement.mail.outbox.actions.claiming import Claimed, claim_window, in_order, send_claim
from engagement.mail.outbox.actions.recording import record, send_recording
from engagement.mail.outbox.actions.statements import driver_of
from engagement.mail.outbox.rules import Settled


def record_and_claim(
    connection: Connection, worker: str, rows: Sequence[Settled], size: int, now: datetime, *, passes_over: bool
) -> list[Claimed]:
    """Write what became of deliveries, and claim up to `size` others. Commits."""
    if connection.dialect.name == "postgresql":
        # What fails together is done again one after the other, which says what it is and undoes it.
        with suppress(connection.dialect.loaded_dbapi.Error):
            return _in_one_trip(connection, worker, rows, size, now, passes_over=passes_over)
    record(connection, worker, rows)
    window = claim_window(connection, worker, size, now, passes_over=passes_over)
    connection.commit()
    return window


def _in_one_trip(
    connection: Connection, worker: str, rows: Sequence[Settled], size: int, now: datetime, *, passes_over: bool
) -> list[Claimed]:
    """Let the driver send everything before it waits: each trip costs a worker as much time as several messages."""
    driver = driver_of(connection)
    # A pipeline that commits by itself is one transaction without a BEGIN, for which the driver would wait.
    driver.autocommit = True
    try:
        with driver.pipeline():
            send_recording(connection, worker, rows)
            claimed = send_claim(connection, worker, size, now, passes_over=passes_over)
    finally:
        if not driver.closed:
            driver.autocommit = False
    return in_order(claimed.fetchall())
