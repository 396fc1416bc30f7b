"""What stands against a wave's becoming ready or going live, and how it is overruled."""

from datetime import date, timedelta

import pytest
from attention.training_rows import own_all
from factories import TESTER, make_person, make_programme, make_wave, make_workflow
from readiness.gate_rows import past_the_gate

from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.programmes.models import Workflow
from engagement.reach import Reach
from engagement.readiness.actions import Overruled, go_live, make_ready
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.queries.overrulings import overrulings_of
from engagement.readiness.rules import ObstacleKind
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
from engagement.waves.actions import change_status
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


def whole_wave() -> Wave:
    programme, lead = make_programme(), make_person("Lea Lead")
    workflow = make_workflow(programme)
    own_all(workflow, lead)
    measure(workflow)
    wave = make_wave(programme, workflows=(workflow,), members=[lead], lead=lead, go_live_on=TODAY)
    past_the_gate(wave)
    return wave


def measure(workflow: Workflow) -> None:
    metric = make_metric(workflow, MetricDetails("Time", "hours", Better.LOWER, ReadingRhythm.MONTH), None, by=TESTER)
    say_baseline(metric, BaselineSaid(reason="It ran before we came."), today=TODAY, by=TESTER)


def kinds(wave: Wave, to: WaveStatus = WaveStatus.READY) -> list[ObstacleKind]:
    return [each.kind for each in obstacles(wave, TODAY, to=to)]


def test_nothing_stands_against_a_wave_that_has_everything() -> None:
    wave = whole_wave()
    assert kinds(wave) == []
    make_ready(wave, reason="Rehearsed.", overruled=Overruled({}, Reach(everything=True)), today=TODAY, by=TESTER)
    go_live(wave, TODAY, reason="Began.", overruled=Overruled({}, Reach(everything=True)), today=TODAY, by=TESTER)
    assert (wave.status, list(overrulings_of(wave.id))) == (WaveStatus.LIVE, [])


def test_an_empty_wave_lacks_people_and_a_workflow_which_nobody_can_overrule() -> None:
    wave = make_wave(go_live_on=TODAY - timedelta(days=1))
    found = obstacles(wave, TODAY)
    assert [(each.kind, each.kind.can_be_overruled) for each in found] == [
        (ObstacleKind.NO_PEOPLE, False),
        (ObstacleKind.NO_WORKFLOW, False),
        (ObstacleKind.NO_LEAD, True),
        (ObstacleKind.GO_LIVE_PASSED, True),
        (ObstacleKind.GATE, False),
    ]
    given = {each.name: "All the same." for each in found}
    with pytest.raises(
        RuleBroken, match="can’t become ready yet: nobody is in it, no workflow is chosen and the gate is not passed"
    ):
        make_ready(
            wave, reason="Rehearsed.", overruled=Overruled(given, Reach(everything=True)), today=TODAY, by=TESTER
        )
    assert wave.status is WaveStatus.PLANNED


def test_what_was_overruled_for_ready_holds_for_going_live_until_it_is_planned_again(frozen) -> None:
    wave = whole_wave()
    wave.lead = None
    (found,) = obstacles(wave, TODAY)
    for reason in ("  ", "x" * 1001):
        with pytest.raises(BadInput) as refused:
            make_ready(
                wave,
                reason="Rehearsed.",
                overruled=Overruled({found.name: reason}, Reach(everything=True)),
                today=TODAY,
                by=TESTER,
            )
        assert list(refused.value.problems) == [found.name]
    make_ready(
        wave,
        reason="Rehearsed.",
        overruled=Overruled({found.name: " Ann does. "}, Reach(everything=True)),
        today=TODAY,
        by=TESTER,
    )
    assert [(each.sentence, each.reason) for each in overrulings_of(wave.id)] == [("Nobody leads it", "Ann does.")]
    assert kinds(wave, WaveStatus.LIVE) == []
    frozen.shift(60)
    change_status(wave, WaveStatus.PLANNED, reason="Not yet.", by=TESTER)
    # Planned again, it needs its gate again too.
    assert kinds(wave) == [ObstacleKind.NO_LEAD, ObstacleKind.GATE]


def test_what_was_not_measured_before_needs_a_reason_of_its_own_whatever_the_gate_says() -> None:
    wave = whole_wave()
    unmeasured = make_workflow(wave.programme, "Letters")
    own_all(unmeasured, wave.lead)
    db.session.add(WaveWorkflow(wave_id=wave.id, workflow_id=unmeasured.id))
    db.session.flush()
    (found,) = obstacles(wave, TODAY)
    assert (found.kind, found.kind.can_be_overruled) == (ObstacleKind.NO_BASELINE, True)
    assert "Letters: nothing is measured." in found.why
    everything = Reach(everything=True)
    with pytest.raises(BadInput, match="Say why it goes on without this"):
        make_ready(wave, reason="Go.", overruled=Overruled({}, everything), today=TODAY, by=TESTER)
    given = Overruled({found.name: "Nobody counted letters."}, everything)
    make_ready(wave, reason="Go.", overruled=given, today=TODAY, by=TESTER)
    assert [each.reason for each in overrulings_of(wave.id)] == ["Nobody counted letters."]
    assert kinds(wave, WaveStatus.LIVE) == []


def test_training_that_opens_after_go_live_is_too_late() -> None:
    wave = whole_wave()
    said = MilestoneDetails(MilestoneKind.TRAINING_OPENS, falls_on=TODAY + timedelta(days=1))
    add_milestone(wave, said, country="GB-ENG", by=TESTER)
    assert kinds(wave) == [ObstacleKind.TRAINING_TOO_LATE]


def test_a_step_that_the_status_does_not_allow_is_refused_for_that_reason() -> None:
    wave = make_wave(status=WaveStatus.CLOSED)
    with pytest.raises(RuleBroken, match="is closed and can’t become ready"):
        make_ready(wave, reason="Rehearsed.", overruled=Overruled({}, Reach(everything=True)), today=TODAY, by=TESTER)


def test_people_who_are_left_to_settle_stand_against_another_go_live_until_a_reason_is_given() -> None:
    wave = whole_wave()
    settling = make_wave(
        wave.programme,
        number=2,
        members=[wave.lead, make_person("Otto Other")],
        go_live_on=TODAY - timedelta(days=9),
    )
    settling.status, settling.stabilises_until_on = WaveStatus.STABILISING, TODAY
    db.session.flush()
    (found,) = obstacles(wave, TODAY)
    assert (found.kind, found.key, found.sentence) == (
        ObstacleKind.QUIET, settling.id, f"1 person is left to settle with {settling.title}",
    )  # fmt: skip
    overruled = Overruled({found.name: "They asked for it."}, Reach(everything=True))
    make_ready(wave, reason="Rehearsed.", overruled=overruled, today=TODAY, by=TESTER)
    assert [(row.kind, row.reason) for row in overrulings_of(wave.id)] == [(ObstacleKind.QUIET, "They asked for it.")]
    assert kinds(wave, WaveStatus.LIVE) == []
    settling.stabilises_until_on = TODAY - timedelta(days=1)
    db.session.flush()
    assert kinds(wave) == []
