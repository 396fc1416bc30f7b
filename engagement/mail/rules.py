"""The words of delivery, and the wait between attempts."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from engagement.vocabulary import State, Worded


class MailingKind(StrEnum):
    """What a message is for, which decides its wording and whether people can decline it."""

    COMMUNICATION = "communication"
    TEST_COPY = "test_copy"
    SIGN_IN = "sign_in"
    NOTICE = "notice"

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for it at the screen; it then overtakes mailings to many."""
        return self in (MailingKind.SIGN_IN, MailingKind.TEST_COPY)


class MediaType(Worded):
    """The kinds of files that a message may bring along; the word is the ending of the file's name."""

    PDF = "application/pdf", "pdf"
    CSV = "text/csv", "csv"
    PNG = "image/png", "png"


#: The most bytes of all files in one message: mail servers refuse much more, and in a message it is a third more.
LARGEST_ENCLOSED = 5_000_000
#: The files of a message are kept so many days, so that it can be sent again; its reader has them.
ENCLOSED_KEPT_DAYS = 14
#: The value of a delivery with the address at which a POST ends such messages (RFC 8058).
UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True)
class Enclosed:
    """A file that a message brings along: its name without an ending, its kind and its bytes.

    With a `content_id` it is a picture that the HTML shows by `address`, otherwise it is attached.
    """

    name: str
    media_type: MediaType
    content: bytes
    content_id: str = ""

    @property
    def address(self) -> str:
        """The address by which the HTML of the message shows it."""
        return f"cid:{self.content_id}"


@dataclass(frozen=True)
class Letter:
    """A message in one language: subject, text and HTML, with a slot `{{ name }}` for whatever differs by person."""

    subject: str
    text: str
    html: str
    language: str = "en"


class DeliveryState(State):
    """The state of one message to one person.

    UNKNOWN means that the conversation with the mail server was cut while the message was handed over: it may have been
    accepted, so only a person can decide to send it again.
    """

    QUEUED = "queued", "Waiting", "open", "ring"
    CLAIMED = "claimed", "Waiting", "open", "ring"
    ATTEMPTING = "attempting", "Being sent", "live", "send"
    SENT = "sent", "Sent", "ok", "check"
    DEFERRED = "deferred", "Trying again", "warn", "pause"
    BOUNCED = "bounced", "Refused", "bad", "cross"
    SUPPRESSED = "suppressed", "Not sent", "", "ring"
    UNKNOWN = "unknown", "Not certain", "bad", "bang"

    @property
    def is_tried_again(self) -> bool:
        """Whether the mail server asked for another try later."""
        return self is DeliveryState.DEFERRED

    @property
    def is_final(self) -> bool:
        """Whether the service does nothing more by itself."""
        return self in (DeliveryState.SENT, DeliveryState.BOUNCED, DeliveryState.SUPPRESSED, DeliveryState.UNKNOWN)


#: Not accepted by the mail server yet, or deferred by it.
UNSENT = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)
#: Sent or attempted: people can read these in the service, even if the mail server refused them.
READABLE = (DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)

#: The end of the language tag of a text for readers outside the directory, who have no pages of their own in the service.
OUTSIDE = "-x-outside"

#: Reasons for not sending a message, as the delivery log words them.
HAS_LEFT = "This person has left, so nothing is sent to them."
NO_ADDRESS = "The directory has no e-mail address for this person."
ADDRESS_STOPPED = (
    "Mail to this address comes back, so nothing is sent to it. Who keeps the people can let it get mail again."
)
CAME_BACK = "It came back: {why}."
HAS_CONFIRMED = "This person has confirmed the message meanwhile, so they are not reminded."
STOPPED = "Stopped before it was sent to this person: {why}"
GIVEN_UP = "The mail server put it off for three days, so sending was given up."
CUT_OFF = "Sending was cut off after it had begun. The message may have arrived or not."


class Outcome(NamedTuple):
    """The outcome of one attempt: SENT, DEFERRED, BOUNCED or UNKNOWN.

    `reply` is the text of the mail server or the network, `reason` our sentence when the reply says too little.
    `is_ours` marks trouble between us and the mail server: it says nothing about the recipient and is not counted
    against them.
    """

    state: DeliveryState
    reply: str = ""
    reason: str | None = None
    is_ours: bool = False


#: The job under whose name a message is set aside that the database refuses to change; running it tries such messages again.
SETTLING = "settle-deliveries"

#: Minutes to wait after the first, second, … deferred attempt; about three days in all (RFC 5321, 4.5.4.1).
BACK_OFF_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)


def wait_after(attempts: int) -> timedelta | None:
    """Return the wait after `attempts` deferred attempts, None when it is time to give up."""
    if attempts > len(BACK_OFF_MINUTES):
        return None
    return timedelta(minutes=BACK_OFF_MINUTES[max(attempts, 1) - 1])
