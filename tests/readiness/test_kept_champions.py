"""Champions as kept numbers: they come and go with the days of one zone, and with what changes about them, like those counted by hand."""

import random
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from factories import make_department, make_wave
from flask import Flask
from readiness.tallied_world import ZONE, World, compare, settle
from sqlalchemy import func, select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.tallies.actions import settle_tallies
from engagement.readiness.tallies.queries.sums import sums_of
from engagement.scheduler.tally_jobs import settle_counts
from engagement.stakeholders.models import Champion
from engagement.waves.models import Wave
from engagement.waves.tallies import queries
from engagement.waves.tallies.models import Tally, TallyDay, TallyMark, TallyShare

pytestmark = pytest.mark.usefixtures("app", "frozen")


@pytest.fixture
def world() -> World:
    made = World(random.Random(5))
    settle()
    return made


def learners(wave: Wave) -> Sequence[int]:
    learns = (TallyShare.wave_id == wave.id, TallyShare.role.is_(None), TallyShare.asked > 0)
    return db.session.scalars(select(TallyShare.person_id).where(*learns).order_by(TallyShare.person_id)).all()


def appoint(wave: Wave, person_id: int, begins: int = 0, ends: int | None = None) -> Champion:
    """Make somebody a champion from so many days from today until so many."""
    today = clock.today(ZONE)
    until: date | None = None if ends is None else today + timedelta(days=ends)
    said: dict[str, Any] = {"from_on": today + timedelta(days=begins), "until_on": until}
    row = Champion(
        wave=wave,
        person_id=person_id,
        department=make_department("Finance"),
        appointed_at=clock.now(),
        **said,
    )
    db.session.add(row)
    db.session.flush()
    return row


def kept() -> int:
    return db.session.scalar(select(func.sum(Tally.posts))) or 0


@contextmanager
def page():
    """Read as a page that says who waits to be counted again."""
    token = queries.shown.set(queries.Shown())
    yield
    queries.shown.reset(token)


def test_whose_time_begins_or_ends_is_counted_from_that_day_on_before_and_after_it_is_kept(world, frozen):
    wave = world.waves[0]
    for person_id, (begins, ends) in zip(learners(wave), [(0, 2), (1, None), (-9, 1)], strict=False):
        appoint(wave, person_id, begins, ends)
    # The last day is that of a clock that was put back.
    for days, number in ((0, 2), (1, 2), (1, 1), (1, 1), (-2, 2)):
        frozen.shift(timedelta(days=days))
        compare()
        with page():
            assert sums_of([wave.id]).friendly[wave.id].champions.assigned == number
            compare()
        settle()
        assert kept() == number
        compare()


def test_what_changes_about_a_champion_is_seen(world):
    wave, other = world.waves
    learner = learners(wave)[0]
    post = appoint(wave, learner)
    settle()
    post.department = make_department("Operations/Letters")
    compare()
    settle()
    db.session.get_one(Person, learner).left_at = clock.now()
    compare()
    settle()
    assert kept() == 0
    db.session.get_one(Person, learner).left_at = None
    compare()
    settle()
    post.wave = other
    compare()


def test_a_wave_that_goes_to_another_programme_takes_its_champions_along(world):
    wave, other = world.waves[0], make_wave(world.programmes[0], number=3, name="Without people")
    for person_id in learners(wave):
        appoint(other, person_id)
    for moved, programme in ((other, 1), (wave, 1), (wave, 0)):
        settle()
        moved.programme = world.programmes[programme]
        compare()


def test_the_day_is_one_of_the_zone_that_was_given_last(world, frozen):
    frozen.shift(timedelta(hours=8))
    settle_tallies("Asia/Tokyo")
    tokyo = clock.today("Asia/Tokyo")
    assert queries.days() == (tokyo, tokyo) != (clock.today("America/New_York"),) * 2
    frozen.shift(timedelta(hours=-8))
    settle_tallies("America/New_York")
    frozen.shift(timedelta(hours=8))
    settle_tallies("America/New_York")
    assert queries.days() == (clock.today("America/New_York"),) * 2


def test_a_zone_with_the_same_day_is_kept_too(world, frozen):
    settle_tallies("Asia/Tokyo")
    settle_tallies("America/New_York")
    frozen.shift(timedelta(hours=8))
    assert queries.days().today == clock.today("America/New_York") != clock.today("Asia/Tokyo")


def test_while_very_many_wait_a_page_shows_the_kept_day(world, frozen, monkeypatch):
    wave = world.waves[0]
    appoint(wave, learners(wave)[0], 1)
    settle()
    frozen.shift(timedelta(days=1))
    db.session.add_all(TallyMark(person_id=person.id) for person in world.people[:3])
    db.session.flush()
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    with page():
        assert sums_of([wave.id]).posts == []
    assert [row.number for row in sums_of([wave.id]).posts] == [1]


def test_the_job_keeps_the_day_even_if_nobody_has_to_be_counted(app: Flask):
    assert settle_counts(app.config["SETTINGS"]) == "0 people counted again."
    db.session.rollback()
    assert db.session.scalar(select(TallyDay.day)) == clock.today(app.config["SETTINGS"].timezone)


def test_where_no_day_was_kept_all_champions_are_counted_at_once(monkeypatch):
    world = World(random.Random(5))
    for person in world.people:
        appoint(world.waves[0], person.id)
    db.session.execute(TallyMark.__table__.delete())
    monkeypatch.setattr("engagement.readiness.tallies.actions.STEP", 1)
    assert settle_tallies(ZONE) == len(world.people)
    assert kept() == len(world.people)
