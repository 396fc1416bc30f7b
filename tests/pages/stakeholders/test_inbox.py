"""The inbox of a programme: its private address, and what waits there until somebody assigns it."""

import html
import re
from datetime import date

import pytest
from factories import TESTER
from pages.stakeholders.map_pages import text_of as plain_text
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.inbox.models import MailIn, ProgrammeMailbox
from engagement.stakeholders.interactions.models import InteractionWording
from engagement.stakeholders.rules import Contact


def text_of(answer) -> str:
    return html.unescape(plain_text(answer))


@pytest.fixture
def takes_mail(app, monkeypatch):
    settings = app.config["SETTINGS"].model_copy(update={"mail_in": "engagement@example.com"})
    monkeypatch.setitem(app.config, "SETTINGS", settings)


@pytest.fixture
def waiting(wave):
    row = MailIn(
        programme_id=wave.programme_id,
        message_id="<1@example.com>",
        sender="zed@broker.example",
        subject="Renewals",
        text="We <b>wait</b>.",
        attachments="rota.pdf",
        problem="Its sender doesn’t plan this programme.",
        sent_at=clock.now(),
        received_at=clock.now(),
    )
    db.session.add(row)
    db.session.commit()
    return row


def test_a_programme_gets_an_address_that_can_be_renewed(manager, wave, takes_mail):
    address = f"/stakeholders/inbox/{wave.programme_id}"
    assert f'href="{address}"' in manager.get(f"/programmes/{wave.programme_id}").get_data(as_text=True)
    assert "Nobody has made one yet." in text_of(manager.get(address))
    found = []
    for _ in range(2):
        assert manager.post(f"{address}/address").status_code == 303
        found += re.findall(
            r"<code>(engagement\+[0-9a-f]{20}@)<wbr>example\.com</code>", manager.get(address).get_data(as_text=True)
        )
    assert len(set(found)) == 2
    db.session.expire_all()
    assert [row.ended_at is None for row in db.session.scalars(select(ProgrammeMailbox))] == [False, True]


def test_without_the_setting_the_page_says_what_is_missing(manager, wave):
    page = text_of(manager.get(f"/stakeholders/inbox/{wave.programme_id}"))
    assert "This installation takes no mail yet. Whoever runs the service sets ENGAGEMENT_MAIL_IN" in page
    assert "Nothing waits, and nothing can come in until there is an address." in page


def test_mail_that_waits_is_assigned_and_stands_with_the_stakeholder(manager, wave, council, waiting):
    assert "Mail that belongs to nobody yet 1 Claims and finance 1 mail waits" in text_of(manager.get("/"))
    page = text_of(manager.get(f"/stakeholders/inbox/{wave.programme_id}"))
    assert "Renewals From zed@broker.example, today at 09:00. Its sender doesn’t plan this programme." in page
    address = f"/stakeholders/inbox/mail/{waiting.id}"
    form = manager.get(address).get_data(as_text=True)
    assert "We &lt;b&gt;wait&lt;/b&gt;.\n\n[Attached, not kept: rota.pdf]</textarea>" in form
    data = {
        "happened_on": "2026-04-14",
        "channel": "message",
        "sentiment": "",
        "topics": "Renewals",
        "notes": "We wait.",
    }
    refused = manager.post(address, data={**data, "parties": "Nobody"})
    assert (refused.status_code, "Nobody on your maps is called “Nobody”." in text_of(refused)) == (422, True)
    answer = manager.post(address, data={**data, "parties": "Works council"})
    assert answer.status_code == 303
    assert "“We wait.” Ines Okafor" in text_of(manager.get(answer.location))
    db.session.expire_all()
    assert (waiting.text, waiting.sender, waiting.handled_by.name) == ("", "", "Ines Okafor")
    assert "Nothing waits" in text_of(manager.get(f"/stakeholders/inbox/{wave.programme_id}"))
    assert manager.get(address).status_code == 404
    assert manager.post(address, data={**data, "parties": "Works council"}).status_code == 404
    assert db.session.query(InteractionWording).count() == 1


@pytest.mark.parametrize(
    ("day", "field", "words"),
    [
        (date(2026, 3, 27), "2026-03-27", "Tuesday 14 April; the original is of Friday 27 March"),
        (None, "2026-04-14", "Tuesday 14 April; the original’s day could not be read"),
    ],
)
def test_forwarded_mail_says_which_day_is_meant(manager, council, waiting, day, field, words):
    waiting.is_forwarded, waiting.original_on = True, day
    db.session.commit()
    address = f"/stakeholders/inbox/mail/{waiting.id}"
    page = manager.get(address)
    assert f'value="{field}"' in page.get_data(as_text=True)
    assert f"Forwarded {words}" in text_of(page)
    data = {
        "happened_on": field,
        "channel": "message",
        "sentiment": "",
        "topics": "",
        "notes": "We wait.",
        "parties": "Works council",
    }
    assert f"Forwarded {words}" in text_of(manager.get(manager.post(address, data=data).location))


def test_whom_a_forwarded_mail_names_is_proposed(manager, wave, council, waiting):
    say_contact(council, Contact(email="chair@council.example"), by=TESTER)
    waiting.text = "From: Chair <Chair@council.example>\nTo: somebody@else.example\n\nWe wait."
    db.session.commit()
    form = manager.get(f"/stakeholders/inbox/mail/{waiting.id}").get_data(as_text=True)
    assert re.search(r'<textarea[^>]* id="parties"[^>]*>\s*Works council</textarea>', form)


def test_mail_is_thrown_away(manager, wave, waiting):
    answer = manager.post(f"/stakeholders/inbox/mail/{waiting.id}/discarding")
    assert answer.location == f"/stakeholders/inbox/{wave.programme_id}"
    db.session.expire_all()
    assert (waiting.text, waiting.subject, waiting.interaction_id) == ("", "", None)
