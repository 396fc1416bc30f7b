"""What relays report of mail that came back, as JSON: which field of which vendor says what. One table, no vendor's library.

Without a vendor: `{"kind": "hard", "address": "ada@example.com", "text": "550 5.1.1 user unknown", "message_id": "<…>"}`, or a
list of these; the kind is hard, soft or complaint, and all but kind and address may be missing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engagement.addresses import LONGEST_ADDRESS, kept_form
from engagement.mail.bounces.rules.causes import LONGEST_STATUS, Cause, Weight, cause_of
from engagement.mail.bounces.rules.reading import LONGEST_KEPT, Returned
from engagement.mail.bounces.rules.return_path import named_in

#: No report of a vendor holds more events.
MOST_EVENTS = 1_000
HARD, SOFT = Weight.HARD, Weight.SOFT
#: What follows from a word: a weight, whose exact cause the server's text says, or the cause itself.
Meaning = Weight | Cause


@dataclass(frozen=True)
class Shape:
    """Where one vendor writes what, as paths with dots.

    `words` are the fields whose values together, joined by a dot, say what happened; `means` has those that matter. An event may have
    several `rows`, one an address; `address`, `status` and `text` are fields of a row, or of the event if there are no rows.
    """

    vendor: str
    words: tuple[str, ...]
    means: Mapping[str, Meaning]
    address: str
    text: tuple[str, ...] = ()
    status: str = ""
    message_id: tuple[str, ...] = ()
    rows: str = ""


SHAPES: tuple[Shape, ...] = (
    Shape(
        "any",
        ("kind",),
        {"hard": HARD, "soft": SOFT, "complaint": Cause.COMPLAINT},
        "address",
        ("text",),
        "status",
        ("message_id",),
    ),
    Shape(
        "Amazon SES",
        ("notificationType", "bounce.bounceType"),
        {"Bounce.Permanent": HARD, "Bounce.Transient": SOFT, "Bounce.Undetermined": SOFT},
        "emailAddress",
        ("diagnosticCode",),
        "status",
        ("mail.commonHeaders.messageId",),
        "bounce.bouncedRecipients",
    ),
    Shape(
        "Amazon SES",
        ("notificationType",),
        {"Complaint": Cause.COMPLAINT},
        "emailAddress",
        message_id=("mail.commonHeaders.messageId",),
        rows="complaint.complainedRecipients",
    ),
    Shape(
        "Postmark",
        ("RecordType", "Type"),
        {
            "Bounce.HardBounce": HARD,
            "Bounce.BadEmailAddress": Cause.NO_MAILBOX,
            "Bounce.ManuallyDeactivated": Cause.CLOSED,
            "Bounce.SoftBounce": SOFT,
            "Bounce.Transient": SOFT,
            "Bounce.DnsError": Cause.UNREACHABLE,
            "Bounce.Blocked": Cause.UNWANTED,
            "Bounce.SpamNotification": Cause.UNWANTED,
            "Bounce.SpamComplaint": Cause.COMPLAINT,
            "SpamComplaint.SpamComplaint": Cause.COMPLAINT,
        },
        "Email",
        ("Description", "Details"),
    ),
    Shape(
        "Mailgun",
        ("event-data.event", "event-data.severity"),
        {"failed.permanent": HARD, "failed.temporary": Cause.DELAYED, "complained": Cause.COMPLAINT},
        "event-data.recipient",
        ("event-data.delivery-status.description", "event-data.delivery-status.message"),
        "event-data.delivery-status.enhanced-code",
        ("event-data.message.headers.message-id",),
    ),
    Shape(
        "SendGrid",
        ("event", "type"),
        {
            "bounce.bounce": HARD,
            "bounce": HARD,
            "bounce.blocked": SOFT,
            "deferred": Cause.DELAYED,
            "spamreport": Cause.COMPLAINT,
        },
        "email",
        ("reason", "response"),
        "status",
        ("smtp-id",),
    ),
)


def read_report(said: Any) -> list[Returned] | None:
    """Return what a report tells of mail that came back; [] for one about something else, None for no vendor's that is known."""
    events = said if isinstance(said, list) else [said]
    found: list[Returned] = []
    is_known = False
    for event in events[:MOST_EVENTS]:
        whole = _unpacked(event)
        shape = next((each for each in SHAPES if _word(whole, each) is not None), None)
        if shape is not None:
            is_known = True
            found += _returned(whole, shape)
    return found if is_known or not events else None


def asks_to_subscribe(said: Any) -> str:
    """Return the address that a topic of Amazon SNS wants opened before it reports anything, "" for any other report."""
    is_asking = isinstance(said, dict) and said.get("Type") == "SubscriptionConfirmation"
    return str(said.get("SubscribeURL", ""))[:2_000] if is_asking else ""


def _unpacked(event: Any) -> Any:
    """Return the notification inside of one of Amazon SNS; anything else as it is. Both names of the kind become one."""
    if isinstance(event, dict) and event.get("Type") == "Notification":
        try:
            event = json.loads(str(event.get("Message", "")))
        except (ValueError, RecursionError):
            return event
    if isinstance(event, dict) and "eventType" in event:
        event = {**event, "notificationType": event["eventType"]}
    return event


def _word(event: Any, shape: Shape) -> str | None:
    """Return the word of a shape that an event says, None if it is no event of this shape."""
    if not isinstance(_at(event, shape.words[0]), str):
        return None
    if shape.rows and not isinstance(_at(event, shape.rows), list):
        return None
    if not shape.rows and not isinstance(_at(event, shape.address), str):
        return None
    said = [_at(event, path) for path in shape.words]
    return ".".join(word for word in said if isinstance(word, str))


def _returned(event: Any, shape: Shape) -> Iterator[Returned]:
    meaning = shape.means.get(_word(event, shape) or "")
    if meaning is None:
        return
    named = tuple(named_in(str(_at(event, path) or "") + "@" for path in shape.message_id))
    for row in _at(event, shape.rows)[:MOST_EVENTS] if shape.rows else [event]:
        address, status = str(_at(row, shape.address) or ""), str(_at(row, shape.status) or "")
        texts = [_at(row, path) for path in shape.text]
        text = "\n".join(each for each in texts if isinstance(each, str))
        if address:
            yield Returned(
                _cause(meaning, status, text),
                kept_form(address)[:LONGEST_ADDRESS],
                status[:LONGEST_STATUS],
                text[:LONGEST_KEPT] or f"{shape.vendor.capitalize()}: {_word(event, shape)}",
                named=named,
            )


def _cause(meaning: Meaning, status: str, text: str) -> Cause:
    """Return the cause: by the server's own words if they say one, but never worse than what the vendor makes of them."""
    if isinstance(meaning, Cause):
        return meaning
    said = cause_of(status, text)
    if meaning is HARD:
        return Cause.GONE if said is Cause.UNCLEAR else said
    return said if said.weight is SOFT else Cause.UNCLEAR


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
