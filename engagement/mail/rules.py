"""The vocabulary of delivery and the back-off between attempts."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class MailingKind(StrEnum):
    """What a message is, which decides how it is worded and whether it can be declined."""

    COMMUNICATION = "communication"
    TEST_COPY = "test_copy"
    SIGN_IN = "sign_in"
    NOTICE = "notice"

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for it at the screen, so that it overtakes mailings to many."""
        return self in (MailingKind.SIGN_IN, MailingKind.TEST_COPY)


@dataclass(frozen=True)
class Letter:
    """A message in one language: subject, text and HTML, with a slot `{{ name }}` for whatever differs by person."""

    subject: str
    text: str
    html: str
    language: str = "en"


class DeliveryState(StrEnum):
    """What became of one message to one person.

    UNKNOWN is a message whose conversation with the mail server was cut after it had begun: it may have been accepted,
    so nobody sends it again without a person's decision.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    ATTEMPTING = "attempting"
    SENT = "sent"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"

    @property
    def is_tried_again(self) -> bool:
        """Whether the mail server asked for another try later."""
        return self is DeliveryState.DEFERRED

    @property
    def word(self) -> str:
        """The state as the reader sees it."""
        return _WORDS[self][0]

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return _WORDS[self][1]

    @property
    def icon(self) -> str:
        """The icon of its pill."""
        return _WORDS[self][2]

    @property
    def is_final(self) -> bool:
        """Whether the service does nothing more about it by itself."""
        return self in (DeliveryState.SENT, DeliveryState.BOUNCED, DeliveryState.SUPPRESSED, DeliveryState.UNKNOWN)


_WORDS = {
    DeliveryState.QUEUED: ("Waiting", "open", "ring"),
    DeliveryState.CLAIMED: ("Waiting", "open", "ring"),
    DeliveryState.ATTEMPTING: ("Being sent", "live", "send"),
    DeliveryState.SENT: ("Sent", "ok", "check"),
    DeliveryState.DEFERRED: ("Trying again", "warn", "pause"),
    DeliveryState.BOUNCED: ("Refused", "bad", "cross"),
    DeliveryState.SUPPRESSED: ("Not sent", "", "ring"),
    DeliveryState.UNKNOWN: ("Not certain", "bad", "bang"),
}

#: What has not reached the mail server yet, or was put off by it.
UNSENT = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)
#: What has left, or tried to: it can be read in the service, also where the mail was refused.
READABLE = (DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)

#: Why a message is not sent, as the delivery log says it.
HAS_LEFT = "This person has left, so nothing is sent to them."
NO_ADDRESS = "The directory has no e-mail address for this person."
HAS_CONFIRMED = "This person has confirmed the message meanwhile, so they are not reminded."
STOPPED = "Stopped before it was sent to this person: {why}"
GIVEN_UP = "The mail server put it off for three days, so sending was given up."
CUT_OFF = "Sending was cut off after it had begun. The message may have arrived or not."


@dataclass(frozen=True)
class Outcome:
    """What one attempt came to: SENT, DEFERRED, BOUNCED or UNKNOWN.

    `reply` is the mail server's own text or what the network said, `reason` our sentence where the reply alone does not
    say enough. `is_ours` marks trouble between us and the mail server, which says nothing about the recipient and is not
    counted against them.
    """

    state: DeliveryState
    reply: str = ""
    reason: str | None = None
    is_ours: bool = False


#: Minutes to wait after the first, second, … attempt that was put off; about three days in all (RFC 5321, 4.5.4.1).
BACK_OFF_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after `attempts` attempts that were put off, None when it is time to give up."""
    if attempts > len(BACK_OFF_MINUTES):
        return None
    return timedelta(minutes=BACK_OFF_MINUTES[max(attempts, 1) - 1])
