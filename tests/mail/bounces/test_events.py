"""What relays report as JSON, in the shapes of large vendors and in ours."""

import json

import pytest

from engagement.mail.bounces.rules.causes import Cause
from engagement.mail.bounces.rules.events import asks_to_subscribe, read_report

ID = "<41.19d8b3c7a00@example.com>"
NAMED = ((41, "19d8b3c7a00"),)
SES_BOUNCE = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {"emailAddress": "Ada@example.net", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
        ],
    },
    "mail": {"messageId": "0102", "commonHeaders": {"messageId": ID}},
}
SES_COMPLAINT = {
    "eventType": "Complaint",
    "complaint": {"complainedRecipients": [{"emailAddress": "ada@example.net"}]},
    "mail": {"messageId": "0102"},
}
POSTMARK = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "Email": "ada@example.net",
    "Description": "The server was unable to deliver",
}
MAILGUN = {
    "signature": {},
    "event-data": {
        "event": "failed",
        "severity": "permanent",
        "recipient": "ada@example.net",
        "delivery-status": {"code": 552, "message": "552 5.2.2 mailbox full", "description": None},
        "message": {"headers": {"message-id": ID.strip("<>")}},
    },
}
SENDGRID = [
    {"event": "delivered", "email": "bo@example.net", "sg_event_id": "1"},
    {
        "event": "bounce",
        "type": "bounce",
        "email": "ada@example.net",
        "status": "5.1.1",
        "reason": "550 no such user",
        "smtp-id": ID,
    },
    {"event": "bounce", "type": "blocked", "email": "cy@example.net", "reason": "550 blocked by policy"},
    {"event": "spamreport", "email": "di@example.net"},
]


def notification(said: object) -> dict[str, object]:
    return {"Type": "Notification", "MessageId": "1", "Message": json.dumps(said)}


def told(said: object) -> list[tuple[object, ...]]:
    return [(each.cause, each.address, each.status, each.named) for each in read_report(said) or []]


@pytest.mark.parametrize(
    ("said", "events"),
    [
        (SES_BOUNCE, [(Cause.NO_MAILBOX, "ada@example.net", "5.1.1", NAMED)]),
        (notification(SES_BOUNCE), [(Cause.NO_MAILBOX, "ada@example.net", "5.1.1", NAMED)]),
        (notification(SES_COMPLAINT), [(Cause.COMPLAINT, "ada@example.net", "", ())]),
        (notification({"eventType": "Delivery", "mail": {}}), []),
        (POSTMARK, [(Cause.GONE, "ada@example.net", "", ())]),
        ({**POSTMARK, "Type": "SoftBounce"}, [(Cause.UNCLEAR, "ada@example.net", "", ())]),
        ({**POSTMARK, "Type": "AutoResponder"}, []),
        # The vendor gives up on a full mailbox; its owner may empty it.
        (MAILGUN, [(Cause.FULL, "ada@example.net", "", NAMED)]),
        (
            SENDGRID,
            [
                (Cause.NO_MAILBOX, "ada@example.net", "5.1.1", NAMED),
                (Cause.UNWANTED, "cy@example.net", "", ()),
                (Cause.COMPLAINT, "di@example.net", "", ()),
            ],
        ),
        (
            {"kind": "hard", "address": "ada@example.net", "message_id": ID},
            [(Cause.GONE, "ada@example.net", "", NAMED)],
        ),
        (
            [
                {"kind": "soft", "address": "ada@example.net", "text": "552 mailbox full", "status": "5.2.2"},
                {"kind": "other", "address": "x"},
            ],
            [(Cause.FULL, "ada@example.net", "5.2.2", ())],
        ),
        ([], []),
    ],
)
def test_a_report_is_read(said, events):
    assert read_report(said) is not None or events == []
    assert told(said) == events


def test_nonsense_is_no_report():
    deep: object = "x"
    for _ in range(500):
        deep = {"kind": deep}
    for said in (
        None,
        7,
        "x",
        {},
        [1, "x"],
        {"kind": "hard"},
        {"kind": 1, "address": 2},
        deep,
        {"event": "bounce"},
        {"Type": "Notification"},
    ):
        assert read_report(said) is None
    assert read_report({"kind": "hard", "address": "a" * 9_000, "text": "y" * 99_000})[0].address == "a" * 254


def test_a_topic_that_asks_to_be_confirmed_is_told_apart():
    asking = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.example.com/confirm"}
    assert asks_to_subscribe(asking) == "https://sns.example.com/confirm"
    assert asks_to_subscribe(SES_BOUNCE) == ""
