"""The pages of a workflow."""

import re
from datetime import date

import pytest
from factories import make_account, make_people, make_programme, signed_in
from markup import text_of
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.rules import PortfolioClass
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor
from engagement.waves.models import Membership
from engagement.waves.queries import workflows_of_waves
from engagement.waves.rules import MembershipOrigin


@pytest.fixture
def workflow(wave):
    """The one of the wave."""
    return workflows_of_waves([wave.id])[wave.id][0]


def test_a_version_is_announced_and_shown_until_it_holds(manager, workflow):
    address = f"/workflows/{workflow.id}/versions"
    empty = manager.post(address, data={"changes": "", "holds_from_on": "2026-05-01"})
    assert (empty.status_code, "Say what changes." in text_of(empty)) == (422, True)
    early = manager.post(address, data={"changes": "It reads letters too.", "holds_from_on": "2026-04-01"})
    assert (early.status_code, "It reads letters too.</textarea>" in early.get_data(as_text=True)) == (422, True)
    assert (
        manager.post(address, data={"changes": "It reads <b> too.", "holds_from_on": "2026-05-01"}).status_code == 303
    )
    page = text_of(manager.get(address))
    assert "Version 1 holds since Tuesday 14 April." in page
    assert (
        "Version 2 will hold from Friday 1 May It reads &lt;b&gt; too. Announced Tuesday 14 April by Ines Okafor"
        in page
    )
    assert "Version 1 All versions" in text_of(manager.get(f"/workflows/{workflow.id}"))


FACTS = {"name": "Letters", "value": "4", "complexity": "2", "risk": "5", "portfolio_class": "follows"}


def test_the_class_follows_from_the_figures_unless_another_is_chosen(manager, wave):
    new = f"/programmes/{wave.programme_id}/workflows/new"
    unknown = manager.post(new, data={**FACTS, "risk": ""})
    assert unknown.status_code == 422
    assert "Its risk isn’t known yet, so no class follows. Choose one, or say more above." in text_of(unknown)
    assert manager.post(new, data={**FACTS, "documentation_url": "ftp://x"}).status_code == 422
    assert manager.post(new, data=FACTS).status_code == 303
    row = db.session.scalars(select(Workflow).where(Workflow.name == "Letters")).one()
    assert (row.portfolio_class, row.risk, row.review_on) == (PortfolioClass.STRATEGIC_BET, 5, None)
    more = {"portfolio_class": "quick_win", "operating_model": "hybrid", "review_on": "2026-04-13"}
    assert manager.post(f"/workflows/{row.id}/edit", data={**FACTS, **more}).status_code == 303
    page = text_of(manager.get(f"/workflows/{row.id}"))
    assert "The figures say strategic bet: Its value is high, and its risk is too." in page
    assert "Hybrid One team keeps the platform, departments what is theirs." in page
    assert "Due since 13 April" in page


def test_the_portfolio_draws_every_workflow_once_and_narrows(manager):
    programme_id = make_programme("Portfolio").id
    for n in range(11):
        crowded = {**FACTS, "name": f"Crowded {n:02}", "risk": "1"}
        manager.post(f"/programmes/{programme_id}/workflows/new", data=crowded)
    manager.post(
        f"/programmes/{programme_id}/workflows/new", data={"name": "Unknown", "portfolio_class": "complex_challenge"}
    )
    page = manager.get(f"/programmes/{programme_id}/portfolio").get_data(as_text=True)
    assert "11 quick wins and 1 complex challenge." in text_of(manager.get(f"/programmes/{programme_id}/portfolio"))
    assert page.count("<title>") == 1 + 8
    assert ">+3</text>" in page
    assert 'aria-label="11 workflows by value and complexity"' in page
    narrowed = manager.get(f"/programmes/{programme_id}/portfolio?class=complex_challenge").get_data(as_text=True)
    assert re.findall(r'<th scope="row"><a [^>]*>([^<]*)<', narrowed) == ["Unknown"]
    file = manager.get(f"/programmes/{programme_id}/portfolio.csv?risk=unknown").get_data(as_text=True)
    assert [line.split(",")[:3] for line in file.splitlines()[1:]] == [["Unknown", "Complex challenge", ""]]


def test_a_review_that_is_due_stands_on_the_start_page_of_who_plans(manager, wave, workflow):
    workflow.review_on = date(2026, 4, 7)
    page = text_of(manager.get("/"))
    assert "Claims triage Its review was due on Tuesday 7 April, 7 days ago. Nobody runs it day to day." in page
    workflow.review_on = date(2026, 4, 15)
    assert "Its review was due" not in text_of(manager.get("/"))


SAID = {
    "system_does": "Reads each claim",
    "people_do": "Every decision",
    "who_decides": "You do.",
    "signs_of_error": "Odd photos",
    "about_the_job": "No post is removed.",
}


