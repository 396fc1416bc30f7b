"""Sending over several connections at once from one thread: what each line waits for, and what becomes of each message.

A connection to the mail server is a line. Each takes the next message from the worker's supply; so a slow one delays
nobody, and all share one claim and one commit.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.mail.outbox.actions.claiming import Claimed
from engagement.mail.outbox.actions.domains import Domains
from engagement.mail.outbox.actions.ledger import Ledger
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.actions.supply import Supply
from engagement.mail.outbox.actions.telling import Telling
from engagement.mail.outbox.actions.writing import LinkFor, Writer
from engagement.mail.outbox.rules import PLAIN, SILENT, Counts, Leaving, settled, untouched
from engagement.mail.rules import CUT_OFF, DeliveryState, Outcome
from engagement.mail.wire.actions.conversation import TICK, Parcel, Talk, Waits, Watch
from engagement.mail.wire.actions.transport import Transport

log = structlog.get_logger("engagement.mail")
#: After so many seconds without an answer, what waits behind a message goes to other lines, or to other workers.
PATIENCE = 5.0
#: Seconds between two looks whether outcomes have to be written.
LOOK_AFTER_EVERY = 0.01
#: A line that the mail server turns away rests for so many seconds at most, while others go on.
LONGEST_REST = 60.0


class Line:
    """One connection, and the messages that it has taken and that have no outcome yet: at most one in hand and the next."""

    def __init__(self, transport: Transport, watch: "Watch[Line]") -> None:
        self.transport = transport
        self.talk: Talk | None = None
        self._watch = watch
        self._waits: Waits | None = None
        self.held: deque[Claimed] = deque()
        #: When it took something or gave an outcome last, by `time.monotonic`.
        self.moved_at = 0.0
        #: The next message was announced and given to another line, so this connection can't go on after the present one.
        self.lost_next = False
        self.rests_until = 0.0
        self._turned_away = 0

    @property
    def in_hand(self) -> bool:
        """Whether a message is with the mail server, so that only its answer tells what became of it."""
        return bool(self.held) and self.transport.in_hand

    def is_free(self, present: float) -> bool:
        """Whether it can take messages: it has none, and the mail server did not turn it away of late."""
        return self.talk is None and self.rests_until <= present

    def wait(self, waits: Waits | None) -> None:
        """Let the watch tell when this line can go on; None for not any more."""
        if waits is self._waits:
            return
        if self._waits is not None:
            self._watch.remove(self._waits)
        if waits is not None:
            self._watch.add(self, waits)
        self._waits = waits

    def stop(self) -> None:
        """Break off; what was taken and not handed over stays in `held`."""
        self.wait(None)
        talk, self.talk = self.talk, None
        self.lost_next = False
        if talk is not None:
            talk.close()

    def rest(self) -> None:
        """Let the mail server alone for a while, longer each time."""
        self._turned_away += 1
        self.rests_until = time.monotonic() + min(2.0**self._turned_away, LONGEST_REST)

    def was_welcome(self) -> None:
        self._turned_away, self.rests_until = 0, 0.0


class Courier:
    """Sending over lines, inside an application context; not to be shared between threads.

    `worker` is a name that no other worker has. `stopping` is called between messages, `meanwhile` about once a second;
    it doesn't raise. `leaving` says whether messages are signed, and where they return to.
    """

    def __init__(
        self,
        transports: Sequence[Transport],
        worker: str,
        link_for: LinkFor,
        mail_from: str,
        pace: Pace | None = None,
        stopping: Callable[[], bool] = lambda: False,
        meanwhile: Callable[[], None] = lambda: None,
        leaving: Leaving = PLAIN,
    ) -> None:
        self.counts = Counts()
        self._watch = Watch[Line]()
        self._lines = [Line(transport, self._watch) for transport in transports]
        self._stopping = stopping
        self._meanwhile = meanwhile
        self._ledger = Ledger(worker)
        self._telling = Telling(worker)
        pace = pace or Pace()
        self._domains = Domains(pace.per_domain)
        writer = Writer(mail_from, link_for, leaving)
        self._supply = Supply(self._ledger, writer, pace, self._domains, self.counts, lines=len(self._lines))
        self._moved_at = self._looked_at = self._looks_after_at = self._said_at = 0.0

    @property
    def is_writing(self) -> bool:
        """Whether a transaction of the database is open."""
        return self._ledger.is_writing

    def deliver(self) -> None:
        """Send until nothing is due, the mail server takes nothing (`counts.trouble` says so), or told to stop.

        Commits as `supply` says. A failed write is raised; an outcome that could not be written is written before
        anything else is sent.
        """
        self.counts.trouble = None
        self._moved_at = time.monotonic()
        if all(line.rests_until > self._moved_at for line in self._lines):
            for line in self._lines:
                line.rests_until = 0.0
        try:
            self._supply.begin()
            while self._go_on():
                if self._supply.has_ended or time.monotonic() >= self._looks_after_at:
                    self._look_after()
            if self._supply.failure is not None:
                raise self._supply.failure
            self._ledger.write()
            self._telling.tell(self._ledger.connection, self.counts.total, self.counts.trouble)
        finally:
            self._abandon()
            self._ledger.put_back()

    def close(self) -> None:
        """End the conversations, and say that this worker has ended. What the database doesn't take now is in doubt later."""
        for line in self._lines:
            line.transport.close()
        try:
            self._ledger.write()
            self._telling.leave(self._ledger.connection)
        except DBAPIError as error:
            log.warning("ended while the database was away", exc_info=error)
        finally:
            self._ledger.put_back()

    def _go_on(self) -> bool:
        """Lead each conversation on that can go on; return False when none is left and nothing more is given out."""
        supply, present = self._supply, time.monotonic()
        has_free = len(self._watch) < len(self._lines) and not supply.has_ended
        patience = self._begin(present) if has_free else TICK
        if not self._watch and (supply.has_ended or (supply.is_dry and not supply.has_waiting)):
            return False
        ready = self._watch.ready(patience)
        if present - self._looked_at >= TICK:
            # Also those that have not moved, for answers that never come.
            ready += [each for each in self._watch.all() if present - each.moved_at >= TICK and each not in ready]
            self._looked_at = present
        for line in ready:
            self._lead(line)
        return True

    def _begin(self, present: float) -> float:
        """Begin conversations on the lines that are free; return after how many seconds to look again if they still are."""
        free = [line for line in self._lines if line.is_free(present)]
        if not free:
            return TICK
        if self._supply.next_at() <= present:
            for line in free:
                line.talk = line.transport.hand_over(partial(self._give, line))
                self._lead(line)
        return min(max(self._supply.next_at() - time.monotonic(), 0.0), TICK)

    def _give(self, line: Line) -> Parcel | None:
        written = self._supply.take()
        if written is None:
            return None
        row, parcel = written
        line.held.append(row)
        self._moved_at = line.moved_at = time.monotonic()
        return parcel

    def _lead(self, line: Line) -> None:
        """Lead one conversation on until it waits, and note each outcome."""
        assert line.talk is not None
        try:
            for said in line.talk:
                if isinstance(said, Waits):
                    line.wait(said)
                    return
                takes_more = self._note(line, said)
                if self._stopping():
                    # At once: a line that is free would begin anew before the next look.
                    self._supply.end()
                if not takes_more or self._supply.has_ended:
                    self._set_down(line, in_doubt=False)
                    return
            line.stop()
        except Exception as error:
            # Nobody knows how far it came.
            self._set_down(line, in_doubt=True)
            self._supply.end(error)

    def _note(self, line: Line, outcome: Outcome) -> bool:
        """Note what became of a message; return whether the mail server takes more over this line."""
        row = line.held.popleft()
        if outcome.is_ours:
            line.rest()
            if any(other.rests_until <= time.monotonic() for other in self._lines):
                self._supply.put_back(row)
                return False
            self.counts.trouble = outcome.reply
            self._supply.end()
        else:
            line.was_welcome()
        self._ledger.settle(settled(row.id, row.attempts, row.due_at, outcome, clock.now()))
        self.counts.add(outcome.state)
        try:
            self._domains.note(self._ledger.connection, row.address, outcome)
        except Exception as error:
            self._supply.end(error)
        return not (outcome.is_ours or line.lost_next)

    def _look_after(self) -> None:
        """Write what has waited long enough, say that this worker lives, and end what has to end."""
        supply, present = self._supply, time.monotonic()
        self._looks_after_at = present + LOOK_AFTER_EVERY
        try:
            if not self._ledger.look_after():
                supply.end()
            if present - self._said_at >= 1.0:
                self._said_at = present
                is_silent = any(line.in_hand and present - line.moved_at > PATIENCE for line in self._lines)
                trouble = self.counts.trouble or (SILENT if is_silent else None)
                self._telling.tell(self._ledger.connection, self.counts.total, trouble)
                self._meanwhile()
            self._spread(present)
        except Exception as error:
            supply.end(error)
        if self._stopping():
            supply.end()
        if supply.has_ended:
            for line in self._lines:
                if line.talk is not None and not line.in_hand:
                    self._set_down(line, in_doubt=False)
                elif len(line.held) > 1:
                    # The answer may come too late, and then only what was handed over is in doubt.
                    line.lost_next = True
                    self._leave(line.held.pop())

    def _spread(self, present: float) -> None:
        """Give what waits behind a slow message to other lines, and to other workers when no line of this one moves."""
        for line in self._lines:
            if line.in_hand and len(line.held) > 1 and present - line.moved_at > PATIENCE:
                self._supply.put_back(line.held.pop())
                line.lost_next = True
        if present - self._moved_at > PATIENCE and self._supply.leave_waiting():
            self._ledger.write()

    def _release(self, line: Line) -> None:
        """Leave to others what a line took and did not hand over."""
        for row in line.held:
            self._leave(row)
        line.held.clear()

    def _leave(self, row: Claimed) -> None:
        self._ledger.settle(untouched(row.id, row.attempts, row.due_at))

    def _set_down(self, line: Line, *, in_doubt: bool) -> None:
        """Break a conversation off; what is `in_doubt` of it may have been accepted."""
        line.stop()
        if in_doubt and line.held:
            row = line.held.popleft()
            outcome = Outcome(DeliveryState.UNKNOWN, reason=CUT_OFF)
            self._ledger.settle(settled(row.id, row.attempts, row.due_at, outcome, clock.now()))
            self.counts.add(outcome.state)
        self._release(line)

    def _abandon(self) -> None:
        """Note what is left when sending was broken off."""
        for line in self._lines:
            if line.talk is not None or line.held:
                self._set_down(line, in_doubt=line.in_hand)
        self._supply.end()
        self._ledger.leave_rest()
