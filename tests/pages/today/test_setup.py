"""First setup on the start page: who sees it, how steps tick themselves, and leaving one out."""

import re

import pytest
from factories import (
    make_account,
    make_change_manager,
    make_people,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from pages.today.test_today import words_of
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.attention.setup.queries import setup_states
from engagement.attention.setup.rules import SetupStep
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.programmes.actions import name_holder
from engagement.programmes.rules import OwnershipPart
from tests.communications.calendar_rows import TEXT, make_draft, make_line

pytestmark = pytest.mark.usefixtures("frozen")


def done() -> set[SetupStep]:
    db.session.flush()
    return {state.step for state in setup_states() if state.is_done}


def test_steps_tick_themselves_from_what_is_there(app):
    manager = make_change_manager()
    assert done() == set()
    people = make_people(2)
    assert done() == {SetupStep.PEOPLE}
    programme = make_programme()
    workflow = make_workflow(programme)
    assert done() == {SetupStep.PEOPLE, SetupStep.PROGRAMME}
    for part in OwnershipPart:
        name_holder(workflow, part, people[0], by=manager.actor)
    wave = make_wave(programme, workflows=(workflow,), members=people)
    assert done() == {SetupStep.PEOPLE, SetupStep.PROGRAMME, SetupStep.WORKFLOW, SetupStep.WAVE}
    make_account("joan@example.com", "Joan Hartley", Role.CHANGE_MANAGER)
    line = make_line(programme, wave=wave, owner=manager)
    assert {SetupStep.COLLEAGUE, SetupStep.COMMUNICATIONS} <= done()
    message = make_draft(line)
    message.subject, message.body = "What changes", TEXT
    assert SetupStep.BRIEFING not in done()
    browser = signed_in(app, manager)
    assert "First setup" in words_of(browser.get("/"))
    assert "Nothing needs you" not in words_of(browser.get("/"))


def test_a_step_can_be_left_out_and_taken_up_again(app):
    browser = signed_in(app, make_change_manager())
    assert browser.post("/setup-steps/training/skipping").status_code == 303
    assert browser.post("/setup-steps/training/skipping").status_code == 303
    shown = words_of(browser.get("/"))
    assert "Eight of nine steps are left." in shown
    assert "Left out by Ines Okafor" in shown
    browser.post("/setup-steps/training/taking-up")
    assert "Nine of nine steps are left." in words_of(browser.get("/"))
    browser.post("/setup-steps/briefing/skipping")
    shown = words_of(browser.get("/"))
    assert "First setup" not in shown
    assert browser.post("/setup-steps/nonsense/skipping").status_code == 404


def test_an_administrator_without_a_planning_role_is_led_to_it(app):
    browser = signed_in(app, make_account("ada@example.com", "Ada Byron", Role.ADMINISTRATOR))
    shown = words_of(browser.get("/"))
    assert "Planning needs the role of change manager. You can give it to yourself" in shown
    assert "For this you need the role of a change manager." in shown
    assert "Make me change manager" in shown


@pytest.mark.parametrize("role", [Role.TRAINER, Role.AUDITOR, Role.SPONSOR])
def test_others_neither_see_nor_change_first_setup(app, role):
    browser = signed_in(app, make_account("r@example.com", "Robin Reader", role))
    assert browser.get("/").status_code == 302
    assert browser.post("/setup-steps/training/skipping").status_code == 403
    assert browser.post("/setup-steps/test-mail").status_code == 403


def test_a_test_mail_goes_to_the_administrator_and_says_what_became_of_it(app):
    browser = signed_in(app, make_account("ada@example.com", "Ada Byron", Role.ADMINISTRATOR, Role.CHANGE_MANAGER))
    assert browser.post("/setup-steps/test-mail").status_code == 303
    (delivery,) = db.session.scalars(select(Delivery))
    assert delivery.address == "ada@example.com"
    delivery.state, delivery.reason = DeliveryState.BOUNCED, "550 no such mailbox"
    db.session.commit()
    assert re.search(r"The last test mail: [a-z ]+: 550 no such mailbox\.", words_of(browser.get("/")))
    delivery.state, delivery.sent_at = DeliveryState.SENT, clock.now()
    db.session.commit()
    assert "The last test mail" not in words_of(browser.get("/"))
    assert {state.step for state in setup_states() if state.is_done} == {SetupStep.MAIL}


def test_a_briefing_of_a_wave_brings_its_audience_once(app):
    manager = make_change_manager()
    wave = make_wave(members=[make_person("Ann One")])
    browser = signed_in(app, manager)
    page = browser.get(f"/waves/{wave.id}/briefing").get_data(as_text=True)
    assert 'name="owner"' in page
    asked = {"day": "2026-04-20", "time": "14:00", "owner": str(manager.id), "approver": "0"}
    first = browser.post(f"/waves/{wave.id}/briefing", data=asked)
    assert first.status_code == 303
    assert "People of wave 3" in browser.get(first.location).get_data(as_text=True)
    page = browser.get(f"/waves/{wave.id}/briefing").get_data(as_text=True)
    assert 'name="owner"' not in page
    second = browser.post(f"/waves/{wave.id}/briefing", data={"day": "2026-04-27", "time": "14:00"})
    assert (second.status_code, second.location == first.location) == (303, False)
    assert browser.get("/audiences").get_data(as_text=True).count("People of wave 3") == 1
    assert browser.post(f"/waves/{wave.id}/briefing", data={"day": "", "time": "14:00"}).status_code == 422


def test_taking_over_no_communication_is_refused(app):
    browser = signed_in(app, make_change_manager())
    programme = make_programme()
    db.session.commit()
    address = f"/communications/standard?programme_id={programme.id}"
    assert "There is nobody to choose yet" in browser.get(address).get_data(as_text=True)
    left_out = dict.fromkeys(("executive_update", "programme_update", "department_briefing", "technical_update"), "0")
    refused = browser.post(address, data=left_out | {"owner": "1", "approver": "0"})
    assert (refused.status_code, "Choose who gets at least one" in refused.get_data(as_text=True)) == (422, True)
