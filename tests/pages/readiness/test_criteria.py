"""The page of a wave's readiness, and of one criterion: what is asked, judged, and refused."""

import re
from datetime import date

import pytest
from factories import make_account, make_person, make_programme, make_wave, make_workflow, signed_in

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.readiness.criteria.models import CriterionTerms


@pytest.fixture
def wave(app, frozen):
    programme = make_programme()
    person = make_person()
    return make_wave(
        programme,
        departments=(person.department,),
        workflows=(make_workflow(programme),),
        members=[person],
        go_live_on=date(2026, 5, 12),
    )


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


def criteria(page: str) -> dict[str, str]:
    """Return the state of each criterion by its title."""
    found = re.findall(
        r"<span class=\"pill[^>]*>.*?</svg>([^<]+)</span></div>\s*<div><h3>([^<]+)</h3>", page, re.DOTALL
    )
    return {title: state for state, title in found}


def test_the_page_says_of_every_criterion_where_it_stands_and_why(manager, wave):
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    shown = criteria(page)
    assert shown["Ownership of each workflow is complete"] == "Not met"
    assert shown["Training is finished, in each role"] == "Not known yet"
    assert len(shown) == 15
    assert "Claims triage: no operational owner, change approver, escalation contact or support team." in page
    assert "0 of 1 workflow has somebody for every part; 100\N{NO-BREAK SPACE}% needed." in page
    assert "3 of 15 criteria" not in page
    on_wave = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert f'href="/waves/{wave.id}/readiness"' in on_wave
    assert "Nobody is named who decides." in on_wave


def test_what_is_asked_is_changed_with_a_reason_and_bad_numbers_keep_what_was_typed(manager, wave):
    address = f"/waves/{wave.id}/readiness/training"
    for typed in ("0", "101", "many"):
        refused = manager.post(address, data={"need": typed, "left_out": "They <know> it."})
        page = refused.get_data(as_text=True)
        assert (refused.status_code, f'value="{typed}"' in page) == (422, True)
        assert "They &lt;know&gt; it." in page
    assert manager.post(address, data={"need": "80", "left_out": ""}).status_code == 303
    assert manager.post(address, data={"need": "80", "left_out": "They know it."}).status_code == 303
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert criteria(page)["Training is finished, in each role"] == "Not needed here"
    assert "Taken out by Ines Okafor, Tuesday 14 April" in page
    history = manager.get(address).get_data(as_text=True).partition("What was said before")[2]
    assert history.count("80\N{NO-BREAK SPACE}% needed") == 2
    assert manager.get(f"/waves/{wave.id}/readiness/nonsense").status_code == 404


def test_how_much_support_a_wave_needs_is_said_on_its_criterion_alone(manager, wave):
    asks = "For how many people do you need one trained person?"
    assert asks not in manager.get(f"/waves/{wave.id}/readiness/training").get_data(as_text=True)
    address = f"/waves/{wave.id}/readiness/support"
    refused = manager.post(address, data={"need": "", "people_for_one": "0", "left_out": ""})
    assert (refused.status_code, 'value="0"' in refused.get_data(as_text=True)) == (422, True)
    assert manager.post(address, data={"need": "", "people_for_one": "40", "left_out": ""}).status_code == 303
    page = manager.get(address).get_data(as_text=True)
    assert (asks in page, 'value="40"' in page, "one for 40 people" in page) == (True, True, True)


def test_an_own_criterion_is_judged_by_who_is_named_and_by_nobody_else(app, manager, wave):
    judge, other = make_person("Jo Judge", "jo@example.com"), make_person("Otto Other", "otto@example.com")
    refused = manager.post(f"/waves/{wave.id}/criteria/new", data={"title": "Rehearsed <twice>", "owner": ""})
    assert (refused.status_code, "Rehearsed &lt;twice&gt;" in refused.get_data(as_text=True)) == (422, True)
    made = manager.post(f"/waves/{wave.id}/criteria/new", data={"title": "Rehearsed", "owner": "jo@example.com"})
    assert made.status_code == 303
    terms = db.session.scalars(db.select(CriterionTerms)).one()
    address = f"/waves/{wave.id}/readiness/own-{terms.criterion_id}"
    said = {"state": "met", "evidence": "A whole morning, with <each> team."}
    as_judge, as_other = (signed_in(app, make_account(each.email, each.name)) for each in (judge, other))
    assert as_other.get(f"/waves/{wave.id}/readiness").status_code == 403
    assert as_other.post(f"{address}/judgements", data=said).status_code == 403
    assert as_judge.get(f"/waves/{wave.id}/readiness").status_code == 200
    assert as_judge.post(address, data={"title": "Easier", "owner": "jo@example.com"}).status_code == 403
    refused = as_judge.post(f"{address}/judgements", data={"state": "met", "evidence": ""})
    assert (refused.status_code, "Say what you base it on" in refused.get_data(as_text=True)) == (422, True)
    assert as_judge.post(f"{address}/judgements", data=said).status_code == 303
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert "“A whole morning, with &lt;each&gt; team.”" in page
    assert "Judged by Jo Judge, Tuesday 14 April" in page
