"""The portfolio: how a class follows from ratings, versions of a workflow, and reviews."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_programme, make_workflow
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.programmes import actions
from engagement.programmes.portfolio.actions import announce_version
from engagement.programmes.portfolio.queries import current_version, reviews_due, version_numbers, versions_of
from engagement.programmes.portfolio.rules import Ratings, mix_of, mix_words, proposal_for
from engagement.programmes.rules import PortfolioClass

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
WIN, BET, PLAY, CHALLENGE = PortfolioClass


@pytest.mark.parametrize(
    ("rated", "follows", "why"),
    [
        ((4, 3, 3), WIN, "Its value is high, its complexity and risk are not."),
        ((5, 4, None), BET, "Its value is high, and its complexity is too."),
        ((4, 1, 4), BET, "Its value is high, and its risk is too."),
        ((4, 5, 5), BET, "Its value is high, and its complexity and risk are too."),
        ((3, 3, 1), PLAY, "Its value, complexity and risk are not high."),
        ((3, 4, 1), CHALLENGE, "Its value is not high, but its complexity is: investigate first."),
        ((None, 5, None), CHALLENGE, "It is complex or risky, and its value isn’t known yet."),
        ((None, 2, 2), None, "Its value isn’t known yet, so no class follows."),
        ((5, 2, None), None, "Its risk isn’t known yet, so no class follows."),
        ((None, None, None), None, "Its value, complexity and risk aren’t known yet, so no class follows."),
    ],
)
def test_a_class_follows_from_value_complexity_and_risk(rated, follows, why):
    found = proposal_for(Ratings(*rated))
    assert (found.portfolio_class, found.why) == (follows, why)


def test_a_mix_names_the_most_frequent_class_first():
    mix = mix_of([BET, WIN, CHALLENGE, WIN])
    assert mix == [(WIN, 2), (BET, 1), (CHALLENGE, 1)]
    assert mix_words(mix) == "2 quick wins, 1 strategic bet and 1 complex challenge"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": 6}, "value"),
        ({"risk": 0}, "risk"),
        ({"documentation_url": "javascript:alert(1)"}, "documentation_url"),
        ({"documentation_version": "x" * 101}, "documentation_version"),
    ],
)
def test_what_makes_no_sense_is_refused(values, field):
    with pytest.raises(BadInput) as refused:
        actions.change_workflow(make_workflow(make_programme()), by=TESTER, **values)
    assert set(refused.value.problems) == {field}


def test_a_review_is_due_from_its_day_on_in_open_programmes():
    programme, closed = make_programme(), make_programme("Over")
    closed.closed_at = clock.now()
    due, later, over = make_workflow(programme), make_workflow(programme, "Later"), make_workflow(closed)
    make_workflow(programme, "Never")
    for workflow, day in ((due, TODAY), (later, TODAY + timedelta(days=1)), (over, TODAY)):
        actions.change_workflow(workflow, by=TESTER, review_on=day)
    assert reviews_due([programme.id, closed.id], TODAY) == [due]


def test_a_workflow_begins_with_version_1_and_the_next_holds_from_its_day():
    workflow = actions.make_workflow(make_programme(), "Triage", PortfolioClass.QUICK_WIN, by=TESTER)
    assert [(v.number, v.holds_from_on, v.said_by) for v in versions_of(workflow)] == [(1, TODAY, "The tests")]
    later = TODAY + timedelta(days=14)
    announce_version(workflow, " It reads letters too. ", later, by=TESTER)
    numbers = [current_version(workflow, on) for on in (TODAY - timedelta(days=1), TODAY, later)]
    assert [found and found.number for found in numbers] == [None, 1, 2]
    assert version_numbers([workflow.id], later) == {workflow.id: 2}
    newest, _first = versions_of(workflow)
    assert (newest.changes, newest.said_at) == ("It reads letters too.", clock.now())
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "announced version")).one()
    assert entry.changes == {
        "version": [1, 2],
        "holds from": [None, "2026-04-28"],
        "changes": [None, "It reads letters too."],
    }


@pytest.mark.parametrize(
    ("changes", "day", "field", "sentence"),
    [
        (" ", TODAY, "changes", "Say what changes. Those who agreed to the version before read it."),
        ("x" * 2_001, TODAY, "changes", "Shorten this to 2,000 characters; it has 2,001."),
        (
            "More.",
            TODAY - timedelta(days=1),
            "holds_from_on",
            "Version 1 holds from 14 April 2026. Choose that day or a later one.",
        ),
    ],
)
def test_a_version_says_what_changes_and_does_not_reach_back(changes, day, field, sentence):
    workflow = make_workflow(make_programme())
    with pytest.raises(BadInput) as refused:
        announce_version(workflow, changes, day, by=TESTER)
    assert refused.value.problems == {field: sentence}
    assert len(versions_of(workflow)) == 1
