"""What pages say of a gate: what it waits for though passed, that nothing is decided any more, and whom conditions may name."""

from datetime import date

import pytest
from factories import (
    make_account,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from readiness.gate_rows import TODAY, object_severely, say

from engagement import clock
from engagement.accounts.rules import Role
from engagement.consultations.models import Body, Consultation
from engagement.consultations.rules import BodyKind
from engagement.db import db
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.deciding import ConditionSaid, states_seen
from engagement.readiness.gate.models import GateCondition
from engagement.readiness.gate.rules import Choice
from engagement.waves.rules import WaveStatus


@pytest.fixture
def wave(app, frozen):
    programme = make_programme(sponsor=make_person("Sue Sponsor", "sue@example.com"))
    lead = make_person("Lea Lead", "lea@example.com")
    make_wave(programme, number=4, name="Motor", lead=make_person("Mo Motor", "mo@example.com"))
    workflows = (make_workflow(programme),)
    return make_wave(programme, workflows=workflows, members=[lead], lead=lead, go_live_on=date(2026, 4, 21))


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


@pytest.fixture
def sponsor(app, wave):
    return signed_in(app, make_account("sue@example.com", "Sue Sponsor"))


def test_a_passed_gate_says_on_both_pages_what_it_waits_for_all_the_same(manager, wave):
    body = Body(programme=wave.programme, kind=BodyKind.WORKS_COUNCIL, name="Works council", made_at=clock.now())
    db.session.add_all([body, Consultation(wave=wave, body=body, is_required=True, opened_at=clock.now())])
    db.session.flush()
    say(wave, wave.programme.sponsor)
    db.session.commit()
    for address in (f"/waves/{wave.id}", f"/waves/{wave.id}/readiness"):
        page = manager.get(address).get_data(as_text=True)
        words = (
            "on 14 April 2026. But it waits for “Bodies that have to be asked gave their position”: that is for others"
        )
        assert words in " ".join(page.split())
        assert "It opens again within minutes" not in page
    wave.status = WaveStatus.LIVE
    db.session.commit()
    # People have begun: nothing waits.
    assert "But it waits" not in manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    wave.status = WaveStatus.PLANNED
    object_severely(wave)
    db.session.commit()
    for address in (f"/waves/{wave.id}", f"/waves/{wave.id}/readiness"):
        assert "It opens again within minutes" in manager.get(address).get_data(as_text=True)


@pytest.mark.parametrize("status", [WaveStatus.LIVE, WaveStatus.CLOSED])
def test_no_form_is_drawn_that_would_only_be_refused(manager, sponsor, wave, status):
    pages = [(sponsor, "decision"), (manager, "override"), (manager, "approvers")]
    for reader, tail in pages:
        assert '<button class="btn btn-primary"' in reader.get(f"/waves/{wave.id}/{tail}").get_data(as_text=True)
    wave.status = status
    db.session.commit()
    for reader, tail in pages:
        answer = reader.get(f"/waves/{wave.id}/{tail}")
        page = answer.get_data(as_text=True).partition("<main")[2]
        assert (answer.status_code, "<textarea" in page, 'name="person"' in page) == (200, False, False)
        assert f"{wave.title} is {status.word.lower()}." in page


def test_a_condition_names_by_name_whom_the_reader_is_shown_and_nobody_else(sponsor, wave):
    make_person("Otto Other", "otto@example.com")
    make_person("Oda Double", "oda@example.com")
    seen = states_seen(standings_of([wave], TODAY)[wave.id].criteria)
    db.session.commit()
    typed = {"choice": "conditions", "reason": "Help comes.", "seen": seen}
    typed |= {"text_1": "Two more people", "due_1": "2026-04-17", "text_2": "A rota", "due_2": "2026-04-18"}
    address = f"/waves/{wave.id}/decision"
    refused = sponsor.post(address, data=typed | {"owner_1": "Lea Lead", "owner_2": "Otto Other"})
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "number “Otto Other”" in page
    assert "number “Lea Lead”" not in page
    assert sponsor.post(address, data=typed | {"owner_1": "Lead, Lea", "owner_2": "mo motor"}).status_code == 303
    rows = db.session.scalars(db.select(GateCondition).order_by(GateCondition.id))
    assert [row.owner.name for row in rows] == ["Lea Lead", "Mo Motor"]


def test_of_two_with_one_name_the_address_is_asked_for_and_not_told(app, sponsor, wave):
    twin = make_person("Lea Lead", "lea.two@example.com")
    make_wave(wave.programme, number=5, name="Travel", lead=twin)
    seen = states_seen(standings_of([wave], TODAY)[wave.id].criteria)
    db.session.commit()
    typed = {"choice": "conditions", "reason": "Help comes.", "seen": seen, "text_1": "A rota", "due_1": "2026-04-17"}
    page = sponsor.post(f"/waves/{wave.id}/decision", data=typed | {"owner_1": "Lea Lead"}).get_data(as_text=True)
    assert "2 people are called “Lea Lead”. Write the work address of the one whom you mean." in page
    assert "lea.two@example.com" not in page


def test_a_condition_of_a_replaced_decision_says_so_and_takes_no_answer(app, manager, sponsor, wave, frozen):
    otto = make_person("Otto Other", "otto@example.com")
    sue = wave.programme.sponsor
    first = say(wave, sue, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", otto, TODAY))
    db.session.commit()
    owner = signed_in(app, make_account("otto@example.com", "Otto Other"))
    row = db.session.scalars(db.select(GateCondition)).one()
    address, decision = f"/conditions/{row.id}", f"/decisions/{first.id}"
    assert "It is done" in owner.get(address).get_data(as_text=True)
    assert "Say what was done" in manager.get(decision).get_data(as_text=True)
    frozen.shift(60)
    say(wave, sue, Choice.NO_GO)
    db.session.commit()
    page = owner.get(address).get_data(as_text=True)
    assert ("It is asked no more" in page, "It is done" in page, "Otto Other was to do it" in page) == (
        True,
        False,
        True,
    )
    assert owner.post(address, data={"note": "They came."}).status_code == 422
    db.session.refresh(row)
    assert row.is_open
    page = manager.get(decision).get_data(as_text=True)
    assert ("Asked no more" in page, "Say what was done" in page, "Past its day" in page) == (True, False, False)
