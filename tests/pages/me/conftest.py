"""An employee with training in a wave."""

from datetime import timedelta

import pytest
from factories import make_person, make_programme, make_wave, make_workflow
from flask import Flask
from pages.me.own_pages import REQUIRED

from engagement import clock
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Module
from engagement.training.rules import ItemKind
from engagement.waves.models import Wave
from tests.training.courses import make_curriculum, make_module


@pytest.fixture
def person(app: Flask, frozen: object) -> Person:
    """Tomasz, a user in Claims."""
    return make_person()


@pytest.fixture
def modules(person: Person) -> list[Module]:
    """What users learn: first a text without questions, then a quiz of three, then something optional."""
    made = [make_module("first", minutes=15), make_module("second", 3, minutes=25, pass_mark=60), make_module("third")]
    make_curriculum(TrainingRole.USER, (made[0], REQUIRED), (made[1], REQUIRED, made[0]), (made[2], ItemKind.OPTIONAL))
    return made


@pytest.fixture
def wave(person: Person, modules: list[Module]) -> Wave:
    """A wave that starts claims triage on 12 May 2026 with a quiet period until 9 June."""
    programme = make_programme()
    made = make_wave(programme, members=[person], workflows=(make_workflow(programme),))
    made.stabilises_until_on = made.go_live_on + timedelta(days=28)
    settle_assignments(clock.now())
    return made