def test_a_statement_is_written_kept_published_and_thrown_away(manager, workflow):
    address = f"/workflows/{workflow.id}/statements"
    begun = manager.get(f"{address}/everybody/draft").get_data(as_text=True)
    assert "Reads each new claim" in begun
    kept = manager.post(f"{address}/user/draft", data={**SAID, "question": "Who decides?", "step": "keep"})
    assert kept.status_code == 303
    assert "Draft of version 1" in text_of(manager.get(address))
    refused = manager.post(f"{address}/user/draft", data={**SAID, "question": "Who decides?", "step": "publish"})
    assert (refused.status_code, "Who decides?</textarea>" in refused.get_data(as_text=True)) == (422, True)
    assert "there are 0." in text_of(refused)
    whole = {**SAID, "question": "Who <b>?", "answers": "You do\nThe system", "right_answer": "2", "why": "So it is."}
    assert manager.post(f"{address}/user/draft", data={**whole, "step": "publish"}).status_code == 303
    page = text_of(manager.get(address))
    assert "User version 1 since Tuesday 14 April Read version 1 , published by Ines Okafor" in page
    assert "Wave 3: Property claims none of 1" in page
    statement = db.session.scalars(select(ScopeStatement).where(ScopeStatement.role == StatementFor.USER)).one()
    shown = text_of(manager.get(f"/statements/{statement.id}"))
    assert "Who &lt;b&gt;? You do The system Right Why: So it is." in shown
    people = text_of(manager.get(f"/statements/{statement.id}/people"))
    assert "Tomasz Wójcik Operations/Claims Not yet" in people
    assert "Nobody fits this" in text_of(manager.get(f"/statements/{statement.id}/people?confirmed=yes"))
    file = manager.get(f"/statements/{statement.id}/people.csv").get_data(as_text=True)
    assert file.splitlines()[1:] == ["Tomasz Wójcik,Operations/Claims,"]
    manager.post(f"{address}/user/draft", data={**whole, "who_decides": "Nobody.", "changed": "That", "step": "keep"})
    assert "Draft of version 2" in text_of(manager.get(address))
    assert manager.post(f"{address}/user/draft/discarding").status_code == 303
    assert "Draft of version" not in text_of(manager.get(address))
    assert manager.post(f"{address}/user/draft/discarding").status_code == 404
    assert manager.get(f"{address}/nobody/draft").status_code == 404


def test_a_small_group_is_hidden_from_who_may_not_see_its_people(app, wave, workflow):
    account = make_account("spo@example.com", "Spo Nsor", Role.SPONSOR, programme_id=wave.programme_id)
    sponsor = signed_in(app, account)
    address = f"/workflows/{workflow.id}/statements"
    assert "Not shown: fewer than 5 people." in text_of(sponsor.get(address))
    for person in make_people(4):
        db.session.add(Membership(wave=wave, person=person, origin=MembershipOrigin.HAND, joined_at=clock.now()))
    assert "none of 5" in text_of(sponsor.get(address))


def test_the_roster_of_oversight_is_kept_and_its_lapses_stand_on_the_start_page(manager, workflow):
    address = f"/workflows/{workflow.id}/oversight"
    assert "Nobody is named who may stop it" in text_of(manager.get(address))
    refused = manager.post(address, data={"person": "Tomasz Wójcik", "hours": "", "authority": "Order <b>14"})
    assert (refused.status_code, "Say when they can be reached." in text_of(refused)) == (422, True)
    assert "Order &lt;b&gt;14</textarea>" in refused.get_data(as_text=True)
    named = {"person": "Tomasz Wójcik", "hours": "Always", "certificate": "Course", "certificate_until": "2026-05-01"}
    assert manager.post(address, data=named).status_code == 303
    page = text_of(manager.get(address))
    assert "Tomasz Wójcik since 14 April Not in writing Certificate runs out in 17 days" in page
    row = db.session.scalars(select(Overseer)).one()
    assert "Claims triage It is written nowhere that Tomasz Wójcik may stop it. Nobody runs it" in text_of(
        manager.get("/")
    )
    changed = {"hours": "Always", "authority": "Order 14", "authority_on": "2026-04-13"}
    assert manager.post(f"/overseers/{row.id}", data=changed).status_code == 303
    page = text_of(manager.get(address))
    assert "Tomasz Wójcik since 14 April In order" in page
    assert "Before Tomasz Wójcik 14 April to 14 April" in page
    assert "It is written nowhere" not in text_of(manager.get("/"))
    standing = db.session.scalars(select(Overseer).where(Overseer.until_on.is_(None))).one()
    assert manager.post(f"/overseers/{standing.id}/release").status_code == 303
    assert "Nobody may stop it since Tomasz Wójcik no longer may, from 14 April 2026 on." in text_of(manager.get("/"))
    assert "Nobody is named who may stop it" in text_of(manager.get(address))


def test_a_new_workflow_follows_its_figures_and_says_beforehand_what_that_needs(manager, wave):
    page = manager.get(f"/programmes/{wave.programme_id}/workflows/new")
    inputs = re.findall(r"<input[^>]*>", page.get_data(as_text=True))
    (chosen,) = (each for each in inputs if "portfolio_class" in each and "checked" in each)
    assert 'value="follows"' in chosen
    assert "Needs your answers above: while they are not known, choose a class yourself." in text_of(page)


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.CHANGE_MANAGER])
def test_whoever_names_the_holders_of_a_workflow_reads_that_they_are_kept(app, wave, workflow, role):
    account = make_account("spo@example.com", "Spo Nsor", role, programme_id=wave.programme_id)
    browser = signed_in(app, account)
    make_people(1)
    answer = browser.post(f"/workflows/{workflow.id}/ownership", data={}, follow_redirects=True)
    assert (answer.status_code, "Who holds Claims triage is kept." in text_of(answer)) == (200, True)
