"""Handing messages over one connection, with as few round trips as the server allows (RFC 2920).

The decisive moment is the end of a message. Before it nothing can have been accepted, so the message may be tried
again. After it only the server's answer tells; without one the outcome is unknown.

A conversation is a generator that never blocks: it yields what it waits for. So one thread leads many of them, writes
down meanwhile what is known, and shows that it lives, however long a server takes.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable, Generator
from typing import Generic, NamedTuple, TypeVar

from engagement.mail.rules import CUT_OFF, DeliveryState, Outcome
from engagement.mail.wire.rules.replies import (
    BROKE_OFF,
    CLOSING,
    GO_ON,
    Reply,
    Unreadable,
    after_good_answers,
    announcement,
    commands_for,
    first_reply,
    outcome_of,
    refusal_in,
)

#: Whoever waits is looked at again after so many seconds, for answers that never come.
TICK = 0.05
_MOST_BYTES = 65_536
#: Sent at once: as much as one record of TLS has. Of more, a part could arrive without being counted as sent.
_RECORD = 16_384
_RESET, _END, _ARE_YOU_THERE = b"RSET\r\n", b".\r\n", b"NOOP\r\n"
_NO_UTF8 = "The address has international characters, which the mail server does not take."


class Parcel(NamedTuple):
    """A message for one address: no line of it begins with a dot, unless doubled, and it ends with a line end."""

    sender: str
    recipient: str
    message: bytes


class Waits(NamedTuple):
    """What a conversation waits for: that a socket can be read, or written to. Look again after a tick at the latest."""

    fileno: int
    to_write: bool = False


#: Gives the next parcel, None when there is no more for now.
Supply = Callable[[], Parcel | None]
Answer = TypeVar("Answer")
Who = TypeVar("Who")
Waiting = Generator[Waits, None, Answer]
#: What becomes of the parcels in their order, and what is waited for meanwhile.
Talk = Generator[Outcome | Waits, None, None]


class BrokenOff(Exception):
    """The connection ended. `reply` is the server's farewell, if it said one; `untouched` a parcel of which nothing was handed over."""

    def __init__(self, words: str, reply: Reply | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.reply = reply
        self.untouched: Parcel | None = None


class Conversation:
    """The conversation over a connected socket whose greetings are over. Not to be shared between threads.

    With `pipelines` the commands of a message go out together with the end of the message before.
    """

    def __init__(
        self,
        connected: socket.socket,
        *,
        pipelines: bool,
        takes_utf8: bool,
        answer_within: float,
        accept_within: float,
    ) -> None:
        connected.setblocking(False)
        self._socket = connected
        self._pipelines = pipelines
        self._takes_utf8 = takes_utf8
        self._answer_within = answer_within
        self._accept_within = accept_within
        self._to_read = Waits(connected.fileno())
        self._to_write = Waits(connected.fileno(), to_write=True)
        self._came = b""
        self._why = ""
        #: The server still keeps the sender of a message that it refused.
        self._needs_reset = False
        #: A message is being sent, or was sent and not answered yet: it may have been accepted.
        self.in_hand = False

    def hand_over(self, first: Parcel, supply: Supply) -> Talk:
        """Hand over parcels in order, yielding what becomes of each.

        Raises BrokenOff when the connection ends. Nothing of a parcel without an outcome was handed over then, nor when
        the caller stops asking after an outcome; the connection can't be used any more in both cases.
        """
        parcel: Parcel | None = first
        is_announced = False
        try:
            while parcel is not None:
                if not self._can_name(parcel):
                    parcel = None
                    yield Outcome(DeliveryState.BOUNCED, reason=_NO_UTF8)
                    parcel = supply()
                    continue
                if not (is_announced and self._goes_on()):
                    refused, last = yield from self._announce(parcel, is_announced=is_announced)
                    if refused is not None:
                        parcel, is_announced = None, False
                        yield refused
                        yield from self._clear(last)
                        parcel = supply()
                        continue
                following = supply() if self._pipelines else None
                is_announced = following is not None and self._can_name(following)
                behind = announcement(*following[:2]) if following is not None and is_announced else b""
                outcome, broken = yield from self._finish(parcel.message, behind)
                parcel = following
                yield outcome
                if broken is not None:
                    raise broken
                if not self._pipelines:
                    parcel = supply()
        except BrokenOff as ended:
            ended.untouched = parcel
            raise

    def is_alive(self) -> Waiting[bool]:
        """Ask the server whether it still listens."""
        try:
            return (yield from self._ask(_ARE_YOU_THERE)).code == 250
        except BrokenOff:
            return False

    def _can_name(self, parcel: Parcel) -> bool:
        return self._takes_utf8 or parcel.recipient.isascii()

    def _goes_on(self) -> bool:
        """Whether the server waits for the message that was announced, as far as its answers are there already."""
        rest = after_good_answers(self._came)
        if rest is None:
            return False
        self._came = rest
        return True

    def _announce(self, parcel: Parcel, *, is_announced: bool) -> Waiting[tuple[Outcome | None, Reply]]:
        """Return what refuses a message, None when the server waits for it, and the server's last answer."""
        sender, recipient, _ = parcel
        answers: list[Reply] = []
        if self._pipelines:
            if not is_announced:
                yield from self._write((_RESET if self._needs_reset else b"") + announcement(sender, recipient))
            for _ in range(3 + self._needs_reset):
                answers.append((yield from self._answer()))
        else:
            for command in ((_RESET,) if self._needs_reset else ()) + commands_for(sender, recipient):
                answers.append((yield from self._ask(command)))
                if not answers[-1].is_good:
                    break
        if self._needs_reset:
            self._needs_reset = False
            answers = answers[1:] or answers
        return refusal_in(answers, recipient.isascii()), answers[-1]

    def _clear(self, last: Reply) -> Waiting[None]:
        if last.code == GO_ON:
            # The server took DATA although it had refused the recipient (RFC 2920, 3.1): end the empty message.
            yield from self._ask(_END)
        self._needs_reset = True

    def _finish(self, message: bytes, behind: bytes) -> Waiting[tuple[Outcome, BrokenOff | None]]:
        """Send a message, and with it the commands of the next one; return what became of it, and what ended the connection."""
        self.in_hand = True
        sent = yield from self._write_some(b"".join((message, _END, behind)))
        if sent < len(message) + len(_END):
            # Its last bytes, which end it, were not sent: nothing was accepted.
            self.in_hand = False
            return Outcome(DeliveryState.DEFERRED, self._why, BROKE_OFF), BrokenOff(self._why)
        try:
            reply = yield from self._take(self._accept_within)
        except BrokenOff as broken:
            return Outcome(DeliveryState.UNKNOWN, broken.words, CUT_OFF), broken
        finally:
            self.in_hand = False
        return outcome_of(reply), BrokenOff(reply.words, reply) if reply.code == CLOSING else None

    def _ask(self, command: bytes) -> Waiting[Reply]:
        yield from self._write(command)
        return (yield from self._answer())

    def _answer(self) -> Waiting[Reply]:
        reply = self._next_reply() or (yield from self._take(self._answer_within))
        if reply.code == CLOSING:
            raise BrokenOff(reply.words, reply)
        return reply

    def _take(self, within: float) -> Waiting[Reply]:
        until = time.monotonic() + within
        while (reply := self._next_reply()) is None:
            yield self._to_read
            try:
                came = self._socket.recv(_MOST_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError):
                if time.monotonic() >= until:
                    raise BrokenOff("The mail server did not answer in time.") from None
            except OSError as error:
                raise BrokenOff(str(error) or type(error).__name__) from None
            else:
                if not came:
                    raise BrokenOff("The mail server closed the connection.")
                self._came += came
        return reply

    def _next_reply(self) -> Reply | None:
        if not self._came:
            return None
        try:
            found = first_reply(self._came)
        except Unreadable as strange:
            raise BrokenOff(str(strange)) from None
        if found is None:
            return None
        reply, self._came = found
        return reply

    def _write(self, commands: bytes) -> Waiting[None]:
        if (yield from self._write_some(commands)) < len(commands):
            raise BrokenOff(self._why)

    def _write_some(self, data: bytes) -> Waiting[int]:
        """Send bytes, and return how many of them the network took before the connection ended."""
        sent, until = 0, time.monotonic() + self._accept_within
        while sent < len(data):
            try:
                sent += self._socket.send(data[sent : sent + _RECORD])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as busy:
                if time.monotonic() >= until:
                    self._why = "The mail server did not take the message in time."
                    return sent
                yield self._to_read if isinstance(busy, ssl.SSLWantReadError) else self._to_write
            except OSError as error:
                self._why = str(error) or type(error).__name__
                return sent
        return sent


class Watch(Generic[Who]):
    """Who waits for what. It is kept from one look to the next, because most wait for the same again and again."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._who: dict[int, Who] = {}

    def __len__(self) -> int:
        return len(self._who)

    def add(self, who: Who, waits: Waits) -> None:
        self._poll.register(waits.fileno, select.POLLOUT if waits.to_write else select.POLLIN)
        self._who[waits.fileno] = who

    def remove(self, waits: Waits) -> None:
        """Forget one; its socket may be closed already."""
        self._poll.unregister(waits.fileno)
        del self._who[waits.fileno]

    def all(self) -> list[Who]:
        return list(self._who.values())

    def ready(self, seconds: float) -> list[Who]:
        """Wait until somebody can go on, and return who can; nobody after `seconds`."""
        return [self._who[fileno] for fileno, _ in self._poll.poll(seconds * 1000)]
