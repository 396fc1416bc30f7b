"""The wave and the messages that most tests of plans move."""

from datetime import date

import pytest
from factories import make_person, make_wave

from engagement.communications.models import Communication
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.models import Wave
from tests.communications.calendar_rows import make_audience, make_line, make_writer
from tests.planning.plans import GO_LIVE


@pytest.fixture
def wave() -> Wave:
    made = make_wave(go_live_on=GO_LIVE, members=[make_person("Ana Lima", "ana@example.com")])
    made.stabilises_until_on = date(2026, 6, 9)
    settle_milestones([made])
    return made


@pytest.fixture
def line(wave: Wave) -> Communication:
    return make_line(wave.programme, wave=wave, owner=make_writer(), audience=make_audience())
