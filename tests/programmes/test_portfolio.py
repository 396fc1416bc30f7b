"""The portfolio: versions of a workflow."""

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
from engagement.programmes.portfolio.queries import current_version, versions_of
from engagement.programmes.rules import PortfolioClass

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


def test_a_workflow_begins_with_version_1_and_the_next_holds_from_its_day():
    workflow = actions.make_workflow(make_programme(), "Triage", PortfolioClass.QUICK_WIN, by=TESTER)
    assert [(v.number, v.holds_from_on, v.said_by) for v in versions_of(workflow)] == [(1, TODAY, "The tests")]
    later = TODAY + timedelta(days=14)
    announce_version(workflow, " It reads letters too. ", later, by=TESTER)
    numbers = [current_version(workflow, on) for on in (TODAY - timedelta(days=1), TODAY, later)]
    assert [found and found.number for found in numbers] == [None, 1, 2]
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
