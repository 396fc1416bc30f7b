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
        self._counted_at = 0.0
        self._total = 0
        self._was_busy = self._had_trouble = False

    def tell(self, connection: Connection, total: int, trouble: str | None) -> None:
        """Say how many messages there were in all so far, if it is time to. Commits."""
        present = time.monotonic()
        passed = present - max(self._told_at, self._counted_at)
        is_busy = total != self._total
        rests = not (is_busy or self._was_busy or trouble or self._had_trouble)
        if is_busy and not self._was_busy:
            # Its pace counts from here: it rested before.
            self._counted_at, self._total, self._was_busy = present, total, True
            if self._told_at:
                return
        if self._told_at and passed < (TOLD_AT_REST if rests else TOLD_EVERY):
            return
        per_second = (total - self._total) / (present - self._counted_at) if total != self._total else 0.0
        self._was_busy, self._had_trouble = is_busy, bool(trouble)
        self._told_at, self._counted_at, self._total = present, present, total
        facts = {"seen_at": clock.now(), "per_second": per_second, "trouble": trouble[:300] if trouble else None}
        _without_waiting_for_the_disk(connection)
        row = insert_new(MailWorker).values(name=self._worker, **facts)
        connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=facts))
        connection.execute(delete(MailWorker).where(MailWorker.seen_at < clock.now() - FORGOTTEN_AFTER))
        connection.commit()

    def leave(self, connection: Connection) -> None:
        """Say that it ended. Commits."""
        _without_waiting_for_the_disk(connection)
        connection.execute(delete(MailWorker).where(MailWorker.name == self._worker))
        connection.commit()


def _without_waiting_for_the_disk(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL synchronous_commit TO off"))
