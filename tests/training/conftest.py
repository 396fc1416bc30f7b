"""Courses, and a wave whose people learn them."""

from datetime import timedelta

import pytest
from factories import make_department, make_person, make_wave
from flask import Flask
from training.moves import BUILDER, USER, finish, settle

from engagement import clock
from engagement.training.models import Module
from engagement.training.rules import ItemKind
from engagement.waves.models import Wave
from tests.training.courses import make_curriculum, make_module


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
