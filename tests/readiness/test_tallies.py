"""Kept numbers agree with a count by hand after any history, counted again or not, and reading them costs one statement."""

import random
from datetime import timedelta

import pytest
from factories import make_person, make_wave
from flask import Flask
from readiness.tallied_world import World, compare, finish, settle
from sqlalchemy import select, text, update

from engagement import clock
from engagement.db import db
from engagement.readiness.tallies.actions import count_everything, settle_tallies
from engagement.readiness.tallies.queries.sums import waves_that_differ
from engagement.scheduler.tally_jobs import settle_counts
from engagement.training.tallies.queries import learning_sums, people_sums
from engagement.waves import actions as waves
from engagement.waves.models import Membership
from engagement.waves.tallies.models import Tally, TallyMark, TallyShare
from engagement.waves.tallies.queries import member_sums
from tests.conftest import Statements


@pytest.mark.parametrize("seed", range(3))
def test_kept_numbers_are_those_counted_by_hand_after_any_history(app: Flask, frozen, monkeypatch, seed):
    # So that some are counted and others wait.
    monkeypatch.setattr("engagement.readiness.tallies.actions.STEP", 2)
    world = World(random.Random(seed), frozen)
    # From here on it is another day where champions begin and end than in UTC.
    frozen.shift(timedelta(hours=4))
    compare()
    for _ in range(9):
        for _ in range(3):
            world.change()
        compare()
        db.session.commit()
    settle()
    assert db.session.scalars(select(TallyMark)).all() == []
    keys = db.session.execute(select(Tally.wave_id, Tally.department_id, Tally.role)).all()
    assert len(keys) == len(set(keys))
    compare()


def test_numbers_that_went_wrong_are_found_and_put_right(app: Flask):
    world = World(random.Random(7))
    settle_tallies("UTC")
    assert waves_that_differ() == []
    db.session.execute(update(TallyShare).values(members=TallyShare.members + 1))
    db.session.execute(update(Membership).values(ended_at=clock.now()))
    assert waves_that_differ() == [wave.id for wave in world.waves]
    count_everything("UTC")
    assert waves_that_differ() == []
    compare()


def test_a_change_that_is_taken_back_leaves_no_trace(app: Flask):
    world = World(random.Random(3))
    settle_tallies("UTC")
    db.session.commit()
    before = learning_sums([wave.id for wave in world.waves])
    for person in world.people:
        for module in world.modules:
            finish(person, module)
    db.session.flush()
    assert learning_sums([wave.id for wave in world.waves]) != before
    db.session.rollback()
    assert learning_sums([wave.id for wave in world.waves]) == before


def test_reading_takes_one_statement_however_many_are_marked(app: Flask, statements: Statements):
    world = World(random.Random(5))
    ids = [wave.id for wave in world.waves]
    for read in (learning_sums, people_sums, member_sums):
        with statements() as sent:
            read(ids)
        assert len(sent) == 1


def test_postgresql_learns_how_large_tables_are_before_many_people_are_counted(app, engine_name, monkeypatch):
    if engine_name != "postgresql":
        pytest.skip("SQLite keeps no such numbers by itself")
    wave = make_wave()
    person = make_person("Ada Lima", "ada@example.com")
    waves.place_people(wave)
    db.session.execute(text("UPDATE pg_class SET reltuples = -1 WHERE relname IN ('person', 'membership')"))
    known = text("SELECT min(reltuples) FROM pg_class WHERE relname IN ('person', 'membership')")
    settle_tallies("UTC")
    assert db.session.scalar(known) == -1
    db.session.add(TallyMark(person_id=person.id))
    monkeypatch.setattr("engagement.readiness.tallies.actions.STEP", 1)
    settle_tallies("UTC")
    assert db.session.scalar(known) >= 0


def test_the_job_counts_until_nobody_waits_and_keeps_each_step(app: Flask, monkeypatch):
    monkeypatch.setattr("engagement.readiness.tallies.actions.STEP", 2)
    world = World(random.Random(2))
    settle()
    db.session.add_all(TallyMark(person_id=person.id) for person in world.people[:5])
    db.session.commit()
    assert settle_counts(app.config["SETTINGS"]) == "5 people counted again."
    db.session.rollback()
    assert db.session.scalars(select(TallyMark)).all() == []
    compare()
