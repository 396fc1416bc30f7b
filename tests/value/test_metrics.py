"""Metrics of workflows: what holds of them, what stays of what was said before, and when a reading is due."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave, make_workflow

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.attention.queries.value import metrics_to_read
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.value.actions.metrics import change_metric, end_metric, make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading, correct_reading, take_back_reading
from engagement.value.models import ValueMetric
from engagement.value.queries.present import MetricShown, former_baselines, former_readings, shown_of
from engagement.value.queries.waiting import readings_due
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
TIME = MetricDetails("Time to answer", "minutes", Better.LOWER, ReadingRhythm.MONTH, 10_000, date(2026, 9, 30))
BEFORE = BaselineSaid(20_000, date(2026, 2, 1), "From the system")


def of(metric: ValueMetric) -> MetricShown:
    (shown,) = shown_of([metric])
    return shown


def test_readings_are_kept_corrected_and_taken_back_without_losing_one() -> None:
    metric = make_metric(make_workflow(make_programme()), TIME, None, by=TESTER)
    say_baseline(metric, BaselineSaid(reason="Nobody looked."), today=TODAY, by=TESTER)
    say_baseline(metric, BEFORE, today=TODAY, by=TESTER)
    say_baseline(metric, BEFORE, today=TODAY, by=TESTER)
    assert [row.reason for row in former_baselines(metric.id)] == ["Nobody looked."]
    first = add_reading(metric, Read(date(2026, 4, 1), 18_000), today=TODAY, by=TESTER)
    add_reading(metric, Read(date(2026, 3, 1), 19_500, "Half a month"), today=TODAY, by=TESTER)
    assert of(metric).movement_words == "20 % of the way to the target."
    for day, words in ((date(2026, 4, 1), "18 minutes. Correct that one"), (date(2026, 4, 15), "has not come")):
        with pytest.raises(BadInput, match=words):
            add_reading(metric, Read(day, 1), today=TODAY, by=TESTER)
    correct_reading(first, Read(date(2026, 4, 2), 9_000), today=TODAY, by=TESTER)
    with pytest.raises(RuleBroken, match="corrected or taken back meanwhile"):
        correct_reading(first, Read(date(2026, 4, 2), 8_000), today=TODAY, by=TESTER)
    shown = of(metric)
    assert [(row.measured_on, row.value) for row in shown.readings] == [
        (date(2026, 3, 1), 19_500),
        (date(2026, 4, 2), 9_000),
    ]
    assert (shown.movement_words, shown.latest_words) == ("The target is reached.", "9 minutes on 2 April 2026")
    with pytest.raises(BadInput, match="another reading"):
        correct_reading(shown.readings[0], Read(date(2026, 4, 2), 1), today=TODAY, by=TESTER)
    take_back_reading(shown.readings[1], by=TESTER)
    assert of(metric).latest_words == "19.5 minutes on 1 March 2026"
    assert [row.value for row in former_readings(metric.id)] == [9_000, 18_000]
    end_metric(metric, by=TESTER)
    with pytest.raises(RuleBroken, match="no longer measured"):
        add_reading(metric, Read(TODAY, 1), today=TODAY, by=TESTER)


def test_a_name_is_used_once_in_a_workflow_and_an_owner_is_here() -> None:
    workflow, gone = make_workflow(make_programme()), make_person("Gone Away")
    metric = make_metric(workflow, TIME, gone, by=TESTER)
    gone.left_at = metric.made_at
    with pytest.raises(BadInput) as refused:
        make_metric(workflow, TIME, gone, by=TESTER)
    assert list(refused.value.problems) == ["name", "owner"]
    # Whoever reads it may have left; naming them again is no change.
    change_metric(metric, TIME, gone, by=TESTER)
    end_metric(metric, by=TESTER)
    assert make_metric(workflow, TIME, None, by=TESTER).id != metric.id


def test_a_reading_is_due_of_a_workflow_in_use_and_asked_of_its_owner_or_of_who_plans_it() -> None:
    programme, owner = make_programme(), make_person("Ona Owner")
    workflow = make_workflow(programme)
    wave = make_wave(programme, workflows=(workflow,), go_live_on=date(2026, 3, 1))
    metric = make_metric(workflow, TIME, owner, by=TESTER)
    say_baseline(metric, BEFORE, today=TODAY, by=TESTER)
    manager = reader_of(make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER, programme_id=programme.id), "UTC")
    account = make_account("ona@example.com", "Ona Owner")
    account.person_id = owner.id
    db.session.flush()
    reads = reader_of(account, "UTC")

    def due() -> list[int]:
        return [len(readings_due(rights.planning(reader), TODAY)) for reader in (reads, manager)]

    assert due() == [0, 0]
    wave.status = WaveStatus.LIVE
    assert due() == [1, 0]
    (need,) = metrics_to_read(reads, TODAY, 5).first
    assert (need.key, need.by, need.days_late) == (metric.id, date(2026, 3, 4), 41)
    owner.left_at = metric.made_at
    assert due() == [1, 1]
    add_reading(metric, Read(TODAY - timedelta(days=30), 1), today=TODAY, by=TESTER)
    assert due() == [0, 0]


def test_a_wave_needs_a_baseline_or_a_reason_why_there_is_none() -> None:
    programme = make_programme()
    workflow = make_workflow(programme)
    wave = make_wave(programme, workflows=(workflow,))

    def stands() -> str:
        found = standings_of([wave], TODAY)[wave.id].named("baseline")
        assert found is not None
        return found.sentence.partition("needed. ")[2]

    assert stands() == "Claims triage: nothing is measured."
    metric = make_metric(workflow, TIME, None, by=TESTER)
    assert stands() == "Claims triage: nobody measured “Time to answer” before."
    say_baseline(metric, BaselineSaid(reason="It ran before we came."), today=TODAY, by=TESTER)
    assert stands() == ""
