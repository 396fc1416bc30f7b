"""Old training after a move: what is asked about it, what ends the question, and what is recognised."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_department, make_person, make_wave
from flask import Flask
from sqlalchemy import delete, select
from training.moves import BUILDER, EVERY, KEEP, USER, WAIVE, decide, finish, move, person, settle, standing, the_one

from engagement import clock
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.actions import mark_as_left, take_back
from engagement.people.models import PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.leftovers import settle_leftovers, take_back_decision
from engagement.training.models import Assignment, Leftover, Module
from engagement.training.queries import progress
from engagement.training.queries.counts import Count
from engagement.training.queries.history import finished_earlier
from engagement.training.queries.learning import learning_item, learning_of
from engagement.training.queries.leftovers import LeftoverState, leftovers_of, open_leftovers
from engagement.training.rules import LeftoverCause
from engagement.waves import actions as waves
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")


def take_role(name: str, role: TrainingRole) -> None:
    db.session.execute(delete(PersonRole).where(PersonRole.person_id == person(name).id, PersonRole.role == role))


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
