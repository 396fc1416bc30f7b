"""The built-in mailbox's pages: readable by everybody in development, absent in production, safe with any message."""

from collections.abc import Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mail.outbox import FROM, make_mailing
from markupsafe import Markup

from engagement import clock
from engagement.db import db
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.models import Delivery, EnclosedFile
from engagement.mail.rules import MediaType
from engagement.mail.wire.rules.message import prepare
from engagement.pages.admin.mailbox import with_links
from engagement.settings import Environment

HOSTILE = "<script>alert(1)</script>"


def keep(
    address: str = "zoe@example.com", first_name: str = "Zoë", files: Sequence[EnclosedFile] = ()
) -> MailboxMessage:
    mailing = make_mailing()
    mailing.html += "".join(f'<img src="cid:{file.content_id}" alt="A chart">' for file in files if file.content_id)
    mailing.html = "<!doctype html><html><head><title>x</title></head><body>" + mailing.html + "</body></html>"
    delivery = Delivery(id=1, name=first_name, address=address, queued_at=clock.now())
    raw = prepare(mailing, FROM, "example.com", files=files).fill(
        delivery,
        {"first_name": first_name, "me_link": "https://engagement.example.com/me?a=1&b=2"},
        clock.now(),
    )
    row = MailboxMessage(
        received_at=clock.now(),
        sender="engagement@example.com",
        recipient=address,
        subject=f"What changes, {first_name}",
        raw=raw.decode(),
    )
    db.session.add(row)
    db.session.commit()
    return row


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_list_is_newest_first_and_found_by_recipient(client: FlaskClient, app: Flask):
    first, second = keep("zoe@example.com"), keep("tomasz@example.com", "Tomasz")
    shown = page(client, "/mailbox")
    assert shown.index(f"/mailbox/{second.id}") < shown.index(f"/mailbox/{first.id}")
    shown = page(client, "/mailbox?recipient=ZOE")
    assert "zoe@example.com" in shown
    assert "tomasz@example.com" not in shown
    assert "Nobody whose address has “nobody” in it got a message" in page(client, "/mailbox?recipient=nobody")


def test_empty_mailbox_says_how_to_fill_it(client: FlaskClient):
    assert "No message yet" in page(client, "/mailbox")


def test_message_shows_headers_text_with_links_and_a_frame(client: FlaskClient, app: Flask):
    row = keep()
    shown = page(client, f"/mailbox/{row.id}")
    assert "<h1>What changes, Zoë</h1>" in shown
    assert "Zoë &lt;zoe@example.com&gt;" in shown
    link = "https://engagement.example.com/me?a=1&amp;b=2"
    assert f'<a href="{link}">{link}</a>' in shown
    assert f'src="/mailbox/{row.id}/html"' in shown
    assert client.get("/mailbox/999999").status_code == 404


def test_html_part_is_served_in_a_sandbox_of_its_own(client: FlaskClient, app: Flask):
    row = keep(first_name=HOSTILE)
    answer = client.get(f"/mailbox/{row.id}/html")
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-top-navigation-by-user-activation allow-popups",
    }
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert HOSTILE not in answer.get_data(as_text=True)
    assert '<head><base target="_top">' in answer.get_data(as_text=True)
    other = client.get(f"/mailbox/{row.id}")
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
    assert other.headers["X-Frame-Options"] == "DENY"
    assert HOSTILE not in other.get_data(as_text=True)


def test_pictures_are_in_the_message_and_files_beside_it(client: FlaskClient, app: Flask):
    chart = EnclosedFile(name="c.png", media_type=MediaType.PNG, content_id="c@example", content=b"\x89PNG")
    paper = EnclosedFile(name="Report.pdf", media_type=MediaType.PDF, content_id="", content=b"%PDF-1.7")
    row = keep(files=[chart, paper])
    assert '<img src="data:image/png;base64,iVBORw==" alt="A chart">' in page(client, f"/mailbox/{row.id}/html")
    shown = page(client, f"/mailbox/{row.id}")
    assert '<a href="data:application/pdf;base64,JVBERi0xLjc=" download="Report.pdf">Report.pdf</a>, 8 bytes' in shown
    assert "c.png" not in shown
    assert "Attached" not in page(client, f"/mailbox/{keep().id}")


def test_production_has_no_mailbox(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch):
    row = keep()
    settings = app.config["SETTINGS"].model_copy(update={"env": Environment.PRODUCTION})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    for address in ("/mailbox", f"/mailbox/{row.id}", f"/mailbox/{row.id}/html"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.example.com/x.", '<a href="https://a.example.com/x">https://a.example.com/x</a>.'),
        ("<b>", "&lt;b&gt;"),
        ('https://a.example.com/"onx=1', '<a href="https://a.example.com/">https://a.example.com/</a>&#34;onx=1'),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_only_web_addresses_become_links(text: str, html: str):
    assert with_links(text).removeprefix("see ") == Markup(html)
