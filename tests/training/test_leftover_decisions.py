"""Decisions about old training: kept, let go, taken back, left to the clock, and what they count."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_account, make_department, make_person, make_programme, make_wave
from sqlalchemy import select
from training.moves import EVERY, KEEP, WAIVE, decide, move, person, settle, standing, the_one

from engagement import clock
from engagement.accounts.actions import account_for_person
from engagement.audiences.queries import reach
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.models import Person
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.leftovers import decide_leftovers, settle_leftovers, take_back_decision
from engagement.training.models import Leftover, Module
from engagement.training.queries import progress
from engagement.training.queries.counts import Count
from engagement.training.queries.learning import learning_of
from engagement.training.queries.leftovers import LeftoverState, brought_along, leftovers_listed, moves
from engagement.training.rules import LeftoverCause, LeftoverDecision
from engagement.waves import actions as waves
from engagement.waves.models import Wave
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("frozen")


def own_list(name: str) -> list[tuple[str, str, str]]:
    """What a person is asked to learn: course, wave, and how it stands."""
    items = learning_of(person(name).id)
    return [
        (i.module.slug, i.wave.name if i.wave else "", "done" if i.completed else "kept" if i.is_kept else "open")
        for i in items
    ]


def test_keeping_it_counts_for_the_person_and_not_for_the_wave(claims: Wave) -> None:
    assert progress.wave_progress(claims.id).people == Count(2, 0)
    move("Ana Lima")
    assert progress.wave_progress(claims.id).people == Count(1, 0)
    assert own_list("Ana Lima") == [("first", "Underwriting", "done"), ("second", "Underwriting", "open")]
    assert decide(KEEP) == 1
    kept = the_one()
    assert (kept.decision, kept.decided_by, kept.decided_at) == (KEEP, TESTER.name, clock.now())
    assert own_list("Ana Lima") == [("first", "Claims", "done"), ("second", "Claims", "kept")]
    assert progress.wave_progress(claims.id).people == Count(1, 0)
    assert [row.name for row in db.session.execute(progress.learners(claims.id))] == ["Ben Ode"]
    assert brought_along(claims.id) == (1, 0)
    assert settle() == (0, 0, 0, 0)


def test_kept_training_is_overdue_for_reminders_and_an_undecided_one_is_not(
    claims: Wave, frozen: time_machine.Traveller
) -> None:
    late = {"field": "training_state", "values": ["overdue"]}
    person("Ben Ode").left_at = clock.now()
    move("Ana Lima")
    frozen.shift(timedelta(days=40))
    assert reach(late, clock.now().date()) == 0
    decide(KEEP)
    assert reach(late, clock.now().date()) == 1
    assert list(db.session.scalars(progress.overdue_learners(clock.now().date(), claims.id))) == []


def test_letting_it_go_withdraws_it_with_author_and_reason(claims: Wave) -> None:
    move("Ana Lima")
    assert decide(WAIVE) == 1
    gone = the_one()
    assert (gone.decision, gone.decided_by, gone.cause) == (WAIVE, TESTER.name, LeftoverCause.DEPARTMENT)
    assert gone.assignment.withdrawn_at == clock.now()
    assert own_list("Ana Lima") == [("first", "Underwriting", "done"), ("second", "Underwriting", "open")]
    assert settle() == (0, 0, 0, 0)


def test_deciding_twice_changes_nothing(claims: Wave) -> None:
    move("Ana Lima")
    assert (decide(KEEP), decide(WAIVE)) == (1, 0)
    assert the_one().decision is KEEP


@pytest.mark.parametrize("decision", list(LeftoverDecision))
def test_a_decision_is_taken_back_and_asked_anew(
    claims: Wave, frozen: time_machine.Traveller, decision: LeftoverDecision
) -> None:
    move("Ana Lima")
    decide(decision)
    frozen.shift(timedelta(days=3))
    take_back_decision(the_one(), by=TESTER)
    asked = the_one()
    assert (asked.decision, asked.asked_at, asked.assignment.withdrawn_at) == (None, clock.now(), None)
    assert asked.from_department == make_department("Operations/Claims")
    rows = db.session.scalars(select(Leftover).order_by(Leftover.id)).all()
    assert [(row.decision, row.ended_at is not None) for row in rows] == [(decision, True), (None, False)]
    assert settle() == (0, 0, 0, 0)
    with pytest.raises(RuleBroken, match="no decision to take back"):
        take_back_decision(asked, by=TESTER)


def test_nobody_shakes_off_what_others_decided_that_they_keep(claims: Wave) -> None:
    ana = account_for_person(person("Ana Lima"))
    move("Ana Lima")
    decide(KEEP)
    with pytest.raises(RuleBroken, match="The tests decided that you keep this training"):
        take_back_decision(the_one(), by=ana.actor, for_oneself=True)
    take_back_decision(the_one(), by=TESTER)
    db.session.flush()
    decide_leftovers(EVERY, KEEP, by=ana.actor)
    take_back_decision(the_one(), by=ana.actor, for_oneself=True)
    decide(WAIVE)
    take_back_decision(the_one(), by=ana.actor, for_oneself=True)
    assert the_one().decision is None


def test_the_clock_lets_go_after_fourteen_days_and_not_before(claims: Wave, frozen: time_machine.Traveller) -> None:
    move("Ana Lima")
    frozen.shift(timedelta(days=14, seconds=-1))
    assert settle_leftovers(clock.now()) == 0
    frozen.shift(timedelta(seconds=1))
    assert the_one().decide_by == clock.now()
    assert settle_leftovers(clock.now()) == 1
    assert (the_one().decision, the_one().decided_by, the_one().decided_by_id) == (WAIVE, "The clock", None)
    assert settle_leftovers(clock.now()) == 0


@pytest.mark.parametrize("decision", [None, *LeftoverDecision])
def test_moving_back_ends_question_and_decision(claims: Wave, decision: LeftoverDecision | None) -> None:
    move("Ana Lima")
    if decision:
        decide(decision)
    person("Ana Lima").department = make_department("Operations/Claims")
    db.session.flush()
    waves.settle_memberships()
    settle_assignments(clock.now(), unasked=select(Person.id))
    assert standing() == []
    assert own_list("Ana Lima") == [("first", "Claims", "done"), ("second", "Claims", "open")]
    assert progress.wave_progress(claims.id).people == Count(2, 0)


def test_moves_are_counted_together_and_decided_together(claims: Wave) -> None:
    make_person("Cleo Roy")
    settle()
    for name in ("Ana Lima", "Ben Ode"):
        move(name)
    move("Cleo Roy", "Sales")
    found = moves(EVERY)
    assert [(m.to_department.path, m.people) for m in found if m.to_department] == [("Underwriting", 2), ("Sales", 1)]
    assert decide_leftovers(found[0].is_theirs, KEEP, by=TESTER) == 2
    assert [row.decision for row in standing()] == [KEEP, KEEP, None]
    listed = db.session.scalars(leftovers_listed(LeftoverState.KEPT, EVERY))
    assert [row.person.name for row in listed] == ["Ana Lima", "Ben Ode"]


def test_each_decision_leaves_one_entry_about_its_person(claims: Wave) -> None:
    ines = make_account()
    for name in ("Ana Lima", "Ben Ode"):
        move(name)
    decide_leftovers(EVERY, KEEP, by=ines.actor)
    take_back_decision(standing()[0], by=ines.actor)
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_kind == "assignment").order_by(AuditEntry.id)
    ).all()
    assert [(e.verb, e.subject_name, e.person_id, e.wave_id, e.actor_id, e.changes) for e in entries] == [
        ("kept old training", "Ana Lima", person("Ana Lima").id, claims.id, ines.id, {"old training": [None, "keep"]}),
        ("kept old training", "Ben Ode", person("Ben Ode").id, claims.id, ines.id, {"old training": [None, "keep"]}),
        (
            "took back decision on old training",
            "Ana Lima",
            person("Ana Lima").id,
            claims.id,
            ines.id,
            {"old training": ["keep", None]},
        ),
    ]


def test_settling_and_deciding_take_as_many_statements_however_many_people(
    courses: list[Module], statements: Statements
) -> None:
    department, elsewhere = make_department("Operations/Claims"), make_department("Underwriting")
    people = [make_person(f"Person Number{n}", department=department) for n in range(30)]
    make_wave(make_programme(), departments=(department,))
    settle()
    for one in people:
        one.department = elsewhere
    db.session.flush()
    waves.settle_memberships()
    with statements() as sent:
        assert settle_assignments(clock.now()).asked == 30
    assert len(sent) == 8
    with statements() as sent:
        assert decide(WAIVE) == 30
    assert len(sent) == 4
