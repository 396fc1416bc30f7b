"""Several connections of one worker: they share what is due, and the trouble of one is not that of the others."""

from collections import Counter

from flask import Flask
from mail.outbox import FROM, link_for, queue_to_many, states
from mail.smtp_peer import SmtpPeer, smtp_peer

from engagement.mail.outbox.actions.courier import Courier
from engagement.mail.wire.actions.transport import Transport


def deliver(lines: int, peer: SmtpPeer) -> Courier:
    courier = Courier([Transport(peer.url) for _ in range(lines)], "one", link_for, FROM)
    try:
        courier.deliver()
    finally:
        courier.close()
    return courier


def everybody_once(peer: SmtpPeer, number: int) -> None:
    assert Counter(peer.recipients) == Counter({f"person{n}@example.com": 1 for n in range(number)})
    assert states() == {"sent": number}


def test_a_connection_that_is_turned_away_rests_and_the_others_send_everything(app: Flask):
    queue_to_many(60)
    with smtp_peer(most_connections=1) as peer:
        courier = deliver(3, peer)
        senders = {received.connection for received in peer.messages}
    assert courier.counts.trouble is None
    assert len(senders) == 1
    everybody_once(peer, 60)


def test_connections_that_are_all_turned_away_leave_everything_waiting(app: Flask):
    queue_to_many(10)
    with smtp_peer(on_sender=lambda _: "451 4.3.2 Not now") as peer:
        courier = deliver(3, peer)
    assert courier.counts.trouble == "451 4.3.2 Not now"
    assert peer.messages == []
    assert states() == {"deferred": 1, "queued": 9}
