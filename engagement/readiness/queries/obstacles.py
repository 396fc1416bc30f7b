"""What stands against a wave's becoming ready or going live."""

from collections.abc import Iterator
from datetime import date, datetime

from engagement.consultations.queries.standing import shown_of_wave
from engagement.consultations.rules import Stand
from engagement.notices.queries.informed import told_in_waves
from engagement.notices.queries.present import current_notices, effects_of
from engagement.programmes.models import Workflow
from engagement.programmes.queries import holdings
from engagement.readiness.queries.overrulings import overruled_when_ready
from engagement.readiness.rules import Obstacle, ObstacleKind
from engagement.training.queries.clashes import quiet_clashes
from engagement.value.queries.waiting import without_baseline, without_metric
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave
from engagement.waves.overlaps.queries import left_to_settle
from engagement.waves.queries import member_counts, workflows_of_waves
from engagement.waves.rules import WaveStatus
from engagement.words import count, days_away, listed, plural, short_day_words

#: The steps that it can stand against.
GATED = (WaveStatus.READY, WaveStatus.LIVE)


def obstacles(wave: Wave, on: date, *, to: WaveStatus = WaveStatus.READY) -> list[Obstacle]:
    """Return what stands against a wave's step to ready or live on a day.

    What was overruled when it became ready no longer stands against its going live.
    """
    if to not in GATED:
        return []
    workflows = workflows_of_waves([wave.id]).get(wave.id, [])
    found = [
        *_plan(wave, workflows, on, to),
        *_quiet(wave, on),
        *_waiting(wave, on),
        *_ownership(workflows),
        *_value(workflows),
        *_bodies(wave),
        *_notices(wave, workflows, to),
    ]
    if to is not WaveStatus.LIVE:
        return found
    overruled = overruled_when_ready(wave)
    return [each for each in found if not _is_settled(each, overruled.get((each.kind, each.key)))]


def _is_settled(obstacle: Obstacle, overruled_at: datetime | None) -> bool:
    return overruled_at is not None and (obstacle.since is None or obstacle.since <= overruled_at)


def _plan(wave: Wave, workflows: list[Workflow], on: date, to: WaveStatus) -> Iterator[Obstacle]:
    if not member_counts([wave.id])[wave.id]:
        why = "Choose its departments, or add people by hand."
        yield Obstacle(ObstacleKind.NO_PEOPLE, wave.id, ObstacleKind.NO_PEOPLE.word, why)
    if not workflows:
        why = "Nothing says what changes for people. Choose what goes live."
        yield Obstacle(ObstacleKind.NO_WORKFLOW, wave.id, ObstacleKind.NO_WORKFLOW.word, why)
    if wave.lead is None:
        yield Obstacle(ObstacleKind.NO_LEAD, wave.id, ObstacleKind.NO_LEAD.word, "People have nobody to ask.")
    if to is WaveStatus.READY and wave.go_live_on < on:
        why = f"It was set for {short_day_words(wave.go_live_on)}, {days_away(wave.go_live_on, on)}. Move it first."
        yield Obstacle(ObstacleKind.GO_LIVE_PASSED, wave.id, ObstacleKind.GO_LIVE_PASSED.word, why)
    opens = [day.falls_on for day in milestones_of(wave.id) if day.kind is MilestoneKind.TRAINING_OPENS]
    if opens and opens[0] > wave.go_live_on:
        why = f"It opens on {short_day_words(opens[0])}, and people are to begin on {short_day_words(wave.go_live_on)}."
        yield Obstacle(ObstacleKind.TRAINING_TOO_LATE, wave.id, "Training opens too late", why)


def _quiet(wave: Wave, on: date) -> Iterator[Obstacle]:
    """Say for whom the go-live, or the present day once that has passed, falls into the quiet period of another wave."""
    for settling, people in left_to_settle(wave, max(wave.go_live_on, on)):
        assert settling.stabilises_until_on is not None
        sentence = f"{plural(people, 'person is', 'people are')} left to settle with {settling.title}"
        why = f"Until {short_day_words(settling.stabilises_until_on)} nothing else should be asked of them."
        yield Obstacle(ObstacleKind.QUIET, settling.id, sentence, why)


def _waiting(wave: Wave, on: date) -> Iterator[Obstacle]:
    """Say whose training waits for the quiet period of another wave until it can’t be finished before go-live."""
    for clash in quiet_clashes(wave, on):
        if clash.goes_on is None and clash.is_too_late:
            sentence = f"The training of {plural(clash.people, 'person', 'people')} waits for {clash.settling.title}"
            until = f"They are left to settle until {short_day_words(clash.until_on)}"
            why = f"{until}, so it is due on {short_day_words(clash.due_on)} at the earliest, after go-live."
            yield Obstacle(ObstacleKind.QUIET_TRAINING, clash.settling.id, sentence, why)


def _ownership(workflows: list[Workflow]) -> Iterator[Obstacle]:
    held = holdings([workflow.id for workflow in workflows])
    for workflow in workflows:
        vacant = [holding.part.word.lower() for holding in held[workflow.id] if holding.is_vacant]
        if vacant:
            sentence, why = f"{workflow.name} has no {listed(vacant, 'or')}", "Nobody holds this now. Name somebody."
            yield Obstacle(ObstacleKind.VACANCY, workflow.id, sentence, why)


def _value(workflows: list[Workflow]) -> Iterator[Obstacle]:
    ids = [workflow.id for workflow in workflows]
    unmeasured = without_metric(ids)
    for workflow in workflows:
        if workflow.id in unmeasured:
            sentence = f"Nothing is measured of {workflow.name}"
            yield Obstacle(ObstacleKind.NO_METRIC, workflow.id, sentence, "Nobody will be able to say what it changed.")
    for metric in without_baseline(ids):
        sentence = f"{metric.workflow.name}: nobody measured “{metric.name}” before"
        why = "After go-live that can’t be measured any more. Measure it, or write why not."
        yield Obstacle(ObstacleKind.NO_BASELINE, metric.id, sentence, why)


def _bodies(wave: Wave) -> Iterator[Obstacle]:
    for shown in shown_of_wave(wave.id):
        if not shown.blocks:
            continue
        name = shown.consultation.body.name
        if shown.stand is Stand.OBJECTS:
            sentence, why = f"{name} objects", "Read the objection, and talk before the wave goes on."
        elif shown.stand is Stand.AGAIN:
            sentence, why = f"{name} has to be asked again", shown.since_words
        else:
            sentence, why = f"{name} has given no position yet", "The wave has to wait for it."
        yield Obstacle(ObstacleKind.CONSULTATION, shown.consultation.id, sentence, why, shown.since)


def _notices(wave: Wave, workflows: list[Workflow], to: WaveStatus) -> Iterator[Obstacle]:
    effects = effects_of([workflow.id for workflow in workflows])
    current = current_notices(effects)
    for workflow in workflows:
        if workflow.id not in effects:
            continue
        notice = current.get(workflow.id)
        if notice is None:
            sentence, why = f"Nobody has written what people are told about {workflow.name}", "It affects their work."
            yield Obstacle(ObstacleKind.NO_NOTICE, workflow.id, sentence, why)
        elif to is WaveStatus.LIVE and (told := told_in_waves([wave.id], notice)[wave.id]).missing:
            who = f"{count(told.missing)} of {count(told.people)} people were not sent the notice of {workflow.name}"
            why = "It affects their work, so they are told before the first day."
            yield Obstacle(ObstacleKind.NOT_INFORMED, workflow.id, who, why, notice.published_at)
