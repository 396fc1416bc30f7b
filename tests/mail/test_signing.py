"""Messages signed for their domain: proved by the library against what DNS has to hold, and a key that can't be used stops the start."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import dkim
import pytest
from mail.bounces.bounced import sent
from mail.outbox import deliver, make_mailing, queue, queue_to_many, wait_until
from mail.smtp_peer import smtp_peer
from sqlalchemy import select

from engagement import sending, serving
from engagement.app import create_app
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.bounces.rules.return_path import return_address
from engagement.mail.models import Delivery
from engagement.mail.outbox.rules import how_they_leave
from engagement.mail.signing.actions import read_signature
from engagement.mail.signing.rules import Signature
from engagement.sending import Orders
from engagement.settings import Settings


def made_key(folder: Path, bits: int = 1024, *ways: str) -> str:
    """The path of a new key; short, because making a long one takes a second."""
    path = folder / f"{bits}.pem"
    subprocess.run(["openssl", "genrsa", *ways, "-out", str(path), str(bits)], check=True, capture_output=True)
    return str(path)


@pytest.fixture(scope="module")
def signature(tmp_path_factory: pytest.TempPathFactory) -> Signature:
    found = read_signature(made_key(tmp_path_factory.mktemp("key")), "autumn", "example.com")
    assert found is not None
    return found


def proved(raw: bytes, signature: Signature) -> bool:
    """Whether the signature of a message holds, with a DNS that has the record and nothing else."""
    records = {f"{signature.record_name}.": signature.record.encode()}
    return bool(dkim.verify(raw, dnsfunc=lambda name, timeout=5: records.get(name.decode().rstrip(".") + ".", b"")))


def test_what_leaves_is_signed_and_nobody_can_change_it(app, frozen, signature):
    sent()
    queue(make_mailing(subject="Änderungen für {{ first_name }}: „Größe“ und mehr, als in eine Zeile passt, sagt man"))
    db.session.commit()
    with smtp_peer() as peer:
        assert deliver(peer, leaving=how_they_leave("", "", signature)).sent == 1
    raw = peer.messages[0].raw
    assert raw.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;")
    assert proved(raw, signature)
    assert not proved(raw.replace(b"/me?for", b"/my?for"), signature)
    assert not proved(raw.replace(b"From: Engagement", b"From: Somebody"), signature)
    assert peer.messages[0].message["Subject"].startswith("Änderungen für Person0: „Größe“")


def test_a_worker_process_is_told_how_messages_leave(app, signature):
    settings, secret = app.config["SETTINGS"], app.config["SECRET_KEY"]
    app.extensions["signature"], settings.return_path = signature, "bounces+*@example.com"
    try:
        with smtp_peer() as peer:
            queue_to_many(2)
            orders = Orders(**json.loads(json.dumps(asdict(serving.orders_for(app, peer.url, 1)))))
            worker = sending.worker_for(app, orders)
            worker.start()
            wait_until(lambda: len(peer.messages) == 2)
            worker.stop()
            queue(make_mailing())
            db.session.commit()
            assert serving.deliver_all(app, peer.url, lambda _: None).sent == 2
    finally:
        app.extensions["signature"], settings.return_path = None, ""
    assert [proved(message.raw, signature) for message in peer.messages] == [True] * 4
    rows = db.session.execute(select(Delivery.id, Delivery.queued_at).order_by(Delivery.id))
    assert [message.sender for message in peer.messages] == [
        return_address("bounces+*@example.com", secret, key, queued_at) for key, queued_at in rows
    ]


def test_the_record_is_the_public_part_as_another_program_says_it(signature, tmp_path):
    (tmp_path / "key.pem").write_bytes(signature.key)
    run = ["openssl", "rsa", "-in", str(tmp_path / "key.pem"), "-pubout"]
    public = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert signature.record == f"v=DKIM1; k=rsa; p={''.join(public.split(chr(10))[1:-2])}"
    assert signature.record_name == "autumn._domainkey.example.com"


def test_a_key_that_cannot_be_used_stops_the_start_with_a_sentence(tmp_path):
    (tmp_path / "no.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    elliptic = tmp_path / "elliptic.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(elliptic)], check=True, capture_output=True
    )
    for path, words in (
        ("/nowhere/key.pem", "names /nowhere/key.pem, which can’t be read: No such file"),
        (str(tmp_path), "which can’t be read"),
        (str(tmp_path / "no.pem"), "no private RSA key in PEM form"),
        (str(elliptic), "no private RSA key in PEM form"),
        (made_key(tmp_path, 512), "the key has 512 bits; use an RSA key of 2048"),
    ):
        settings = Settings(
            _env_file=None, dkim_key=path, dkim_selector="autumn", instance_path=str(tmp_path / "instance")
        )
        with pytest.raises(BadInput, match=words):
            create_app(settings)
    assert read_signature("", "", "example.com") is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"dkim_selector": ""}, "ENGAGEMENT_DKIM_SELECTOR is missing"),
        ({"dkim_domain": "example.net"}, "has to be mail.example.com, the domain of the sender, or one above it"),
        ({"dkim_domain": "ample.com"}, "has to be mail.example.com"),
        ({"dkim_selector": "two words"}, "can’t stand in DNS"),
    ],
)
def test_settings_of_signing_fit_together(given, words):
    whole = {"dkim_key": "key.pem", "dkim_selector": "autumn", "mail_from": "Engagement <engagement@mail.example.com>"}
    with pytest.raises(ValueError, match=words):
        Settings(_env_file=None, **(whole | given))
    assert Settings(_env_file=None, **whole).signs_for == "mail.example.com"
    assert Settings(_env_file=None, **whole, dkim_domain="Example.com").signs_for == "example.com"
