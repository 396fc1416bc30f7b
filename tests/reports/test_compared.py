"""With which earlier reports figures are not compared: those in which something else was asked for, or was in use."""

from datetime import UTC, date, datetime

import pytest
from factories import TESTER, make_account, make_people, make_person, make_programme, make_wave, make_workflow
from reports.six_waves import make_six_waves
from sqlalchemy import select
from training.courses import make_module

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.organisation.rules import UNSET
from engagement.people.rules import TrainingRole
from engagement.readiness.criteria.actions import Terms, set_terms, write_criterion
from engagement.readiness.criteria.rules import CriterionKind
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.rules.measures import Measure
from engagement.reports.snapshots.actions import close_period
from engagement.training.models import Curriculum, CurriculumItem
from engagement.training.rules import ItemKind
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.queries import waves_of

pytestmark = pytest.mark.usefixtures("frozen")
TODAY = date(2026, 4, 14)


@pytest.fixture
def change(app):
    """Say how a figure of a wave has changed since the last closed month, for a change manager."""
    reader = reader_of(make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER), "UTC")

    def words(wave: Wave, measure: Measure) -> str:
        document = sheet_of(wave.programme, TODAY, reader, 5, UNSET).document
        figures = (each for each in document.figures if each.measure is measure and each.of.key == str(wave.id))
        return document.change_words(next(figures))

    return words


def test_readiness_is_not_compared_across_other_criteria_or_percentages(change):
    programme = make_programme("Claims", make_person("Margaret Leclerc", "margaret@example.com"))
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    wave = make_wave(programme, workflows=(make_workflow(programme),), members=make_people(3))
    db.session.flush()
    close_period(programme.id, date(2026, 3, 31), TODAY, 5)
    assert change(wave, Measure.READY) == "unchanged"
    set_terms(wave, CriterionKind.BRIEFED, Terms(need=100), by=TESTER)
    assert change(wave, Measure.READY) == "not comparable: counted with “People were sent a briefing”, 90 % then"
    set_terms(wave, CriterionKind.BRIEFED, Terms(need=90), by=TESTER)
    assert change(wave, Measure.READY) == "unchanged"
    write_criterion(wave, Terms("The desk has rehearsed", programme.sponsor), by=TESTER)
    assert change(wave, Measure.READY) == "not comparable: “The desk has rehearsed” was not counted then"


def test_training_and_use_are_not_compared_across_other_modules_or_workflows(change):
    sponsor, owner = make_person("Margaret Leclerc", "margaret@example.com", "Executive"), make_account()
    programme = make_six_waves(TODAY, sponsor, owner)
    close_period(programme.id, date(2026, 3, 31), TODAY, 5)
    live = next(wave for wave in waves_of(programme.id) if wave.number == 3)
    assert change(live, Measure.USED) == "unchanged since 11 April"
    curriculum = db.session.scalars(select(Curriculum).where(Curriculum.role == TrainingRole.USER)).one()
    for slug, kind in (("second", ItemKind.OPTIONAL), ("third", ItemKind.REQUIRED)):
        assert change(live, Measure.TRAINED) == "unchanged"
        db.session.add(CurriculumItem(curriculum=curriculum, module=make_module(slug), position=2, kind=kind))
        db.session.flush()
    assert change(live, Measure.TRAINED) == "not comparable: “Third” (user) was not counted then"
    db.session.add(WaveWorkflow(wave_id=live.id, workflow_id=make_workflow(programme, "Letters").id))
    db.session.flush()
    assert change(live, Measure.USED) == "not comparable: “Letters” was not counted then"
