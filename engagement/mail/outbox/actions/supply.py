"""What a worker sends next: a window is claimed when its lines have nothing more to take, and each message written as one takes it.

A window's claim is committed before anything of it is given out, together with the outcomes of the window before. So a
process that dies leaves at most `WINDOW` messages of each line in doubt, and a database that refuses writes stops the sending.
"""

import time
from collections import deque
from collections.abc import Sequence

import structlog

from engagement import clock
from engagement.errors import EngagementError
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.claiming import WINDOW, Claimed
from engagement.mail.outbox.actions.domains import Domains
from engagement.mail.outbox.actions.ledger import Ledger
from engagement.mail.outbox.actions.pace import TRY_AGAIN_AFTER, Pace
from engagement.mail.outbox.actions.writing import Lapsed, Writer
from engagement.mail.outbox.rules import MISSED_AFTER, Counts, put_off, refused, untouched
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.conversation import Parcel
from engagement.set_aside import is_database_away, why_it_failed

log = structlog.get_logger("engagement.mail")
#: A window takes about so many seconds at most, so that what somebody waits for soon gets its turn.
WINDOW_SECONDS = 0.1
#: While some lines are busy, the others look again after so many seconds whether anything is due.
LOOK_EVERY = 0.25


class Supply:
    """The messages for the lines of one worker. What is not taken from it is left to others when it ends.

    Taking never raises: a failure ends the supply and is kept, for the mail server's answers are still worth having.
    """

    def __init__(
        self, ledger: Ledger, writer: Writer, pace: Pace, domains: Domains, counts: Counts, *, lines: int
    ) -> None:
        self._ledger = ledger
        self._writer = writer
        self._pace = pace
        self._domains = domains
        self._counts = counts
        self._lines = lines
        self._most = self._fits = lines * WINDOW
        self._waiting: deque[Claimed] = deque()
        #: Instants at which those that wait may go, where a limit is set.
        self._turns: deque[float] = deque()
        self.begin()

    def begin(self) -> None:
        """Give out what is due from now on."""
        self.failure: Exception | None = None
        #: Nothing more is given out; nothing was due any more.
        self.has_ended = self.is_dry = False
        self._claimed_at = self._claims_again_at = 0.0
        self._given = self._gone_in_turn = 0

    def end(self, failure: Exception | None = None) -> None:
        """Give out nothing any more."""
        self.failure = self.failure or failure
        self.has_ended = True
        self.leave_waiting()

    def leave_waiting(self) -> int:
        """Leave to others what no line has taken; return how much that was."""
        left = len(self._waiting)
        for row in self._waiting:
            self._ledger.settle(untouched(row.id, row.attempts, row.due_at))
        self._waiting.clear()
        self._turns.clear()
        return left

    def put_back(self, row: Claimed) -> None:
        """Take back a delivery of which nothing was handed over; it goes next."""
        self._waiting.appendleft(row)
        if self.has_ended:
            self.leave_waiting()

    @property
    def has_waiting(self) -> bool:
        """Whether something is claimed that no line has taken."""
        return bool(self._waiting)

    def next_at(self) -> float:
        """Return when there may be something to take, by `time.monotonic`."""
        if self._turns:
            return self._turns[0]
        return self._claims_again_at if self._pace.per_minute or not self._waiting else 0.0

    def take(self) -> tuple[Claimed, Parcel] | None:
        """Return the next delivery with its message; None when there is none for now."""
        try:
            while not self.has_ended:
                if not self._waiting:
                    if not self._claim():
                        return None
                elif self._pace.per_minute and not self._is_their_turn():
                    return None
                elif (written := self._written(self._waiting[0])) is not None:
                    self._given += 1
                    return written
        except Exception as error:
            self.end(error)
        return None

    def _is_their_turn(self) -> bool:
        """Return whether the next message may go, and use its turn up.

        When a turn is missed the others are lost, so that what was held up doesn't go out at once; fewer are taken next time.
        """
        if not self._turns and not self._take_turns(len(self._waiting)):
            return False
        late = time.monotonic() - self._turns[0]
        if late > MISSED_AFTER and self._gone_in_turn:
            self._fits = self._gone_in_turn
            if not self._take_turns(len(self._waiting)):
                return False
            late = time.monotonic() - self._turns[0]
        if late < 0:
            return False
        self._turns.popleft()
        self._gone_in_turn += 1
        return True

    def _take_turns(self, most: int) -> int:
        """Take turns, all others being used up or lost; return how many."""
        if self._gone_in_turn >= self._fits:
            self._fits = min(self._most, self._fits * 2)
        self._gone_in_turn = 0
        self._turns = deque(self._pace.take_turns(self._ledger.connection, min(self._fits, most)))
        if not self._turns:
            self._claims_again_at = time.monotonic() + TRY_AGAIN_AFTER
        return len(self._turns)

    def _claim(self) -> bool:
        """Claim the next window if it is time to; return whether there was one."""
        present = time.monotonic()
        if present < self.next_at():
            return False
        size = self._room_in_turn() if self._pace.per_minute else self._room(present)
        window = self._ledger.claim(size) if size else []
        self._claimed_at, self._given = time.monotonic(), 0
        self._waiting.extend(self._without_held(window))
        if size:
            self.is_dry = not window
        if self.is_dry:
            self._turns.clear()
            self._claims_again_at = present + LOOK_EVERY
        return bool(window)

    def _room(self, present: float) -> int:
        """Return how many to claim: what goes out in a short time, at the pace of the window before."""
        if self._given:
            each = (present - self._claimed_at) / self._given
            self._fits = max(self._lines, min(self._most, int(WINDOW_SECONDS / each)))
        return min(self._fits, self._most - self._ledger.number_open)

    def _room_in_turn(self) -> int:
        """Return for how many it is their turn now; takes turns when there are none left and something is due."""
        if not self._turns:
            self._ledger.write()
            self.is_dry = not claiming.something_is_due(self._ledger.connection, clock.now())
            self._ledger.connection.commit()
            if self.is_dry or not self._take_turns(self._most - self._ledger.number_open):
                return 0
        return len(self._turns) if self._turns[0] <= time.monotonic() else 0

    def _without_held(self, window: Sequence[Claimed]) -> list[Claimed]:
        """Put off what waits for its domain, and return what goes."""
        held = self._domains.held(self._ledger.connection, window)
        goes = []
        for row in window:
            if not row.may_be_sent:
                self._counts.add(DeliveryState.SUPPRESSED)
            elif row.id in held:
                self._ledger.settle(put_off(row.id, row.attempts, *held[row.id]))
            else:
                goes.append(row)
        return goes

    def _written(self, row: Claimed) -> tuple[Claimed, Parcel] | None:
        """Write the message that goes next; one that can't be written is settled with its reason, and the others go.

        Only now, not the whole window at once: the lines that have theirs send meanwhile, and it is still in the
        processor's cache when it is sent.
        """
        try:
            parcel = self._writer.written(row, self._ledger.connection)
        except Exception as error:
            if is_database_away(error):
                raise
            self._ledger.connection.rollback()
            if not isinstance(error, EngagementError):
                log.exception("message not written", delivery=row.id)
            state = DeliveryState.SUPPRESSED if isinstance(error, Lapsed) else DeliveryState.BOUNCED
            self._ledger.settle(refused(row.id, row.attempts, row.due_at, state, why_it_failed(error)))
            self._counts.add(state)
            parcel = None
        # What waits for a database that is away is still there.
        self._waiting.popleft()
        return (row, parcel) if parcel else None
