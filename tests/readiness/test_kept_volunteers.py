"""Volunteers as kept numbers: counted once each, after champions and before pilot users, like those counted by hand."""

import random
from datetime import timedelta

import pytest
from factories import TESTER
from readiness.tallied_world import World, by_hand, compare, settle
from readiness.test_kept_champions import appoint, learners
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.tallies.queries.sums import Friendly, sums_of
from engagement.training.queries.counts import Count
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.tallies.models import TallyMark
from engagement.waves.volunteers.actions import mark_volunteers, take_back_volunteers

pytestmark = pytest.mark.usefixtures("app", "frozen")


@pytest.fixture
def world() -> World:
    made = World(random.Random(5))
    settle()
    return made


def friendly(wave: Wave) -> Friendly:
    return sums_of([wave.id]).friendly[wave.id]


def people(ids) -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)))


def test_a_learner_counts_once_as_champion_else_as_volunteer_else_as_pilot_user(world):
    earlier, wave = world.waves
    both = sorted({*learners(earlier)} & {*learners(wave)})
    assert len(both) >= 3
    earlier.status, earlier.go_live_on = WaveStatus.LIVE, clock.now().date() - timedelta(days=20)
    pilots = friendly(wave).pilots.assigned
    assert pilots == len(both)
    appoint(wave, both[0])
    mark_volunteers(wave, people(both[:2]), by=TESTER)
    for _ in ("before it is counted", "after"):
        found = friendly(wave)
        assert (found.champions.assigned, found.volunteers.assigned, found.pilots.assigned) == (1, 1, pilots - 2)
        assert found.together.assigned == pilots
        compare()
        settle()


def test_a_mark_counts_at_once_marks_only_whom_it_concerns_and_says_nothing_of_another_wave(world):
    wave, other = world.waves
    one = people(learners(wave)[:1])
    mark_volunteers(wave, one, by=TESTER)
    assert set(db.session.scalars(select(TallyMark.person_id))) == {one[0].id}
    assert (friendly(wave).volunteers.assigned, friendly(other).volunteers.assigned) == (1, 0)
    settle()
    # Said once more, nothing changes, and nobody has to be counted.
    mark_volunteers(wave, one, by=TESTER)
    assert db.session.scalars(select(TallyMark.id)).all() == []
    take_back_volunteers(wave, one, by=TESTER)
    assert set(db.session.scalars(select(TallyMark.person_id))) == {one[0].id}
    assert friendly(wave).volunteers == Count()


def test_who_has_left_the_wave_is_no_volunteer_of_it_any_more(world):
    wave = world.waves[0]
    one = people(learners(wave)[:1])
    mark_volunteers(wave, one, by=TESTER)
    settle()
    row = db.session.scalars(
        select(Membership).where(Membership.wave_id == wave.id, Membership.person_id == one[0].id)
    ).one()
    row.ended_at = clock.now()
    compare()
    settle()
    compare()
    assert friendly(wave).volunteers == Count()


@pytest.mark.parametrize("seed", range(3))
def test_after_a_history_of_many_who_volunteer_numbers_are_those_counted_by_hand(frozen, monkeypatch, seed):
    monkeypatch.setattr("engagement.readiness.tallies.actions.STEP", 2)
    world = World(random.Random(seed), frozen)
    seen = 0
    for number in range(8):
        for _ in range(4):
            world.change_volunteer(world.chance.choice(world.people))
            world.change()
        compare()
        seen += sum(each.volunteers.assigned for each in by_hand()[2].values())
        if number % 3 == 0:
            settle()
        db.session.commit()
    settle()
    compare()
    assert seen > 0
