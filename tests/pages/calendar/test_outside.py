"""Readers outside the directory on the pages of the calendar: a message as one of them reads it, and their deliveries."""

import re

import pytest
from factories import TESTER, make_account, make_person, make_wave, signed_in
from flask import Flask
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.waves.models import Wave
from tests.communications.calendar_rows import make_approved, make_audience, make_line, queue
from tests.pages.calendar.calendar_pages import page

pytestmark = pytest.mark.usefixtures("frozen")
AUDIENCE = {"field": "stakeholder_group", "values": ["others", "end_users"]}
TEXT = "Dear {{ first_name }} of {{ department }},\n\n[your page]({{ my_change_link }}) tells more."


def put(name: str, wave: Wave, address: str, language: str = "") -> Stakeholder:
    row = add_stakeholder(name, StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    say_contact(row, Contact("The office", address, language), by=TESTER)
    return row


def make_message(writer: Account, wave: Wave) -> Occurrence:
    line = make_line(
        wave.programme,
        wave=wave,
        owner=writer,
        audience=make_audience("Others", AUDIENCE),
        is_required=True,
        asks_confirmation=True,
    )
    return make_approved(line, body=TEXT)


def test_a_message_is_read_as_a_stakeholder_outside_before_and_after_it_is_sent(app: Flask, writer: Account) -> None:
    wave = make_wave()
    person = make_person("Ann Lead", "ann@example.com")
    add_stakeholder(person, StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    put("Regulator", wave, "office@example.org")
    council = put("Works council", wave, "council@example.org")
    occurrence, client = make_message(writer, wave), signed_in(app, writer)
    address = f"/occurrences/{occurrence.id}"
    assert "Dear Ann of Claims" in page(client, address)
    shown = page(client, f"{address}?as=council@example.org")
    assert "As Works council reads it</h2>" in shown
    assert "<p>Dear Works council of The office,</p> <p>your page tells more.</p></div> <p class" in shown
    assert "You get this as Works council, on the map of stakeholders of “Wave 3: Property claims”." in shown
    assert "Works council is outside the directory: they get this text by mail alone" in shown
    assert "“I have read this”" not in shown
    assert shown == page(client, f"{address}?as=works+Council")
    assert 'value="council@example.org"></div>' in shown
    assert re.findall(r'<option value="([^"]*@[^"]*)">(.*?)</option>', shown) == [
        ("ann@example.com", "Ann Lead"),
        ("office@example.org", "Regulator"),
        ("council@example.org", "Works council"),
    ]
    assert "reads as Ann Lead would get it" in shown
    queue(occurrence)
    council.name = "Employees’ council"
    db.session.commit()
    sent = page(client, f"{address}?as=council@example.org")
    assert "As it was sent, with the values of Employees’ council</h2>" in sent
    assert "Dear Works council of The office," in sent
    db.session.execute(Delivery.__table__.update().values(address="", name="", filled={}))
    db.session.commit()
    assert "Dear […] of […]," in page(client, f"{address}?as=council@example.org")
    late = put("Customers’ union", wave, "union@example.org")
    db.session.commit()
    assert f"Dear {late.name} of The office," in page(client, f"{address}?as=union@example.org")


def test_an_audience_of_outsiders_alone_is_read_as_the_first_of_the_language_that_is_asked_for(
    app: Flask, writer: Account
) -> None:
    wave = make_wave()
    put("Regulator", wave, "office@example.org")
    put("Works council", wave, "council@example.org", "de")
    occurrence, client = make_message(writer, wave), signed_in(app, writer)
    assert "Dear Regulator of" in page(client, f"/occurrences/{occurrence.id}")
    assert "Dear Works council of" in page(client, f"/occurrences/{occurrence.id}?language=de")
    assert "Nobody in the audience has the address “x@example.org”" in page(
        client, f"/occurrences/{occurrence.id}?as=x@example.org"
    )


def test_outsiders_on_maps_that_a_reader_doesn_t_see_are_nobody_to_them(app: Flask, writer: Account) -> None:
    wave = make_wave()
    other = make_wave(wave.programme, number=4, name="Payments")
    put("Works council", wave, "council@example.org")
    put("Regulator", other, "office@example.org")
    occurrence = make_message(writer, wave)
    lead = signed_in(app, make_account("wim@example.com", "Wim Lead", Role.CHANGE_MANAGER, wave_id=wave.id))
    address = f"/occurrences/{occurrence.id}"
    assert "Dear Works council of" in page(lead, address)
    hidden, unknown = (page(lead, f"{address}?as={who}@example.org") for who in ("office", "nobody"))
    assert hidden.replace("office@", "nobody@") == unknown
    assert "Regulator" not in hidden


def test_the_log_finds_deliveries_to_outsiders_by_name_and_shows_them_as_such(app: Flask, writer: Account) -> None:
    wave = make_wave()
    person = make_person("Ann Lead", "ann@example.com")
    add_stakeholder(person, StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    council = put("Conseil d’Établissement", wave, "council@example.org")
    queue(make_message(writer, wave))
    db.session.commit()
    client = signed_in(app, make_account("otto@example.com", "Otto Operator", Role.CHANGE_MANAGER))

    def listed(query: str) -> list[str]:
        shown = page(client, f"/deliveries?{query}")
        rows = re.findall(r'<th scope="row".*?</th>', shown)
        return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in rows]

    theirs = "Conseil d’Établissement council@example.org Outside the directory"
    assert sorted(listed("")) == ["Ann Lead ann@example.com", theirs]
    assert listed("words=etablissement+conseil") == listed(f"outside={council.id}") == [theirs]
    assert listed("words=lead") == ["Ann Lead ann@example.com"]
    assert f'Only messages to <a href="/stakeholders/{council.id}">Conseil d’Établissement</a>.' in page(
        client, f"/deliveries?outside={council.id}"
    )
    assert len(listed("outside=999")) == 0
    erase_outsider(db.session.scalars(select(Stakeholder).where(Stakeholder.id == council.id)).one(), by=TESTER)
    db.session.commit()
    assert listed("words=etablissement") == []
    assert "No longer kept Outside the directory" in listed("")
