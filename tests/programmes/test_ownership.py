"""Programmes, their workflows, and who holds what: names, gaps, and holders who leave."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_person
from sqlalchemy import select

from engagement import clock
from engagement.attention.queries.holding import held_by
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.programmes import actions, queries
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.rules import OwnershipPart, PortfolioClass
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app")
OWNER, APPROVER, ESCALATION, SUPPORT = OwnershipPart


def make(name: str = "Claims and finance") -> Programme:
    return actions.make_programme(name, "Sorted claims.", by=TESTER)


def add(programme: Programme, name: str = "Claims triage", **values: str) -> Workflow:
    return actions.make_workflow(programme, name, PortfolioClass.QUICK_WIN, by=TESTER, **values)


def vacant(workflow: Workflow) -> list[OwnershipPart]:
    return [gap.part for gap in queries.ownership_gaps([workflow.programme_id])]


def test_a_new_workflow_has_four_gaps_that_close_one_by_one() -> None:
    workflow, ada = add(make()), make_person("Ada Owner")
    assert vacant(workflow) == [OWNER, APPROVER, ESCALATION, SUPPORT]
    for number, part in enumerate(OwnershipPart, start=1):
        actions.name_holder(workflow, part, ada, by=TESTER)
        assert len(vacant(workflow)) == 4 - number
    assert [(t.what, t.as_what) for t in held_by(ada)] == [(workflow.name, part.word) for part in OwnershipPart]


def test_a_holder_who_leaves_opens_the_gap_of_that_day(frozen: time_machine.Traveller) -> None:
    workflow, ada = add(make()), make_person("Ada Owner")
    for part in OwnershipPart:
        actions.name_holder(workflow, part, ada, by=TESTER)
    frozen.shift(timedelta(days=3))
    people.mark_as_left(ada, by=TESTER)
    db.session.flush()
    gaps = queries.ownership_gaps([workflow.programme_id])
    assert [(gap.last_holder, gap.vacant_since) for gap in gaps] == [("Ada Owner", clock.now().date())] * 4
    assert len(held_by(ada)) == 4
    with pytest.raises(RuleBroken, match=r"Ada Owner has left\. Choose somebody who is here"):
        actions.name_holder(workflow, OWNER, ada, by=TESTER)
    actions.name_holder(workflow, OWNER, make_person("Ben Next"), by=TESTER)
    assert vacant(workflow) == [APPROVER, ESCALATION, SUPPORT]


def test_who_holds_what_is_dated_and_the_one_before_ends(frozen: time_machine.Traveller) -> None:
    workflow, ada, ben = add(make()), make_person("Ada Owner"), make_person("Ben Next")
    began_on = clock.now().date()
    actions.name_holder(workflow, OWNER, ada, by=TESTER)
    frozen.shift(timedelta(days=10))
    actions.name_holder(workflow, OWNER, ada, by=TESTER)
    assert queries.holdings([workflow.id])[workflow.id][0].since_on == began_on
    actions.name_holder(workflow, OWNER, ben, by=TESTER)
    [holding, *_] = queries.holdings([workflow.id])[workflow.id]
    assert (holding.person, holding.since_on) == (ben, began_on + timedelta(days=10))
    actions.name_holder(workflow, OWNER, None, by=TESTER)
    [holding, *_] = queries.holdings([workflow.id])[workflow.id]
    assert (holding.is_vacant, holding.last_holder, holding.vacant_since) == (True, "Ben Next", clock.now().date())
    changes = db.session.scalars(
        select(AuditEntry.changes).where(AuditEntry.verb == "named holder").order_by(AuditEntry.id)
    )
    assert [change["Operational owner"] for change in changes] == [
        [None, "Ada Owner"],
        ["Ada Owner", "Ben Next"],
        ["Ben Next", None],
    ]


def test_a_name_that_is_taken_is_refused_in_any_case() -> None:
    first, second = make(), make("Other")
    with pytest.raises(BadInput, match="There is a programme called CLAIMS AND finance already"):
        make(" CLAIMS  AND finance ")
    with pytest.raises(BadInput, match="There is a programme called Claims and finance already"):
        actions.change_programme(second, "Claims and finance", "", by=TESTER)
    actions.change_programme(first, "Claims and Finance", "", by=TESTER)
    add(first)
    with pytest.raises(BadInput, match="This programme has a workflow called claims TRIAGE already"):
        add(first, "claims TRIAGE")
    other = add(second, "Claims triage")
    assert [workflow.programme_id for workflow in queries.workflows_of([first.id, second.id])] == [first.id, second.id]
    other.retired_at = clock.now()
    db.session.flush()
    add(second, "Claims triage")
    assert len(queries.workflows_of([second.id])) == 1


@pytest.mark.parametrize(
    ("name", "purpose", "field"), [(" ", "", "name"), ("x" * 201, "", "name"), ("A", "x" * 5_001, "purpose")]
)
def test_a_programme_that_makes_no_sense_is_refused_by_field(name: str, purpose: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        actions.make_programme(name, purpose, by=TESTER)
    assert set(refused.value.problems) == {field}
    assert db.session.scalars(select(Programme)).all() == []


def test_a_closed_programme_is_listed_last() -> None:
    closed, standing = make("A closed one"), make("Z open one")
    closed.closed_at = clock.now()
    db.session.flush()
    assert queries.programmes() == [standing, closed]


def test_gaps_of_many_workflows_take_one_query(statements: Statements) -> None:
    programme, ada = make(), make_person("Ada Owner")
    for n in range(12):
        actions.name_holder(add(programme, f"Workflow {n}"), OWNER, ada, by=TESTER)
    programme_id = programme.id
    db.session.commit()
    db.session.expunge_all()
    with statements() as sent:
        gaps = queries.ownership_gaps([programme_id])
    assert (len(gaps), len(sent)) == (36, 1)
