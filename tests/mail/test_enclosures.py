"""Files in messages: read back by a parser as they went in, whatever they are called, and let go when their time is over."""

import email.policy
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage

import dkim
import pytest
from factories import TESTER, make_person
from mail.outbox import deliver, make_mailing, queue, states
from mail.smtp_peer import smtp_peer
from mail.test_signing import made_key
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.deciding import send_again
from engagement.mail.actions.enclosing import enclose, let_old_enclosures_go
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Delivery, EnclosedFile
from engagement.mail.outbox.rules import how_they_leave
from engagement.mail.rules import (
    ENCLOSED_KEPT_DAYS,
    LARGEST_ENCLOSED,
    UNSUBSCRIBE,
    DeliveryState,
    Enclosed,
    Letter,
    MailingKind,
    MediaType,
)
from engagement.mail.signing.actions import read_signature
from engagement.mail.wire.rules.enclosures import file_name
from engagement.mail.wire.rules.message import prepare

PDF = Enclosed("Claims & finance: report/2026", MediaType.PDF, b"%PDF-1.7\r\n." + bytes(range(256)) * 40)
CSV = Enclosed("Zahlen für Żółć", MediaType.CSV, "\ufeffname,value\r\nŁódź,1\r\n".encode())
CHART = Enclosed("Chart", MediaType.PNG, b"\x89PNG\r\n\x1a\n" + b"\0" * 2000, "abc123@pictures.example")
HTML = f'<p>Look</p><img src="{CHART.address}" alt="A chart">'


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=email.policy.default)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message  # type: ignore[return-value]


def shape(message: EmailMessage) -> object:
    """The kinds of the parts of a message, as deep as they lie."""
    if message.is_multipart():
        return message.get_content_type(), [shape(part) for part in message.iter_parts()]  # type: ignore[arg-type]
    return message.get_content_type()


def mailing_with(*files: Enclosed, html: str = HTML) -> object:
    mailing = build_mailing(MailingKind.NOTICE, Letter("Report", "Look at {{ me_link }}", html))
    enclose(mailing, files)
    return mailing


def sent_with(*files: Enclosed) -> bytes:
    """A message with these files, sent to one person through a real conversation."""
    queue_for_address(mailing_with(*files), "tomasz@example.com", "Tomasz Wójcik", {"me_link": "/me"})
    db.session.commit()
    with smtp_peer() as peer:
        assert deliver(peer).sent == 1
    return peer.messages[0].raw


TEXTS = ("multipart/alternative", ["text/plain", "text/html"])
SHAPES = [
    ((), TEXTS),
    ((PDF,), ("multipart/mixed", [TEXTS, "application/pdf"])),
    ((CHART,), ("multipart/related", [TEXTS, "image/png"])),
    (
        (PDF, CHART, CSV),
        ("multipart/mixed", [("multipart/related", [TEXTS, "image/png"]), "application/pdf", "text/csv"]),
    ),
]


@pytest.mark.parametrize(("files", "expected"), SHAPES)
def test_files_stand_around_the_text_as_mail_programs_expect(app, files, expected):
    raw = sent_with(*files)
    message = parsed(raw)
    assert shape(message) == expected
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert message.get_body(("plain",)).get_content().startswith("Look at https://engagement.example.com/me")
    read = {part.get_filename(): part for part in message.walk() if part.get_filename()}
    for file in files:
        part = read[file_name(file.name, file.media_type)]
        content = part.get_payload(decode=True)
        assert (part.get_content_type(), content) == (file.media_type.value, file.content)
        assert part.get_content_disposition() == ("inline" if file.content_id else "attachment")
        assert part["Content-ID"] == (f"<{file.content_id}>" if file.content_id else None)


