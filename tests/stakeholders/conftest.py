"""The wave whose map the tests of stakeholders draw, and somebody who promises."""

import pytest
from factories import make_person, make_wave
from flask import Flask

from engagement.people.models import Person
from engagement.waves.models import Wave


@pytest.fixture
def wave(app: Flask) -> Wave:
    return make_wave()


@pytest.fixture
def sam(app: Flask) -> Person:
    return make_person("Sam Pryce", "sam@example.com")
