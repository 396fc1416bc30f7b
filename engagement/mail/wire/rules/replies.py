"""The words of a conversation with a mail server: commands as bytes, replies cut out of what came, and what they mean."""

import re
from typing import NamedTuple

from engagement.mail.rules import DeliveryState, Outcome

#: Reply codes about our own sign-in, in answer to any command.
_OURS = frozenset({421, 530, 534, 535, 538})
#: The server ends the connection, in answer to any command (RFC 5321, 3.8).
CLOSING = 421
#: The server waits for the message.
GO_ON = 354
BROKE_OFF = "The connection broke off before the message was handed over."
_LEADING_DOT = re.compile(rb"(?m)^\.")
_GOOD_ANSWERS = re.compile(rb"2\d\d [^\n]*\n2\d\d [^\n]*\n354 [^\n]*\n")


class Reply(NamedTuple):
    """One answer of the server: its code, and its text in all lines."""

    code: int
    text: bytes

    @property
    def is_good(self) -> bool:
        """Whether the server did what was asked, or asks for what follows."""
        return 200 <= self.code < 400

    @property
    def words(self) -> str:
        return f"{self.code} {self.text.decode('utf-8', 'replace')}"


class Unreadable(Exception):
    """What the other end says is no reply of a mail server."""


#: Longer than any reply: who sends more without an end is no mail server.
LONGEST_REPLY = 65_536


def first_reply(came: bytes) -> tuple[Reply, bytes] | None:
    """Return the first whole reply in what came, and the rest; None when it is not there yet. Raises Unreadable."""
    line, found, rest = came.partition(b"\n")
    if not found:
        if len(came) > LONGEST_REPLY:
            raise Unreadable("The mail server’s answer has no end.")
        return None
    lines = [line[4:].strip()]
    while line[3:4] == b"-":
        line, found, rest = rest.partition(b"\n")
        if not found:
            return None
        lines.append(line[4:].strip())
    if not line[:3].isdigit():
        raise Unreadable(line[:200].decode("utf-8", "replace"))
    return Reply(int(line[:3]), lines[0] if len(lines) == 1 else b"\n".join(lines)), rest


def commands_for(sender: str, recipient: str) -> tuple[bytes, bytes, bytes]:
    """Return the commands that announce a message: MAIL, RCPT and DATA."""
    utf8 = "" if recipient.isascii() else " SMTPUTF8"
    return (f"MAIL FROM:<{sender}>{utf8}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n")


def announcement(sender: str, recipient: str) -> bytes:
    """Return these commands as they are sent together."""
    return b"".join(commands_for(sender, recipient))


def after_good_answers(came: bytes) -> bytes | None:
    """Return what comes behind the answers to these commands when all are there and good; None to read them one by one."""
    found = _GOOD_ANSWERS.match(came)
    return came[found.end() :] if found else None


def as_data(message: bytes) -> bytes:
    """Return any message as it stands between DATA and its end: leading dots doubled, and a line end behind it."""
    message = _LEADING_DOT.sub(b"..", message)
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def outcome_of(reply: Reply, is_ours: bool = False) -> Outcome:
    """Return what a reply means for a message; `is_ours` says that a refusal concerns all mail from us."""
    code = reply.code
    if 200 <= code < 300:
        return Outcome(DeliveryState.SENT, reply.words)
    if is_ours or code in _OURS or not 400 <= code < 600:
        # A refused sender or a server that shuts down must not mark every recipient as refused.
        return Outcome(
            DeliveryState.DEFERRED, reply.words, "The mail server takes nothing from us at the moment.", is_ours=True
        )
    return Outcome(DeliveryState.DEFERRED if code < 500 else DeliveryState.BOUNCED, reply.words)


def refusal_in(answers: list[Reply], is_ascii: bool) -> Outcome | None:
    """Return what refused a message among the answers to its commands; None when the server waits for it."""
    for step, reply in enumerate(answers):
        if not reply.is_good:
            # A refused sender concerns all mail, unless the server refused only this recipient's characters.
            return outcome_of(reply, is_ours=step == 0 and is_ascii)
    if answers[-1].code != GO_ON:
        return Outcome(DeliveryState.DEFERRED, answers[-1].words, "The mail server did not ask for the message.")
    return None
