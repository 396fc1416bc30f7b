"""Beside how ready a wave is, the sheet says while only friendly users show it; frozen reports keep that."""

from datetime import timedelta

import pytest
from factories import TESTER, make_people, make_programme, make_wave
from readiness.gate_rows import TODAY
from readiness.tallied_world import finish
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.readiness.criteria.actions import Terms, set_terms
from engagement.readiness.criteria.rules import CriterionKind
from engagement.reports.queries.figures import PILOT_EVIDENCE, figures_of
from engagement.reports.queries.programme import programme_report
from engagement.reports.rules.measures import Measure
from engagement.reports.snapshots.actions import freeze_report
from engagement.reports.snapshots.models import FrozenFigure
from engagement.training.actions.assigning import settle_assignments
from engagement.training.rules import ItemKind
from engagement.waves.models import Wave
from engagement.waves.volunteers.actions import mark_volunteers, take_back_volunteers
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("app", "frozen")


def note_of(wave: Wave) -> str:
    report = programme_report(wave.programme, TODAY, 5)
    (ready,) = (each for each in figures_of(report) if each.measure is Measure.READY)
    return ready.note


@pytest.fixture
def learned() -> tuple[Wave, list[Person]]:
    """A wave with ten people, of whom four have finished their training."""
    people, module = make_people(10), make_module("one")
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED))
    wave = make_wave(make_programme(), members=people, go_live_on=TODAY + timedelta(days=29))
    settle_assignments(clock.now(), wave.id)
    for person in people[:4]:
        finish(person, module)
    db.session.flush()
    return wave, people


def test_the_sheet_says_so_while_more_than_half_are_friendly_or_as_many_as_the_wave_allows(learned):
    wave, people = learned
    assert note_of(wave) == ""
    mark_volunteers(wave, people[:2], by=TESTER)
    assert note_of(wave) == ""
    mark_volunteers(wave, people[2:3], by=TESTER)
    assert note_of(wave) == PILOT_EVIDENCE
    set_terms(wave, CriterionKind.OTHERS, Terms(need=25), by=TESTER)
    assert note_of(wave) == ""
    take_back_volunteers(wave, people[:3], by=TESTER)
    set_terms(wave, CriterionKind.OTHERS, Terms(left_out="A wave of volunteers."), by=TESTER)
    mark_volunteers(wave, people[:4], by=TESTER)
    assert note_of(wave) == ""


def test_a_frozen_report_keeps_it(learned):
    wave, people = learned
    mark_volunteers(wave, people[:3], by=TESTER)
    kept = freeze_report(wave.programme, TODAY, 5, by=TESTER)
    take_back_volunteers(wave, people[:3], by=TESTER)
    db.session.flush()
    ready = (FrozenFigure.snapshot_id == kept.id, FrozenFigure.measure == Measure.READY)
    assert db.session.scalars(select(FrozenFigure.note).where(*ready)).one() == PILOT_EVIDENCE
