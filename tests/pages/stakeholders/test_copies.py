"""Messages to somebody outside the directory, on the pages: the audience, the message, the log of deliveries, their own page."""

import pytest
from factories import TESTER, make_account, signed_in
from pages.stakeholders.map_pages import G, text_of

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.copies.actions import OFF_THE_MAP
from engagement.stakeholders.rules import Contact
from tests.communications.calendar_rows import make_approved, make_audience, make_line, queue


@pytest.fixture
def brokers(wave):
    row = add_stakeholder("Brokers", G.CUSTOMERS, places=[wave], by=TESTER)
    say_contact(row, Contact("Association", "brokers@example.org"), by=TESTER)
    add_stakeholder("Policyholders", G.CUSTOMERS, places=[wave], by=TESTER)
    db.session.commit()
    return row


@pytest.fixture
def audience(brokers):
    return make_audience("Customers", {"field": "stakeholder_group", "values": ["customers"]})


@pytest.fixture
def message(manager, wave, audience):
    line = make_line(wave.programme, audience=audience, owner=make_account("sam@example.com", "Sam Pryce"))
    made = make_approved(line, approver=make_account("ada@example.com", "Ada Moss", Role.CHANGE_MANAGER))
    db.session.commit()
    return made


def test_an_audience_says_whom_it_reaches_outside_and_why(app, manager, audience):
    db.session.commit()
    shown = text_of(manager.get(f"/audiences/{audience.id}"))
    assert "Whom it reaches today 0 people and 2 outside the directory" in shown
    assert "Brokers Association Is a stakeholder among the customers. Get a copy by mail" in shown
    assert "Policyholders Is a stakeholder among the customers. Get none: no mail address is known" in shown
    assert "0 and 1 outside" in text_of(manager.get("/audiences"))


def test_who_sees_no_map_reads_only_how_many_there_are(app, manager, audience):
    db.session.commit()
    trainer = signed_in(app, make_account("tom@example.com", "Tom Trainer", Role.TRAINER))
    shown = text_of(trainer.get(f"/audiences/{audience.id}"))
    assert "Brokers" not in shown
    assert "2 stakeholders on maps that you don’t see." in shown


def test_a_message_and_its_log_tell_of_those_outside(manager, brokers, message):
    shown = text_of(manager.get(f"/occurrences/{message.id}"))
    assert "Reaches now 1 person, 1 of them outside the directory" in shown
    assert "Brokers is outside the directory: they get this text by mail alone, without links" in shown
    queue(message)
    db.session.commit()
    log = text_of(manager.get(f"/deliveries?message={message.mailing_id}"))
    assert "Brokers" in log
    assert "brokers@example.org" in log


def test_their_page_lists_what_was_sent_to_who_keeps_the_map(app, manager, brokers, message):
    address = f"/stakeholders/{brokers.id}"
    assert "A communication to an audience that names their group goes to brokers@example.org." in text_of(
        manager.get(address)
    )
    queue(message)
    db.session.commit()
    shown = text_of(manager.get(address)).partition("Messages to them")[2]
    assert message.title in shown, shown
    manager.post(f"{address}/removal", data={"reason": ""})
    assert OFF_THE_MAP in text_of(manager.get(address))
    auditor = signed_in(app, make_account("else@example.com", "Else", Role.AUDITOR))
    assert "Messages to them" not in text_of(auditor.get(address))
