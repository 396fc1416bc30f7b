"""How sending fares, in sentences: the pace and what holds it up, and nothing that isn't known."""

from datetime import datetime

from flask import Flask

from engagement import clock
from engagement.mail.outbox.queries import Sending
from engagement.mail.outbox.rules import SILENT
from engagement.pages.parts.sending_words import sending_words
from engagement.settings import Settings


def said(
    app: Flask,
    due: int = 0,
    connections: int = 2,
    per_second: float = 0.0,
    trouble: str | None = None,
    paused: tuple[tuple[str, datetime], ...] = (),
    rate: int = 0,
) -> list[str]:
    settings = Settings(_env_file=None, secret_key="s" * 40, mail_rate=rate)
    with app.test_request_context():
        return sending_words(Sending(due, connections, per_second, trouble, paused), settings)


def test_pace_and_what_holds_it_up_are_said(app: Flask, frozen):
    assert said(app) == []
    assert said(app, 1, connections=0) == [
        "1 message is due, and nothing that sends them was heard of lately. Start flask serve or flask worker."
    ]
    assert said(app, 90_000, per_second=500) == [
        "90,000 messages are due; 500 a second leave just now, so that takes about 3 minutes."
    ]
    assert said(app, 10, per_second=0.5, rate=30) == [
        "10 messages are due; 30 a minute leave just now, so that takes less than a minute.",
        "At most 30 a minute leave, as ENGAGEMENT_MAIL_RATE says.",
    ]
    assert said(app, 3, trouble="Connection refused") == [
        "3 messages are due and wait for the mail server.",
        "The mail server takes nothing at the moment: Connection refused. It is tried again at least once a minute.",
    ]
    assert said(app, 3, trouble=SILENT)[1] == (
        "The mail server keeps a connection waiting for its answer. Up to five minutes are given to it; "
        "what waits behind that message is free for others."
    )
    assert said(app, 3) == ["3 messages are due and wait for their turn."]
    (sentence,) = said(app, paused=(("example.org", clock.now()),))
    assert (
        sentence
        == "example.org puts off our mail, so messages there wait until today at 09:00. Others are sent meanwhile."
    )