NAMES = {
    'a".pdf\r\nBcc: all@example.com': "a-pdf-Bcc-all-example-com.pdf",
    "../../etc/passwd": "etc-passwd.pdf",
    "Żółć Łódź 日本": "Zolc-Lodz-RiBen.pdf",
    "": "file.pdf",
    "...": "file.pdf",
    "\0\u202e\u2028": "file.pdf",
    "=?utf-8?q?x?=": "utf-8-q-x.pdf",
    "x" * 500: "x" * 80 + ".pdf",
    "Report “May”; final (2)": "Report-May-final-2.pdf",
    "👩‍👩‍👧 %s {{ slot }}": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_plain_and_breaks_no_header(app, name):
    message = parsed(sent_with(Enclosed(name, MediaType.PDF, b"x")))
    (part,) = message.iter_attachments()
    assert part.get_filename() == (NAMES[name] or file_name(name, MediaType.PDF))
    assert set(part.get_filename()) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert message["Bcc"] is None


def test_what_is_too_large_for_a_mail_or_marked_wrongly_is_refused(app):
    half = Enclosed("Half", MediaType.PDF, b"x" * (LARGEST_ENCLOSED // 2))
    mailing_with(half, half)
    with pytest.raises(BadInput, match="5,000,001 bytes together"):
        mailing_with(half, half, Enclosed("More", MediaType.CSV, b"x"))
    for mark in ("a>\r\nBcc: x@example.com", "no-domain", "ü@example"):
        with pytest.raises(BadInput, match="mark of a picture"):
            mailing_with(Enclosed("Chart", MediaType.PNG, b"x", mark))


def test_a_message_without_files_is_compiled_once_and_asks_for_nothing_more(app, statements):
    for number in range(5):
        make_person(f"Person {number}", f"p{number}@example.com")
    queue(make_mailing())
    db.session.commit()
    with smtp_peer() as peer, statements() as told:
        assert deliver(peer).sent == 5
    assert [statement for statement in told if "enclosed_file" in statement and "EXISTS" not in statement] == []
    assert sum("enclosed_file" in statement for statement in told) == 1


def test_files_go_when_everybody_has_them_for_a_while(app, frozen):
    mailing = mailing_with(PDF)
    row = queue_for_address(mailing, "tomasz@example.com", "Tomasz", {"me_link": "/me"})
    mailing_with(CSV, html="<p>To nobody yet</p>")
    frozen.shift(timedelta(days=ENCLOSED_KEPT_DAYS, seconds=1))
    later = queue_for_address(mailing_with(PDF), "zoe@example.com", "Zoë", {"me_link": "/me"})
    later.state = DeliveryState.SENT
    assert let_old_enclosures_go(clock.now()) == 1, "of the one that waits for nobody"
    row.state = DeliveryState.BOUNCED
    db.session.flush()
    assert (let_old_enclosures_go(clock.now()), let_old_enclosures_go(clock.now())) == (1, 0)
    kept = db.session.scalars(select(EnclosedFile.content).order_by(EnclosedFile.id)).all()
    assert kept == [None, None, PDF.content]
    # Sent again it would lack them, so it is not.
    send_again(row, by=TESTER)
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer)
    assert states() == {"bounced": 1, "sent": 1}
    refused = db.session.scalars(select(Delivery.reason).where(Delivery.state == DeliveryState.BOUNCED)).one()
    assert refused == "The files of this message are not kept any more, so it can’t be sent again."
    assert peer.messages == []


def test_a_prepared_message_refuses_files_that_were_let_go():
    class Gone:
        name, media_type, content_id, content = "x.pdf", MediaType.PDF, "", None

    mailing = type("Mailing", (), {"subject": "S", "text": "T", "html": "H", "sender_name": "", "reply_to": None})()
    with pytest.raises(RuleBroken, match="not kept any more"):
        prepare(mailing, "engagement@example.com", "example.com", files=[Gone()])


def test_such_messages_can_be_ended_in_one_click_and_the_signature_covers_it(app, tmp_path):
    address = "https://engagement.example.com/reports/endings/abc.def"
    values = {"me_link": "/me", UNSUBSCRIBE: address}
    queue_for_address(mailing_with(PDF, CHART), "tomasz@example.com", "Tomasz", values)
    db.session.commit()
    signature = read_signature(made_key(tmp_path), "autumn", "example.com")
    with smtp_peer() as peer:
        assert deliver(peer, leaving=how_they_leave("", "", signature)).sent == 1
    raw = peer.messages[0].raw
    message = parsed(raw)
    assert message["List-Unsubscribe"] == f"<{address}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    records = {f"{signature.record_name}.": signature.record.encode()}
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: records.get(name.decode().rstrip(".") + ".", b""))
    covered = message["DKIM-Signature"].replace(" ", "")
    assert "list-unsubscribe:list-unsubscribe-post" in covered


@pytest.mark.parametrize("address", ["javascript:1", "https://x\r\nBcc: y@example.com", "https://x>y", "", None, 7])
def test_an_ending_that_is_no_web_address_is_refused(app, address):
    queue_for_address(mailing_with(), "tomasz@example.com", "T", {"me_link": "/me", UNSUBSCRIBE: address})
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer)
    assert (peer.messages, states()) == ([], {"bounced": 1})
