"""While many people wait to be counted again, a page reads what is kept, and knows of how many and since when."""

import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from readiness.tallied_world import World, compare, finish, settle
from sqlalchemy import delete, func, select

from engagement.db import db
from engagement.people.models import PersonRole
from engagement.readiness.tallies.queries.sums import sums_of
from engagement.training.models import Curriculum, CurriculumItem
from engagement.training.tallies.queries import learning_sums
from engagement.waves.tallies import queries
from engagement.waves.tallies.models import TallyMark
from engagement.waves.tallies.queries import member_sums


@contextmanager
def page():
    """Read as a page that says who waits to be counted again."""
    token = queries.shown.set(queries.Shown())
    yield queries.shown.get()
    queries.shown.reset(token)


def read_by_page(ids: list[int]) -> tuple[Any, queries.Waiting | None]:
    with page() as seen:
        every = sums_of(ids)
        return (set(learning_sums(ids)), set(member_sums(ids)), set(every.learning), every.reached), seen.waiting


def test_a_page_shows_kept_numbers_while_many_are_marked_and_knows_how_many_and_since_when(app: Flask, monkeypatch):
    world = World(random.Random(4))
    settle()
    ids = [wave.id for wave in world.waves]
    before, waiting = read_by_page(ids)
    assert waiting is None
    for person in world.people:
        for module in world.modules:
            finish(person, module)
    began = datetime.now(UTC) - timedelta(seconds=60)
    db.session.flush()
    # It is people who are told apart: each may have several marks, as every change on PostgreSQL sets its own.
    db.session.add_all(TallyMark(person_id=person.id) for person in world.people)
    db.session.flush()
    monkeypatch.setattr(queries, "MOST_COUNTED", len(world.people))
    exact, waiting = read_by_page(ids)
    assert (exact != before, waiting) == (True, None)
    monkeypatch.setattr(queries, "MOST_COUNTED", len(world.people) - 1)
    kept, waiting = read_by_page(ids)
    assert (kept, waiting.people) == (before, len(world.people))
    assert began < waiting.since < began + timedelta(seconds=120)
    # Whatever is no page counts.
    compare()
    settle()
    assert read_by_page(ids) == (exact, None)
    compare()


def test_a_change_of_a_curriculum_waits_for_as_many_as_have_the_role(app: Flask, monkeypatch):
    world = World(random.Random(6))
    settle()
    ids = [wave.id for wave in world.waves]
    before, _ = read_by_page(ids)
    role = db.session.scalars(select(Curriculum.role).order_by(Curriculum.id)).first()
    number = db.session.scalar(select(func.count()).where(PersonRole.role == role))
    db.session.execute(delete(CurriculumItem))
    monkeypatch.setattr(queries, "MOST_COUNTED", number - 1)
    kept, waiting = read_by_page(ids)
    assert (kept, waiting.people >= number > 0) == (before, True)
    compare()
    settle()
    (learning, *_), waiting = read_by_page(ids)
    assert (learning, waiting) == (set(), None)


def test_a_page_says_more_than_so_many_rather_than_to_count_all_marks(app: Flask, monkeypatch):
    world = World(random.Random(8))
    monkeypatch.setattr(queries, "MOST_COUNTED", 1)
    monkeypatch.setattr(queries, "MOST_TOLD", 1)
    _, waiting = read_by_page([wave.id for wave in world.waves])
    assert waiting.people is None
