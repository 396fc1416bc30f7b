"""A map of one wave and its readers."""

import pytest
from factories import TESTER, make_change_manager, make_wave, signed_in
from pages.stakeholders.map_pages import G

from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note


@pytest.fixture
def wave(app, frozen):
    return make_wave()


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


@pytest.fixture
def council(wave):
    row = add_stakeholder("Works council", G.OTHERS, places=[wave], role="Has to agree.", by=TESTER)
    write_note(row, "The chair wants a call first.", by=TESTER)
    db.session.commit()
    return row
