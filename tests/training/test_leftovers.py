"""Old training after a move: asked about, kept, let go, taken back, left to the clock; and how it counts meanwhile."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_account, make_department, make_person, make_programme, make_wave
from flask import Flask
from sqlalchemy import delete, select

from engagement import clock
from engagement.accounts.actions import account_for_person
from engagement.audiences.queries import reach
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.actions import mark_as_left, take_back
from engagement.people.models import Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.actions.leftovers import decide_leftovers, settle_leftovers, take_back_decision
from engagement.training.models import Assignment, Leftover, Module
from engagement.training.queries import progress
from engagement.training.queries.counts import Count
from engagement.training.queries.history import finished_earlier
from engagement.training.queries.learning import learning_item, learning_of
from engagement.training.queries.leftovers import (
    LeftoverState,
    brought_along,
    leftovers,
    leftovers_listed,
    leftovers_of,
    moves,
    open_leftovers,
)
from engagement.training.rules import CompletionSource, ItemKind, LeftoverCause, LeftoverDecision
from engagement.waves import actions as waves
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements
from tests.training.courses import make_curriculum, make_module

USER, BUILDER = TrainingRole.USER, TrainingRole.BUILDER
KEEP, WAIVE = LeftoverDecision.KEEP, LeftoverDecision.WAIVE
EVERY = Leftover.id > 0
pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def courses(app: Flask) -> list[Module]:
    """Two required courses for users, one of them and another for builders."""
    first, second, third = make_module("first"), make_module("second", minutes=25), make_module("third")
    make_curriculum(USER, (first, ItemKind.REQUIRED), (second, ItemKind.REQUIRED))
    make_curriculum(BUILDER, (first, ItemKind.REQUIRED), (third, ItemKind.REQUIRED))
    return [first, second, third]


@pytest.fixture
def claims(courses: list[Module]) -> Wave:
    """A wave of claims with Ana, who has done one of two courses, and Ben, who has done none; one of underwriting beside it."""
    department = make_department("Operations/Claims")
    make_person("Ana Lima", department=department)
    make_person("Ben Ode", department=department)
    wave = make_wave(departments=(department,), name="Claims", number=1)
    make_wave(
        wave.programme,
        departments=(make_department("Underwriting"),),
        name="Underwriting",
        number=2,
        go_live_on=clock.now().date() + timedelta(days=100),
    )
    settle()
    finish("Ana Lima", courses[0])
    return wave


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def finish(name: str, module: Module) -> None:
    record_completion(person(name), module, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)


def settle() -> tuple[int, int, int, int]:
    """Let waves and training follow the directory; returns what was made, opened again, withdrawn and asked about."""
    db.session.flush()
    waves.settle_memberships()
    counts = settle_assignments(clock.now())
    return counts.made, counts.reopened, counts.withdrawn, counts.asked


def move(name: str, path: str = "Underwriting") -> tuple[int, int, int, int]:
    person(name).department = make_department(path)
    return settle()


def take_role(name: str, role: TrainingRole) -> None:
    db.session.execute(delete(PersonRole).where(PersonRole.person_id == person(name).id, PersonRole.role == role))


def standing() -> list[Leftover]:
    db.session.expire_all()
    return list(db.session.scalars(leftovers().order_by(Leftover.id)))


def the_one() -> Leftover:
    [found] = standing()
    return found


def decide(decision: LeftoverDecision) -> int:
    return decide_leftovers(EVERY, decision, by=TESTER)


def own_list(name: str) -> list[tuple[str, str, str]]:
    """What a person is asked to learn: course, wave, and how it stands."""
    items = learning_of(person(name).id)
    return [
        (i.module.slug, i.wave.name if i.wave else "", "done" if i.completed else "kept" if i.is_kept else "open")
        for i in items
    ]


def test_a_move_brings_the_new_training_and_makes_the_old_a_question(claims: Wave) -> None:
    assert move("Ana Lima") == (1, 0, 0, 1)
    asked = the_one()
    assert (asked.person.name, asked.assignment.wave, asked.assignment.role) == ("Ana Lima", claims, USER)
    assert (asked.cause, asked.decision, asked.asked_at) == (LeftoverCause.DEPARTMENT, None, clock.now())
    assert [d.path for d in (asked.from_department, asked.to_department) if d] == ["Operations/Claims", "Underwriting"]
    assert asked.assignment.withdrawn_at is None
    assert settle() == (0, 0, 0, 0)


def test_what_was_finished_asks_nothing(claims: Wave, courses: list[Module]) -> None:
    finish("Ana Lima", courses[1])
    assert move("Ana Lima") == (1, 0, 1, 0)
    assert standing() == []


def test_a_curriculum_that_asks_nothing_leaves_no_question(app: Flask) -> None:
    wave = make_wave(departments=(make_department(),))
    make_person("Ana Lima")
    settle()
    assert move("Ana Lima") == (0, 0, 1, 0)
    assert wave.status.is_open


def test_a_department_that_the_wave_lets_go_of_moves_nobody(claims: Wave) -> None:
    waves.choose_departments(claims, [], by=TESTER)
    assert settle() == (0, 0, 2, 0)


def test_a_move_within_the_wave_asks_nothing_and_is_remembered(claims: Wave) -> None:
    assert move("Ana Lima", "Operations/Claims/Motor") == (0, 0, 0, 0)
    move("Ana Lima")
    assert the_one().from_department == make_department("Operations/Claims/Motor")


def test_a_lost_role_is_a_question_and_leaves_the_others(claims: Wave) -> None:
    db.session.add(PersonRole(person=person("Ana Lima"), role=BUILDER, origin=RoleOrigin.HAND, given_at=clock.now()))
    take_role("Ana Lima", USER)
    assert settle() == (1, 0, 0, 1)
    asked = the_one()
    assert (asked.cause, asked.assignment.role) == (LeftoverCause.ROLE, USER)
    assert asked.from_department == asked.to_department == make_department("Operations/Claims")


def test_who_leaves_is_not_asked_and_who_was_asked_sleeps_until_they_return(
    claims: Wave, frozen: time_machine.Traveller
) -> None:
    move("Ana Lima")
    for name in ("Ana Lima", "Ben Ode"):
        mark_as_left(person(name), by=TESTER)
    assert settle() == (0, 0, 3, 0)
    assert open_leftovers(EVERY) == 0
    frozen.shift(timedelta(days=30))
    assert settle_leftovers(clock.now()) == 0
    take_back(person("Ana Lima"), by=TESTER)
    assert settle() == (0, 2, 0, 0)
    assert (the_one().decision, the_one().asked_at) == (None, clock.now())
    assert settle_leftovers(clock.now()) == 0


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


def test_moving_on_asks_about_each_training_left_behind(claims: Wave) -> None:
    move("Ana Lima")
    move("Ana Lima", "Sales")
    assert [(row.from_department.path, row.to_department.path) for row in standing()] == [
        ("Operations/Claims", "Underwriting"),
        ("Underwriting", "Sales"),
    ]


def test_a_question_that_is_answered_by_finishing_ends(claims: Wave, courses: list[Module]) -> None:
    move("Ana Lima")
    assert learning_item(person("Ana Lima").id, courses[1].id) is not None
    finish("Ana Lima", courses[1])
    assert leftovers_of(person("Ana Lima").id, LeftoverState.OPEN) == []
    assert settle() == (0, 0, 1, 0)
    assert standing() == []


def test_who_lost_a_role_may_go_on_until_it_is_decided(claims: Wave, courses: list[Module]) -> None:
    take_role("Ana Lima", USER)
    settle()
    ana = person("Ana Lima").id
    assert learning_item(ana, courses[1].id) is not None
    decide(WAIVE)
    assert learning_item(ana, courses[1].id) is None


def test_a_cancelled_wave_asks_nothing_and_planned_again_asks_as_before(claims: Wave) -> None:
    move("Ana Lima")
    waves.change_status(claims, WaveStatus.CANCELLED, reason="No budget.", by=TESTER)
    assert settle() == (0, 0, 2, 0)
    assert open_leftovers(EVERY) == 0
    assert decide(KEEP) == 0
    waves.change_status(claims, WaveStatus.PLANNED, reason="Money is back.", by=TESTER)
    assert settle() == (0, 2, 0, 0)
    assert open_leftovers(EVERY) == 1


def test_a_wave_that_is_over_leaves_everything_as_it_was(claims: Wave) -> None:
    move("Ana Lima")
    decide(KEEP)
    claims.status = WaveStatus.CLOSED
    assert settle() == (0, 0, 0, 0)
    assert progress.wave_progress(claims.id).people == Count(1, 0)
    with pytest.raises(RuleBroken, match="the wave is over"):
        take_back_decision(the_one(), by=TESTER)


def test_what_was_finished_before_is_recognised_with_the_wave_in_which_it_was(
    claims: Wave, courses: list[Module], frozen: time_machine.Traveller
) -> None:
    frozen.shift(timedelta(days=2))
    move("Ana Lima")
    items = learning_of(person("Ana Lima").id)
    assert [(i.module.slug, i.is_recognised, i.recognised_in) for i in items] == [
        ("first", True, claims),
        ("second", False, None),
    ]
    finish("Ana Lima", courses[1])
    items = learning_of(person("Ana Lima").id)
    assert [(i.module.slug, i.is_recognised) for i in items] == [("first", True), ("second", False)]


def test_an_older_version_is_recognised_like_any_other_completion(
    claims: Wave, courses: list[Module], frozen: time_machine.Traveller
) -> None:
    courses[0].version = 2
    frozen.shift(timedelta(days=2))
    move("Ana Lima")
    [first, _] = learning_of(person("Ana Lima").id)
    assert (first.completed, first.is_recognised, first.has_changed_since) == (True, True, True)


def test_what_was_finished_and_is_not_asked_now_stays_on_record(claims: Wave, frozen: time_machine.Traveller) -> None:
    frozen.shift(timedelta(days=2))
    move("Ana Lima", "Sales")
    decide(WAIVE)
    [earlier] = finished_earlier(person("Ana Lima").id, [])
    assert (earlier.completion.module.slug, earlier.wave) == ("first", claims)
    assert finished_earlier(person("Ana Lima").id, [earlier.completion.module_id]) == []


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


def test_settling_one_wave_asks_about_that_one_alone(claims: Wave) -> None:
    person("Ana Lima").department = make_department("Underwriting")
    db.session.flush()
    waves.settle_memberships()
    other = db.session.scalars(select(Wave).where(Wave.name == "Underwriting")).one()
    assert settle_assignments(clock.now(), other.id).asked == 0
    assert settle_assignments(clock.now(), claims.id).asked == 1


def test_what_was_withdrawn_before_questions_existed_stays_so(claims: Wave) -> None:
    move("Ana Lima")
    db.session.execute(delete(Leftover))
    assignment = db.session.scalars(
        select(Assignment).where(Assignment.wave_id == claims.id, Assignment.person_id == person("Ana Lima").id)
    ).one()
    assignment.withdrawn_at = clock.now()
    assert settle() == (0, 0, 0, 0)
