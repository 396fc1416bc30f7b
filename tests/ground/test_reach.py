"""How far rights go: what a value answers and what a statement finds are the same, for whatever mix of places."""

from itertools import product

import pytest
from factories import make_department, make_programme, make_wave
from flask import Flask

from engagement.db import db
from engagement.errors import BeyondReach, NotFound
from engagement.people.models import Department
from engagement.people.scopes import department_for, departments_within, reaches_department
from engagement.programmes.models import Programme
from engagement.programmes.scopes import programme_for, programmes_within, reaches_programme
from engagement.reach import Reach
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for, waves_within

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def places(app: Flask) -> tuple[list[Programme], list[Wave], list[Department]]:
    programmes = [make_programme("First"), make_programme("Second")]
    waves = [make_wave(programmes[0], number=1), make_wave(programmes[0], number=2), make_wave(programmes[1])]
    departments = [make_department(path) for path in ("Top", "Top/Below", "Beside")]
    db.session.flush()
    return programmes, waves, departments


def reaches(places: tuple[list[Programme], list[Wave], list[Department]]) -> list[Reach]:
    """Return a reach for every mix of nothing, some and all."""
    programmes, waves, departments = places
    mixes = product((0, 1), (0, 1, 2), (0, 1), (0, 1, 2), (False, True))
    return [
        Reach(
            everything=everything,
            programmes=frozenset(row.id for row in programmes[:number]),
            waves=frozenset(row.id for row in waves[1 : 1 + members]),
            around=frozenset(row.programme_id for row in waves[1 : 1 + members]) if with_around else frozenset(),
            departments=tuple(row.lineage for row in departments[1 : 1 + below]),
        )
        for number, members, with_around, below, everything in mixes
    ]


def test_conditions_find_what_answers_say(places: tuple[list[Programme], list[Wave], list[Department]]):
    programmes, waves, departments = places
    found = {"programmes": set(), "waves": set(), "departments": set()}
    for reach in reaches(places):
        asked = (
            ("programmes", programmes, Programme.id, programmes_within, reaches_programme),
            ("waves", waves, Wave.id, waves_within, reaches_wave),
            ("departments", departments, Department.id, departments_within, reaches_department),
        )
        for name, rows, key, condition, question in asked:
            listed = set(db.session.scalars(db.select(key).where(condition(reach))))
            assert listed == {row.id for row in rows if question(reach, row)}, (name, reach)
            found[name].add(len(listed))
    assert found == {"programmes": {0, 1, 2}, "waves": {0, 1, 2, 3}, "departments": {0, 1, 2, 3}}


def test_look_ups_give_the_row_or_say_why_not(places: tuple[list[Programme], list[Wave], list[Department]]):
    programmes, waves, departments = places
    asked = (
        (programme_for, programmes, Reach(programmes=frozenset({programmes[0].id}))),
        (wave_for, waves, Reach(waves=frozenset({waves[0].id}))),
        (department_for, departments, Reach(departments=(departments[0].lineage,))),
    )
    for look_up, rows, reach in asked:
        assert look_up(reach, rows[0].id) is rows[0]
        with pytest.raises(BeyondReach):
            look_up(reach, rows[-1].id)
        with pytest.raises(NotFound):
            look_up(Reach(everything=True), 987654)


def test_what_is_said_of_a_whole_programme_is_read_with_a_wave_of_it():
    reading = Reach(waves=frozenset({5}), around=frozenset({1}))
    assert reading.covers(programme_id=1)
    assert not reading.covers(programme_id=1, wave_id=6)
    assert not reading.covers_all_of(1)
    changing = Reach(waves=frozenset({5}))
    assert changing.covers(programme_id=1, wave_id=5)
    assert not changing.covers(programme_id=1)
