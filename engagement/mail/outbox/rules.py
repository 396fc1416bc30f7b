"""What becomes of a delivery after an attempt, as plain values, and the outcomes of one run counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from engagement.mail.bounces.rules.return_path import ReturnPath, return_address
from engagement.mail.rules import GIVEN_UP, DeliveryState, Outcome, wait_after
from engagement.mail.signing.rules import Sign, Signature, signer

#: So long a worker counts as alive; it says again and again that it is, however slow its mail server.
LEASE = timedelta(seconds=40)
#: The wait after the mail server itself could not be reached.
OUR_TROUBLE_WAIT = timedelta(minutes=1)
#: What keeps a connection whose message the mail server has taken without an answer.
SILENT = "The mail server keeps a connection waiting for its answer."
LONGEST_REASON = 300
LONGEST_REPLY = 2000


@dataclass(frozen=True)
class Leaving:
    """How messages leave: where each returns to, and what signs them. None for to the sender, and for unsigned."""

    return_path: ReturnPath | None = None
    sign: Sign | None = None


PLAIN = Leaving()


def how_they_leave(pattern: str, secret: str, signature: Signature | None) -> Leaving:
    """Return how messages leave: `pattern` is where they return to, with a star for their mark, "" for the sender."""
    return Leaving(
        (lambda key, queued_at: return_address(pattern, secret, key, queued_at)) if pattern else None,
        signer(signature) if signature else None,
    )


class Settled(NamedTuple):
    """What is written of a delivery that was claimed. `attempted` is False when its message was never handed over."""

    id: int
    state: DeliveryState
    reply: str | None
    reason: str | None
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    attempted: bool = True


def settled(key: int, attempts: int, due_at: datetime, outcome: Outcome, now: datetime) -> Settled:
    """Return what is written after an attempt, of which `attempts` counts the present one.

    A deferred message is due again after a wait that grows with the attempts, for about three days. Trouble between us
    and the mail server is not counted against the recipient.
    """
    state, reason = outcome.state, outcome.reason
    if outcome.is_ours:
        attempts -= 1
    if state is DeliveryState.DEFERRED:
        wait = OUR_TROUBLE_WAIT if outcome.is_ours else wait_after(attempts)
        if wait is None:
            state, reason = DeliveryState.BOUNCED, GIVEN_UP
        else:
            due_at = now + wait
    return Settled(
        key,
        state,
        outcome.reply[:LONGEST_REPLY].replace("\0", "") or None,
        reason[:LONGEST_REASON] if reason else None,
        attempts,
        due_at,
        now if state is DeliveryState.SENT else None,
    )


def untouched(key: int, attempts: int, due_at: datetime) -> Settled:
    """Return what is written of a message of which nothing was handed over: it waits again, as if nobody had claimed it."""
    return Settled(key, DeliveryState.QUEUED, None, None, attempts - 1, due_at, None, attempted=False)


def put_off(key: int, attempts: int, until: datetime, reason: str) -> Settled:
    """Return what is written of a message whose domain takes no more for now; this counts as no attempt."""
    return Settled(
        key, DeliveryState.DEFERRED, None, reason[:LONGEST_REASON], attempts - 1, until, None, attempted=False
    )


#: After so many messages in a row that a domain put off, all its messages wait.
ENOUGH_REFUSALS = 5
PUT_OFF = "{domain} put off one message after the other, so everything there waits. Others are sent meanwhile."
LIMITED = "This waits because {domain} is sent only so many messages a minute."
#: Minutes for which a domain is left alone, the first, second, … time in a row.
_PAUSES = (1, 2, 5, 15, 30, 60)
LONGEST_PAUSE = timedelta(minutes=_PAUSES[-1])


def pause_after(times: int) -> timedelta:
    """Return for how long a domain is left alone that put off our mail for the `times`-th time in a row."""
    return timedelta(minutes=_PAUSES[min(times, len(_PAUSES)) - 1])


def domain_of(address: str) -> str:
    """Return the domain of an address, as it is stored."""
    return address.rpartition("@")[2].lower()


def refused(key: int, attempts: int, due_at: datetime, state: DeliveryState, reason: str) -> Settled:
    """Return what is written of a message that could not be built, or not in time."""
    return Settled(key, state, None, reason[:LONGEST_REASON], attempts - 1, due_at, None, attempted=False)


#: So far ahead turns are given out at most, in seconds: a turn that nobody uses any more delays others by no more.
AHEAD = 1.0
#: A turn that is missed by more seconds is lost, so that what was held up doesn't go out all at once.
MISSED_AFTER = 0.01
#: Of what a limit allows so much is used: a turn taken late must not meet the turns of the next second.
_USED = 0.985


class Turns(NamedTuple):
    """Turns to send, in seconds from now, and the instant of the next one to be given out."""

    offsets: list[float]
    next_at: datetime


def turns(next_at: datetime, now: datetime, per_minute: int, most: int) -> Turns:
    """Return up to `most` turns of a relay that takes `per_minute` messages, evenly spaced; none when they are too far ahead."""
    apart = 60.0 / (per_minute * _USED)
    until = (next_at - now).total_seconds()
    if until > AHEAD + apart * most + 1.0:
        # The clock was put back.
        until = 0.0
    until = max(until, 0.0)
    if until > AHEAD:
        return Turns([], next_at)
    number = max(1, min(most, int(AHEAD / apart)))
    offsets = [until + apart * n for n in range(number)]
    return Turns(offsets, now + timedelta(seconds=until + apart * number))


@dataclass
class Counts:
    """The outcomes of one run, counted. `trouble` is the mail server's answer when it took nothing at all."""

    sent: int = 0
    deferred: int = 0
    bounced: int = 0
    suppressed: int = 0
    unknown: int = 0
    trouble: str | None = None

    @property
    def total(self) -> int:
        """How many deliveries were dealt with."""
        return self.sent + self.deferred + self.bounced + self.suppressed + self.unknown

    def in_words(self) -> dict[str, int]:
        """Return the outcomes that happened, with their counts."""
        numbers = {state: getattr(self, state.value) for state in DeliveryState if state.is_final}
        numbers[DeliveryState.DEFERRED] = self.deferred
        return {state.word.lower(): number for state, number in numbers.items() if number}

    def add(self, state: DeliveryState) -> None:
        if state is DeliveryState.SENT:
            # Nearly all; the name of a state is slow to find.
            self.sent += 1
        elif state is not DeliveryState.QUEUED:
            setattr(self, state.value, getattr(self, state.value) + 1)
