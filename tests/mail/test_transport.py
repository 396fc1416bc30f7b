"""The conversation with a real mail server: what each answer, silence or break means."""

import socket
import time

import pytest
from mail.smtp_peer import smtp_peer

from engagement.errors import BadInput
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.proving import send_test_mail
from engagement.mail.wire.actions.transport import Transport, server_of

SENDER = "engagement@example.com"
TO = "tomasz@example.com"
MESSAGE = b"Subject: Hello\r\n\r\n.\r\n..two\r\nend\r\n"
BOTH = pytest.mark.parametrize("pipelines", [True, False])


@BOTH
def test_message_arrives_as_it_was_and_the_connection_is_kept(pipelines: bool):
    with smtp_peer(pipelines=pipelines) as peer, Transport(peer.url) as transport:
        outcomes = [transport.send(SENDER, f"p{n}@example.com", MESSAGE) for n in range(5)]
        assert {(o.state, o.reply) for o in outcomes} == {(DeliveryState.SENT, "250 2.0.0 Ok: queued")}
        assert peer.recipients == [f"p{n}@example.com" for n in range(5)]
        assert {received.raw for received in peer.messages} == {MESSAGE}
        assert len(peer.connections) == 1


@BOTH
@pytest.mark.parametrize(
    ("answer", "state"),
    [("450 4.2.1 Too much mail", DeliveryState.DEFERRED), ("550 5.1.1 No such person", DeliveryState.BOUNCED)],
)
def test_refused_recipient_keeps_the_servers_text_and_the_connection(
    pipelines: bool, answer: str, state: DeliveryState
):
    with smtp_peer(pipelines=pipelines) as peer, Transport(peer.url) as transport:
        peer.on_recipient = lambda address: answer if address == TO else None
        outcome = transport.send(SENDER, TO, MESSAGE)
        assert (outcome.state, outcome.reply, outcome.is_ours) == (state, answer, False)
        assert transport.send(SENDER, "other@example.com", MESSAGE).state is DeliveryState.SENT
        assert (peer.recipients, len(peer.connections)) == (["other@example.com"], 1)


@pytest.mark.parametrize(
    ("answer", "state"),
    [("452 4.3.1 Full", DeliveryState.DEFERRED), ("554 5.7.1 Looks like spam", DeliveryState.BOUNCED)],
)
def test_refused_message_keeps_the_servers_text(answer: str, state: DeliveryState):
    with smtp_peer(on_message=lambda _: answer) as peer, Transport(peer.url) as transport:
        outcome = transport.send(SENDER, TO, MESSAGE)
        assert (outcome.state, outcome.reply) == (state, answer)


def test_refused_sender_is_our_trouble_and_nobodys_bounce():
    with smtp_peer(on_sender=lambda _: "553 5.7.1 Sender not allowed") as peer, Transport(peer.url) as transport:
        outcome = transport.send(SENDER, TO, MESSAGE)
        assert (outcome.state, outcome.is_ours, outcome.reply) == (
            DeliveryState.DEFERRED,
            True,
            "553 5.7.1 Sender not allowed",
        )


def test_connection_cut_after_the_message_leaves_it_uncertain():
    with smtp_peer(drop_after_data=lambda address: address == TO) as peer, Transport(peer.url) as transport:
        assert transport.send(SENDER, TO, MESSAGE).state is DeliveryState.UNKNOWN
        assert peer.recipients == [TO]
        assert transport.send(SENDER, "other@example.com", MESSAGE).state is DeliveryState.SENT


def test_silence_after_the_message_leaves_it_uncertain():
    with smtp_peer(seconds_per_message=3) as peer:
        transport = Transport(peer.url, accept_within=0.2)
        assert transport.send(SENDER, TO, MESSAGE).state is DeliveryState.UNKNOWN
        transport.close()


