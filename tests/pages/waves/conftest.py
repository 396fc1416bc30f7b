"""A wave and who plans it."""

from datetime import date

import pytest
from factories import make_account, make_person, make_programme, make_wave, make_workflow, signed_in

from engagement.accounts.rules import Role


@pytest.fixture
def wave(app, frozen):
    person = make_person()
    programme = make_programme()
    return make_wave(
        programme,
        departments=(person.department,),
        workflows=(make_workflow(programme),),
        members=[person],
        go_live_on=date(2026, 5, 12),
    )


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
