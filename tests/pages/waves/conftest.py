"""A wave and who plans it."""

from datetime import date

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave, make_workflow, signed_in

from engagement.accounts.rules import Role
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm


@pytest.fixture
def wave(app, frozen):
    person = make_person()
    programme = make_programme()
    workflow = make_workflow(programme)
    metric = make_metric(workflow, MetricDetails("Time", "hours", Better.LOWER, ReadingRhythm.MONTH), None, by=TESTER)
    say_baseline(metric, BaselineSaid(reason="It ran before we came."), today=date(2026, 4, 14), by=TESTER)
    return make_wave(
        programme,
        departments=(person.department,),
        workflows=(workflow,),
        members=[person],
        go_live_on=date(2026, 5, 12),
    )


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
