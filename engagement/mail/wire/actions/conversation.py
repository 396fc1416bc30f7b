"""Handing messages over one connection, with as few round trips as the server allows (RFC 2920).

The decisive moment is the end of a message. Before it nothing can have been accepted, so the message may be tried
again. After it only the server's answer tells; without one the outcome is unknown.

What waits for the server is a generator that yields at every tick. So whoever drives it can write down what is known
already, and show that it lives, however long a server takes.
"""

import socket
import time
from collections.abc import Generator, Sequence
from typing import NamedTuple, TypeVar

from engagement.mail.rules import CUT_OFF, DeliveryState, Outcome
from engagement.mail.wire.rules.replies import (
    BROKE_OFF,
    CLOSING,
    GO_ON,
    Reply,
    Unreadable,
    commands_for,
    first_reply,
    outcome_of,
    refusal_in,
    with_end,
)

#: Seconds between two ticks while the server is waited for.
TICK = 0.05
_MOST_BYTES = 65_536
#: Sent at once: as much as one record of TLS has. Of more, a part could arrive without being counted as sent.
_RECORD = 16_384
_RESET, _NOTHING, _ARE_YOU_THERE = b"RSET\r\n", b".\r\n", b"NOOP\r\n"


class Parcel(NamedTuple):
    """A message for one address, in the form that mail servers take."""

    sender: str
    recipient: str
    message: bytes


class Said(NamedTuple):
    """What is known of a parcel: its outcome; None at a tick, while it is in the hands of the server."""

    place: int
    outcome: Outcome | None


class BrokenOff(Exception):
    """The connection ended before anything of the next parcel was handed over. `reply` is the server's farewell, if it said one."""

    def __init__(self, words: str, reply: Reply | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.reply = reply


Answer = TypeVar("Answer")
Waiting = Generator[Said, None, Answer]


class Conversation:
    """The conversation over a connected socket whose greetings are over. Not to be shared between threads.

    With `pipelines` the commands of a message go out together with the end of the message before.
    """

    def __init__(
        self, connected: socket.socket, *, pipelines: bool, answer_within: float, accept_within: float
    ) -> None:
        connected.settimeout(TICK)
        self._socket = connected
        self._pipelines = pipelines
        self._answer_within = answer_within
        self._accept_within = accept_within
        self._came = b""
        self._why = ""
        #: The server still keeps the sender of a message that it refused.
        self._needs_reset = False

    def hand_over(self, parcels: Sequence[Parcel]) -> Waiting[None]:
        """Hand the parcels over in order, yielding what becomes of each.

        Raises BrokenOff when the connection ends. Nothing of the parcels without an outcome was handed over then, nor
        when the caller stops asking after an outcome; the connection can't be used any more in both cases.
        """
        is_announced = False
        for place, (sender, recipient, message) in enumerate(parcels):
            commands = commands_for(sender, recipient)
            answers = yield from self._announce(place, commands, is_announced=is_announced)
            refused = refusal_in(answers, recipient.isascii())
            if refused is not None:
                is_announced = False
                yield Said(place, refused)
                yield from self._clear(place, answers[-1])
                continue
            is_announced = self._pipelines and place + 1 < len(parcels)
            behind = b"".join(commands_for(*parcels[place + 1][:2])) if is_announced else b""
            reply = yield from self._finish(place, with_end(message), behind)
            if reply.code == CLOSING:
                raise BrokenOff(reply.words, reply)

    def is_alive(self) -> bool:
        """Ask the server whether it still listens."""
        try:
            return _waited_for(self._ask(0, _ARE_YOU_THERE)).code == 250
        except BrokenOff:
            return False

    def _announce(self, place: int, commands: tuple[bytes, ...], *, is_announced: bool) -> Waiting[list[Reply]]:
        """Return the answers to the commands of a message, the last of them the first refusal unless they were pipelined."""
        answers: list[Reply] = []
        if self._needs_reset:
            commands = (_RESET, *commands)
        if self._pipelines:
            if not is_announced:
                yield from self._write(place, b"".join(commands))
            for _ in commands:
                answers.append((yield from self._answer(place)))
        else:
            for command in commands:
                answers.append((yield from self._ask(place, command)))
                if not answers[-1].is_good:
                    break
        if self._needs_reset:
            self._needs_reset = False
            return answers[1:] or answers
        return answers

    def _clear(self, place: int, last: Reply) -> Waiting[None]:
        if last.code == GO_ON:
            # The server took DATA although it had refused the recipient (RFC 2920, 3.1): end the empty message.
            yield from self._ask(place, _NOTHING)
        self._needs_reset = True

    def _finish(self, place: int, message: bytes, behind: bytes) -> Waiting[Reply]:
        """Send a message, and with it the commands of the next one; yield what became of it, and return the answer."""
        sent = yield from self._write_some(place, message + behind)
        if sent < len(message):
            # Its last bytes, which end it, were not sent: nothing was accepted.
            yield Said(place, Outcome(DeliveryState.DEFERRED, self._why, BROKE_OFF))
            raise BrokenOff(self._why)
        try:
            reply = yield from self._take(place, self._accept_within)
        except BrokenOff as broken:
            yield Said(place, Outcome(DeliveryState.UNKNOWN, broken.words, CUT_OFF))
            raise
        yield Said(place, outcome_of(reply))
        return reply

    def _ask(self, place: int, command: bytes) -> Waiting[Reply]:
        yield from self._write(place, command)
        return (yield from self._answer(place))

    def _answer(self, place: int) -> Waiting[Reply]:
        reply = self._next_reply() or (yield from self._take(place, self._answer_within))
        if reply.code == CLOSING:
            raise BrokenOff(reply.words, reply)
        return reply

    def _take(self, place: int, within: float) -> Waiting[Reply]:
        until = time.monotonic() + within
        while (reply := self._next_reply()) is None:
            try:
                came = self._socket.recv(_MOST_BYTES)
            except TimeoutError:
                if time.monotonic() >= until:
                    raise BrokenOff("The mail server did not answer in time.") from None
                yield Said(place, None)
                continue
            except OSError as error:
                raise BrokenOff(str(error) or type(error).__name__) from None
            if not came:
                raise BrokenOff("The mail server closed the connection.")
            self._came += came
        return reply

    def _next_reply(self) -> Reply | None:
        try:
            found = first_reply(self._came)
        except Unreadable as strange:
            raise BrokenOff(str(strange)) from None
        if found is None:
            return None
        reply, self._came = found
        return reply

    def _write(self, place: int, commands: bytes) -> Waiting[None]:
        if (yield from self._write_some(place, commands)) < len(commands):
            raise BrokenOff(self._why)

    def _write_some(self, place: int, data: bytes) -> Waiting[int]:
        """Send bytes, and return how many of them the network took before the connection ended."""
        sent, until = 0, time.monotonic() + self._accept_within
        while sent < len(data):
            try:
                sent += self._socket.send(data[sent : sent + _RECORD])
            except TimeoutError:
                if time.monotonic() >= until:
                    self._why = "The mail server did not take the message in time."
                    return sent
                yield Said(place, None)
            except OSError as error:
                self._why = str(error) or type(error).__name__
                return sent
        return sent


def _waited_for(waiting: Waiting[Answer]) -> Answer:
    """Return what something waits for, without doing anything else meanwhile."""
    while True:
        try:
            next(waiting)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
