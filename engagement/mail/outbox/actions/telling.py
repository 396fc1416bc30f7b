"""How a connection fares, told to whoever looks at the pages: its pace, and what keeps it from sending."""

import time
from datetime import timedelta

from sqlalchemy import Connection, delete, text

from engagement import clock
from engagement.db import insert_new
from engagement.mail.outbox.models import MailWorker

#: Seconds between two times that a connection says how it fares, while it sends or fails, and while it rests.
TOLD_EVERY, TOLD_AT_REST = 5.0, 30.0
#: Who was not heard of for longer has ended.
FORGOTTEN_AFTER = timedelta(minutes=10)


class Telling:
    """Says every few seconds how a connection fares; `worker` is its name."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._told_at = 0.0
        self._total = 0
        self._was_busy = self._had_trouble = False

    def tell(self, connection: Connection, total: int, trouble: str | None) -> None:
        """Say how many messages there were in all so far, if it is time to. Commits."""
        present = time.monotonic()
        passed = present - self._told_at
        rests = total == self._total and not trouble and not self._had_trouble
        if self._told_at and passed < (TOLD_AT_REST if rests and not self._was_busy else TOLD_EVERY):
            return
        self._was_busy, self._had_trouble = total != self._total, bool(trouble)
        per_second = (total - self._total) / passed if self._told_at else 0.0
        self._told_at, self._total = present, total
        facts = {"seen_at": clock.now(), "per_second": per_second, "trouble": trouble[:300] if trouble else None}
        if connection.dialect.name == "postgresql":
            # Nobody has to wait for the disk because of this.
            connection.execute(text("SET LOCAL synchronous_commit TO off"))
        row = insert_new(MailWorker).values(name=self._worker, **facts)
        connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=facts))
        connection.execute(delete(MailWorker).where(MailWorker.seen_at < clock.now() - FORGOTTEN_AFTER))
        connection.commit()
