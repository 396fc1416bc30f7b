"""Sending over one connection: claim a window, write its messages, hand them over, record what became of them.

A window's claim is committed before the mail server is spoken to, together with the outcomes of the window before. So a
process that dies leaves at most one window of each connection in doubt, and a database that refuses writes stops the sending.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

import structlog
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.errors import EngagementError
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.claiming import WINDOW, Claimed
from engagement.mail.outbox.actions.domains import Domains
from engagement.mail.outbox.actions.ledger import Ledger
from engagement.mail.outbox.actions.pace import TRY_AGAIN_AFTER, Pace, wait_unless
from engagement.mail.outbox.actions.telling import Telling
from engagement.mail.outbox.actions.writing import Lapsed, LinkFor, Writer
from engagement.mail.outbox.rules import MISSED_AFTER, PLAIN, SILENT, Counts, Leaving, put_off, refused, settled
from engagement.mail.rules import CUT_OFF, DeliveryState, Outcome
from engagement.mail.wire.actions.conversation import Parcel
from engagement.mail.wire.actions.transport import Transport
from engagement.set_aside import is_database_away, why_it_failed

log = structlog.get_logger("engagement.mail")
#: A window takes about so many seconds at most, so that what somebody waits for soon gets its turn.
WINDOW_SECONDS = 0.1
#: After so many seconds without an answer, the rest of a window is left to other connections.
PATIENCE = 5.0


class Courier:
    """Sending over one connection, inside an application context; not to be shared between threads.

    `worker` is a name that no other worker has. `stopping` is called between messages. `leaving` says whether
    messages are signed, and where they return to.
    """

    def __init__(
        self,
        transport: Transport,
        worker: str,
        link_for: LinkFor,
        mail_from: str,
        pace: Pace | None = None,
        stopping: Callable[[], bool] = lambda: False,
        leaving: Leaving = PLAIN,
    ) -> None:
        self.transport = transport
        self.pace = pace or Pace()
        self.stopping = stopping
        self.counts = Counts()
        self._writer = Writer(mail_from, link_for, leaving)
        self._ledger = Ledger(worker)
        self._telling = Telling(worker)
        self._domains = Domains(self.pace.per_domain)
        self._fits = WINDOW

    @property
    def is_writing(self) -> bool:
        """Whether a transaction of the database is open."""
        return self._ledger.is_writing

    def deliver_once(self) -> bool:
        """Claim a window and send it; return whether more may be due.

        Commits as `claiming` says. The outcomes are written with the next claim, or at once when nothing more may be
        due. A failed write is raised; an outcome that could not be written is written before anything else is sent.
        """
        try:
            there_is_more = self._deliver_window()
            self._telling.tell(self._ledger.connection, self.counts.total, self.counts.trouble)
            if not there_is_more:
                self._ledger.write()
                self._ledger.put_back()
            return there_is_more
        except BaseException:
            # What has no outcome by now was not handed over.
            self._ledger.leave_rest()
            self._ledger.put_back()
            raise

    def close(self) -> None:
        """End the conversation, and say that this connection has ended. What the database doesn't take now is in doubt later."""
        self.transport.close()
        try:
            self._ledger.write()
            self._telling.leave(self._ledger.connection)
        except DBAPIError as error:
            log.warning("ended while the database was away", exc_info=error)
        finally:
            self._ledger.put_back()

    def _deliver_window(self) -> bool:
        self.counts.trouble = None
        if self.stopping():
            return False
        turns: list[float] | None = None
        if self.pace.per_minute:
            self._ledger.write()
            if not claiming.something_is_due(self._ledger.connection, clock.now()):
                return False
            turns = self.pace.take_turns(self._ledger.connection, self._fits)
            wait_for = max(turns[0] - time.monotonic(), 0.0) if turns else TRY_AGAIN_AFTER
            if not wait_unless(self.stopping, wait_for) or not turns:
                return not self.stopping()
        window = self._ledger.claim(self._fits if turns is None else len(turns))
        if not window:
            return False
        rows, parcels = self._write_messages(self._without_held(window))
        if turns is None:
            self._send_window(rows, parcels)
        else:
            self._send_in_turn(rows, parcels, turns)
        return not self.counts.trouble and not self.stopping()

    def _without_held(self, window: Sequence[Claimed]) -> Sequence[Claimed]:
        """Put off what waits for its domain, and return the others."""
        held = self._domains.held(self._ledger.connection, window)
        for row in window:
            if row.id in held:
                self._ledger.settle(put_off(row.id, row.attempts, *held[row.id]))
        return [row for row in window if row.id not in held] if held else window

    def _write_messages(self, window: Sequence[Claimed]) -> tuple[list[Claimed], list[Parcel]]:
        """Write the messages of a window; one that can't be written is settled with its reason, and the next goes out."""
        rows, parcels = [], []
        for row in window:
            if not row.may_be_sent:
                self.counts.add(DeliveryState.SUPPRESSED)
                continue
            try:
                parcels.append(self._writer.written(row, self._ledger.connection))
                rows.append(row)
            except Exception as error:
                if is_database_away(error):
                    raise
                self._ledger.connection.rollback()
                if not isinstance(error, EngagementError):
                    log.exception("message not written", delivery=row.id)
                state = DeliveryState.SUPPRESSED if isinstance(error, Lapsed) else DeliveryState.BOUNCED
                self._ledger.settle(refused(row.id, row.attempts, row.due_at, state, why_it_failed(error)))
                self.counts.add(state)
        return rows, parcels

    def _send_window(self, rows: Sequence[Claimed], parcels: Sequence[Parcel]) -> None:
        began = time.monotonic()
        sent = self._send(rows, parcels)
        self._ledger.leave_rest()
        if sent:
            each = (time.monotonic() - began) / sent
            self._fits = max(1, min(WINDOW, int(WINDOW_SECONDS / each) if each else WINDOW))

    def _send_in_turn(self, rows: Sequence[Claimed], parcels: Sequence[Parcel], turns: Sequence[float]) -> None:
        """Send each message in its turn. When one is missed, the rest waits for others, and fewer are taken next time."""
        done = 0
        for row, parcel, turn in zip(rows, parcels, turns, strict=False):
            left = turn - time.monotonic()
            if left > 0:
                if left > MISSED_AFTER:
                    self._ledger.look_after()
                if not wait_unless(self.stopping, turn - time.monotonic()):
                    break
            elif -left > MISSED_AFTER and done:
                break
            if not self._send([row], [parcel]) or self.counts.trouble:
                break
            done += 1
        self._ledger.leave_rest()
        self._fits = min(WINDOW, self._fits * 2) if done == len(turns) else max(1, done)

    def _send(self, rows: Sequence[Claimed], parcels: Sequence[Parcel]) -> int:
        """Hand messages over and note their outcomes; return how many have one.

        Ends early when the mail server takes nothing, when told to stop, or when the claims were lost. If anything
        fails while a message is in the hands of the mail server, its outcome is unknown.
        """
        done, since = 0, time.monotonic()
        failure: DBAPIError | None = None
        in_hand: Claimed | None = rows[0] if rows else None
        try:
            with closing(self.transport.hand_over(parcels)) as saying:
                for place, outcome in saying:
                    if outcome is None:
                        failure = failure or self._meanwhile(rows[place], since)
                        continue
                    in_hand = None
                    self._note(rows[place], outcome)
                    done += 1
                    if failure is not None:
                        raise failure
                    since, is_mine = time.monotonic(), self._ledger.look_after()
                    if self.counts.trouble or not is_mine or self.stopping():
                        break
                    # Without another one the conversation is led to its end, which keeps the connection.
                    in_hand = rows[done] if done < len(rows) else None
                    if in_hand is not None and not self._ledger.holds(in_hand.id):
                        break
        except BaseException:
            if in_hand is not None:
                self._note(in_hand, Outcome(DeliveryState.UNKNOWN, reason=CUT_OFF))
            self._ledger.leave_rest()
            raise
        return done

    def _meanwhile(self, in_hand: Claimed, since: float) -> DBAPIError | None:
        """Look after the claims while the mail server has a message, and let others have the rest if it takes long.

        Returns a failure instead of raising it: the server's answer is still worth having.
        """
        is_silent = time.monotonic() - since > PATIENCE
        try:
            if (self.stopping() or is_silent) and self._ledger.leave_rest(in_hand.id):
                self._ledger.write()
            self._ledger.look_after()
            if is_silent:
                self._telling.tell(self._ledger.connection, self.counts.total, SILENT)
        except DBAPIError as error:
            return error
        return None

    def _note(self, row: Claimed, outcome: Outcome) -> None:
        self._ledger.settle(settled(row.id, row.attempts, row.due_at, outcome, clock.now()))
        self.counts.add(outcome.state)
        self._domains.note(self._ledger.connection, row.address, outcome)
        if outcome.is_ours:
            self.counts.trouble = outcome.reply
