"""What one connection has claimed and not settled yet: written in batches, and kept until it is written, whatever fails."""

import time

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.db import db
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.claiming import RENEW_EVERY, Claimed
from engagement.mail.outbox.actions.one_by_one import OF_ONE_ROW, claim_each, record_each, something_is_set_aside
from engagement.mail.outbox.actions.recording import record
from engagement.mail.outbox.rules import Settled, untouched
from engagement.set_aside import is_database_away

#: Outcomes wait so many seconds for others to be written with; they are written within 0.05, and looked after every 0.01.
WRITTEN_WITHIN = 0.035
#: So many seconds a connection believes that nothing is set aside, or that something is.
ASKED_EVERY = 5.0


class Ledger:
    """The claims of one worker, a name that no other has. It has a database connection of its own while there is something to send.

    A failed write is raised. What could not be written is written before anything else is claimed.
    """

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._connection: Connection | None = None
        self._unwritten: list[Settled] = []
        self._unwritten_since = 0.0
        self._renewed_at = 0.0
        self._is_mine = True
        self._open: dict[int, Claimed] = {}
        #: Whether any delivery is set aside, and when that was asked last.
        self._passes_over = False
        self._asked_at = 0.0
        #: A claim failed, perhaps only after it was committed: nothing of such a window was handed over.
        self._is_unsure = False

    @property
    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = db.engine.connect()
        return self._connection

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is open; none is while the mail server is spoken to."""
        return self._connection is not None and self._connection.in_transaction()

    def put_back(self) -> None:
        """Give the database connection back; whatever was not committed on it is undone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def claim(self, size: int) -> list[Claimed]:
        """Write what is known, and claim the next window in the same transaction. Commits."""
        if time.monotonic() - self._asked_at >= ASKED_EVERY:
            self._passes_over, self._asked_at = something_is_set_aside(self.connection), time.monotonic()
        is_unsure, self._is_unsure = self._is_unsure, True
        try:
            record(self.connection, self.worker, self._unwritten)
            now = clock.now()
            if is_unsure and not self._open:
                claiming.give_back(self.connection, self.worker)
            window = claiming.claim_window(self.connection, self.worker, size, now, passes_over=self._passes_over)
            self.connection.commit()
        except OF_ONE_ROW as error:
            if is_database_away(error):
                raise
            self.connection.rollback()
            self.write()
            window = claim_each(self.connection, self.worker, size, clock.now())
            self._asked_at = 0.0
        self._unwritten, self._is_unsure = [], False
        if not self._open:
            self._renewed_at, self._is_mine = time.monotonic(), True
        self._open.update((row.id, row) for row in window if row.may_be_sent)
        return window

    def settle(self, row: Settled) -> None:
        """Note what became of a delivery; written with the next ones, or by `look_after`."""
        if not self._unwritten:
            self._unwritten_since = time.monotonic()
        self._unwritten.append(row)
        self._open.pop(row.id, None)

    @property
    def number_open(self) -> int:
        """How many are claimed and not settled yet."""
        return len(self._open)

    def leave_rest(self) -> None:
        """Note that nothing was handed over of what is still open: it waits again."""
        for row in list(self._open.values()):
            self.settle(untouched(row.id, row.attempts, row.due_at))

    def look_after(self) -> bool:
        """Write what has waited long enough, and say that this worker lives; return whether its claims are still its own."""
        present = time.monotonic()
        if self._unwritten and present - self._unwritten_since >= WRITTEN_WITHIN:
            self.write()
        if not self._open or present - self._renewed_at < RENEW_EVERY.total_seconds():
            return self._is_mine
        mine = claiming.renew_claims(self.connection, self.worker, clock.now())
        self.connection.commit()
        self._renewed_at = present
        self._is_mine = self._open.keys() <= mine
        return self._is_mine

    def write(self) -> None:
        """Write what is known now. Commits. What the database refuses of one delivery keeps no other from being written."""
        if not self._unwritten:
            return
        try:
            record(self.connection, self.worker, self._unwritten)
            self.connection.commit()
        except DBAPIError as error:
            if is_database_away(error):
                raise
            self.connection.rollback()
            record_each(self.connection, self.worker, self._unwritten)
            self._asked_at = 0.0
        self._unwritten = []
