"""Stakeholders who left or were closed are a task of who looks after them, or of who keeps the map if nobody does."""

import pytest
from factories import TESTER, make_change_manager, make_department, make_person, make_wave, signed_in
from pages.stakeholders.map_pages import text_of

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.queries import reader_of
from engagement.attention.queries.stakeholders import on_maps
from engagement.attention.rules import Reason
from engagement.db import db
from engagement.people import actions as people
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.rules import StakeholderGroup

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup


@pytest.fixture
def wave(app):
    return make_wave()


def told(account):
    found = on_maps(reader_of(account, "UTC"), clock.today("UTC"), 5, [Reason.STAKEHOLDER_GONE])[1]
    assert found.reason is Reason.STAKEHOLDER_GONE
    return [need.name for need in found.first]


def test_who_looks_after_somebody_is_told_that_they_left(app, wave):
    owner, ann = make_person("Ola Owner", "ola@example.com"), make_person("Ann Lead", "ann@example.com")
    row = add_stakeholder(ann, G.OTHERS, places=[wave], owner=owner, by=TESTER)
    add_stakeholder("Brokers", G.CUSTOMERS, places=[wave], owner=owner, by=TESTER)
    manager, own = make_change_manager(), accounts.account_for_person(owner)
    db.session.commit()
    assert (told(own), told(manager)) == ([], [])
    people.mark_as_left(ann, by=TESTER)
    db.session.commit()
    assert (told(own), told(manager)) == (["Ann Lead"], [])
    people.mark_as_left(owner, by=TESTER)
    db.session.commit()
    assert told(manager) == ["Ann Lead"]
    page = text_of(signed_in(app, manager).get("/"))
    assert "Ann Lead has left" in page
    assert "Put whoever has their part now on the map" in page
    remove_stakeholder(row, by=TESTER)
    db.session.commit()
    assert told(manager) == []


def test_a_department_that_was_merged_is_told_too(wave):
    old, new = make_department("Claims"), make_department("Operations")
    add_stakeholder(old, G.END_USERS, places=[wave], by=TESTER)
    manager = make_change_manager()
    people.merge_department(old, new, by=TESTER)
    db.session.commit()
    assert told(manager) == ["Claims"]
