"""Assignments follow memberships, roles, employment and the status of waves; settling twice changes nothing."""

from datetime import timedelta

import pytest
from factories import TESTER, make_people, make_person, make_programme, make_wave
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.models import PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.actions.assigning import AssignmentCounts, settle_assignments
from engagement.training.models import Assignment
from engagement.training.queries.settled import unsettled_waves
from engagement.waves import actions as waves
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements

USER, LEADER = TrainingRole.USER, TrainingRole.LEADER
NOTHING = AssignmentCounts(0, 0, 0)


def open_ones(wave: Wave) -> set[tuple[str, TrainingRole]]:
    db.session.expire_all()
    rows = db.session.scalars(
        select(Assignment).where(Assignment.wave_id == wave.id, Assignment.withdrawn_at.is_(None))
    )
    return {(row.person.name, row.role) for row in rows}


@pytest.fixture
def wave(app: Flask) -> Wave:
    """A planned wave with a user, somebody with two roles, and somebody without any."""
    return make_wave(
        members=[
            make_person("Ana Lima"),
            make_person("Ben Ode", roles=(USER, LEADER)),
            make_person("Cleo Roy", roles=()),
        ]
    )


def test_settling_reaches_people_who_matched_before(wave: Wave) -> None:
    assert settle_assignments(clock.now()) == AssignmentCounts(3, 0, 0)
    assert open_ones(wave) == {("Ana Lima", USER), ("Ben Ode", USER), ("Ben Ode", LEADER)}


def test_settling_again_changes_nothing(wave: Wave) -> None:
    settle_assignments(clock.now())
    assert settle_assignments(clock.now() + timedelta(days=1)) == NOTHING
    assert settle_assignments(clock.now(), wave.id) == NOTHING
    assert unsettled_waves() == set()
    for wave_id in (None, wave.id):
        assert settle_assignments(clock.now(), wave_id, is_settled=True) == NOTHING


def test_settling_one_wave_leaves_the_others(wave: Wave) -> None:
    other = make_wave(wave.programme, members=make_people(2, "Finance"), number=4, name="Finance")
    assert settle_assignments(clock.now(), other.id) == AssignmentCounts(2, 0, 0)
    assert open_ones(wave) == set()
    assert unsettled_waves() == {wave.id}


def test_new_role_brings_its_assignment_and_a_lost_one_ends(wave: Wave) -> None:
    settle_assignments(clock.now())
    cleo = db.session.scalars(select(Membership)).all()[2].person
    db.session.add(PersonRole(person=cleo, role=LEADER, origin=RoleOrigin.HAND, given_at=clock.now()))
    lost = db.session.scalars(select(PersonRole).join(PersonRole.person).where(PersonRole.role == LEADER)).first()
    assert lost is not None
    db.session.delete(lost)
    db.session.flush()
    assert unsettled_waves() == {wave.id}
    assert settle_assignments(clock.now(), wave.id) == AssignmentCounts(1, 0, 1)
    assert unsettled_waves() == set()
    assert open_ones(wave) == {("Ana Lima", USER), ("Ben Ode", USER), ("Cleo Roy", LEADER)}


def test_ended_membership_withdraws_and_return_opens_the_same_row(wave: Wave) -> None:
    settle_assignments(clock.now())
    membership = db.session.scalars(select(Membership).order_by(Membership.id)).first()
    assert membership is not None
    membership.ended_at = clock.now()
    db.session.flush()
    assert settle_assignments(clock.now()) == AssignmentCounts(0, 0, 1)
    assert ("Ana Lima", USER) not in open_ones(wave)
    db.session.get_one(Membership, membership.id).ended_at = None
    db.session.flush()
    later = clock.now() + timedelta(days=3)
    assert settle_assignments(later) == AssignmentCounts(0, 1, 0)
    rows = db.session.scalars(select(Assignment).join(Assignment.person).where(Assignment.role == USER)).all()
    assert sorted(row.person.name for row in rows) == ["Ana Lima", "Ben Ode"]
    assert next(row for row in rows if row.person.name == "Ana Lima").assigned_at == later


def test_somebody_who_left_has_no_assignment_any_more(wave: Wave) -> None:
    settle_assignments(clock.now())
    membership = db.session.scalars(select(Membership).order_by(Membership.id)).first()
    assert membership is not None
    membership.person.left_at = clock.now()
    db.session.flush()
    assert settle_assignments(clock.now()) == AssignmentCounts(0, 0, 1)


def test_cancelled_wave_asks_nothing_and_planning_it_again_asks_as_before(wave: Wave) -> None:
    settle_assignments(clock.now())
    waves.change_status(wave, WaveStatus.CANCELLED, reason="No budget.", by=TESTER)
    db.session.flush()
    assert settle_assignments(clock.now()) == AssignmentCounts(0, 0, 3)
    waves.change_status(wave, WaveStatus.PLANNED, reason="Money is back.", by=TESTER)
    db.session.flush()
    assert settle_assignments(clock.now()) == AssignmentCounts(0, 3, 0)


def test_closed_wave_stays_as_it_was(wave: Wave) -> None:
    settle_assignments(clock.now())
    wave.status = WaveStatus.CLOSED
    for role in db.session.scalars(select(PersonRole)):
        db.session.delete(role)
    db.session.flush()
    assert settle_assignments(clock.now()) == NOTHING
    assert len(open_ones(wave)) == 3


def test_closed_wave_takes_nobody_new(app: Flask) -> None:
    make_wave(members=make_people(2), status=WaveStatus.CLOSED)
    assert settle_assignments(clock.now()) == NOTHING


def test_settling_takes_six_statements_however_many_people(app: Flask, statements: Statements) -> None:
    make_wave(make_programme(), members=make_people(30))
    with statements() as sent:
        assert settle_assignments(clock.now()).made == 30
    assert len(sent) == 6


def test_due_day_follows_the_go_live(wave: Wave) -> None:
    settle_assignments(clock.now())
    assignment = db.session.scalars(select(Assignment)).first()
    assert assignment is not None
    assert assignment.due_on == wave.go_live_on - timedelta(days=7)
    waves.move_go_live(wave, wave.go_live_on + timedelta(days=10), reason="Data is late.", by=TESTER)
    assert assignment.due_on == wave.go_live_on - timedelta(days=7)
