"""The pages of a workflow."""

import re
from datetime import date

import pytest
from factories import make_programme, make_workflow
from sqlalchemy import select

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.programmes.rules import PortfolioClass


@pytest.fixture
def workflow(wave):
    return make_workflow(wave.programme)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


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