@BOTH
def test_server_that_ends_connections_after_some_messages_gets_the_rest_over_new_ones(pipelines: bool):
    with smtp_peer(most_per_connection=2, pipelines=pipelines) as peer, Transport(peer.url) as transport:
        outcomes = [transport.send(SENDER, f"p{n}@example.com", MESSAGE) for n in range(5)]
        assert {o.state for o in outcomes} == {DeliveryState.SENT}
        assert (len(peer.messages), len(peer.connections)) == (5, 3)


def test_refused_connection_is_our_trouble():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = Transport(f"smtp://127.0.0.1:{port}").send(SENDER, TO, MESSAGE)
    assert (outcome.state, outcome.is_ours) == (DeliveryState.DEFERRED, True)
    assert "refused" in outcome.reply


def test_server_that_never_greets_is_our_trouble():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        outcome = Transport(f"smtp://127.0.0.1:{silent.getsockname()[1]}", answer_within=0.2).send(SENDER, TO, MESSAGE)
        assert (outcome.state, outcome.is_ours) == (DeliveryState.DEFERRED, True)
        assert time.monotonic() - began < 3


def test_international_address_needs_a_server_that_takes_it():
    address = "zoë@example.com"
    with smtp_peer(takes_utf8=True) as peer, Transport(peer.url) as transport:
        assert transport.send(SENDER, address, MESSAGE).state is DeliveryState.SENT
        assert peer.recipients == [address]
        assert peer.commands == [f"MAIL {SENDER} SMTPUTF8"]
    with smtp_peer(takes_utf8=False) as peer, Transport(peer.url) as transport:
        outcome = transport.send(SENDER, address, MESSAGE)
        assert (outcome.state, outcome.reason) == (
            DeliveryState.BOUNCED,
            "The address has international characters, which the mail server does not take.",
        )
        assert peer.commands == []


@pytest.mark.parametrize("takes_utf8", [True, False])
def test_international_domain_is_handed_over_as_every_server_takes_it(takes_utf8: bool):
    with smtp_peer(takes_utf8=takes_utf8) as peer, Transport(peer.url) as transport:
        assert transport.send(SENDER, "info@bücher.example", MESSAGE).state is DeliveryState.SENT
        assert (peer.recipients, peer.commands) == (["info@xn--bcher-kva.example"], [f"MAIL {SENDER}"])


@pytest.mark.parametrize(
    "address", ["a@example.com>\r\nRCPT TO:<b@example.com", "a@example.com\nDATA", "a b@example.com", ""]
)
def test_address_cannot_carry_commands(address: str):
    with smtp_peer() as peer, Transport(peer.url) as transport:
        assert transport.send(SENDER, address, MESSAGE).state is DeliveryState.BOUNCED
        assert (peer.messages, peer.commands) == ([], [])


def test_urls_name_scheme_port_and_credentials():
    server = server_of("smtps://user%40example.com:p%3Ass@mail.example.com")
    assert (server.scheme, server.port, server.user, server.password) == ("smtps", 465, "user@example.com", "p:ss")
    assert server_of("smtp+starttls://mail.example.com").port == 587
    assert server_of("smtp://mail.example.com:2525").port == 2525
    with pytest.raises(BadInput):
        server_of("https://mail.example.com")


def test_server_without_starttls_gets_nothing_in_the_clear():
    with smtp_peer() as peer:
        outcome = Transport(peer.url.replace("smtp:", "smtp+starttls:")).send(SENDER, TO, MESSAGE)
        assert (outcome.state, outcome.is_ours, peer.commands) == (DeliveryState.DEFERRED, True, [])


def test_test_message_proves_the_settings_or_says_why_not():
    with smtp_peer() as peer:
        assert send_test_mail(peer.url, f"Engagement <{SENDER}>", TO) == "250 2.0.0 Ok: queued"
        assert peer.messages[0].message["Subject"] == "This is a test of the mail settings"
        peer.on_recipient = lambda _: "550 5.1.1 No such person"
        with pytest.raises(BadInput, match=r"550 5\.1\.1 No such person"):
            send_test_mail(peer.url, f"Engagement <{SENDER}>", TO)
