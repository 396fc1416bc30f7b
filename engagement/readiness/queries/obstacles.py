"""What stands against a wave's becoming ready or going live."""

from collections.abc import Iterator
from datetime import date

from engagement.programmes.models import Workflow
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.gate.queries.present import gate_of
from engagement.readiness.gate.rules import fallen_words
from engagement.readiness.queries.overrulings import overruled_when_ready
from engagement.readiness.queries.verdicts import is_right_left
from engagement.readiness.rules import Obstacle, ObstacleKind
from engagement.training.queries.clashes import quiet_clashes
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave
from engagement.waves.overlaps.queries import left_to_settle
from engagement.waves.queries import member_counts, workflows_of_waves
from engagement.waves.rules import WaveStatus
from engagement.words import days_away, plural, short_day_words

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
        *_gate(wave, on, to),
    ]
    if to is not WaveStatus.LIVE:
        return found
    overruled = overruled_when_ready(wave)
    return [each for each in found if (each.kind, each.key) not in overruled]


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


def _gate(wave: Wave, on: date, to: WaveStatus) -> Iterator[Obstacle]:
    """Say what the gate lacks, and which criteria are open that no approver goes on without, or that need a reason of their own.

    To be ready it is enough that a notice is written; before going live everybody was sent it.
    """
    gate, standing = gate_of(wave, on), standings_of([wave], on)[wave.id]
    found = gate.fallen(standing, on)
    if found:
        why = "It opens again by itself within minutes. Its approvers decide anew."
        yield Obstacle(ObstacleKind.GATE, wave.id, fallen_words(found).rstrip("."), why)
    elif not gate.state.lets_through:
        yield Obstacle(ObstacleKind.GATE, wave.id, ObstacleKind.GATE.word, f"{gate.sentence} {gate.rule_words}")
    for number, each in enumerate(standing.criteria):
        is_coming = to is WaveStatus.READY and each.kind is CriterionKind.NOTICE and each.total is not None
        if is_right_left(each, gate.override) and not is_coming:
            yield Obstacle(ObstacleKind.RIGHT, number, f"Not met: {each.title}", each.sentence)
        if to is WaveStatus.READY and each.kind is CriterionKind.BASELINE and each.state is CriterionState.SHORT:
            # Afterwards nobody can measure it any more, so a go in general doesn't say why that is accepted.
            yield Obstacle(ObstacleKind.NO_BASELINE, each.key or 0, f"Not met: {each.title}", each.sentence)
