"""The sponsor's report: one programme at one instant, with the decisions that it needs. It names no objector."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from engagement import clock
from engagement.adoption.queries.uptake import Uptake, uptake_of_waves
from engagement.attention.queries.ownership import vacancies
from engagement.attention.queries.waves import WaveTraining, is_close, untrained_waves
from engagement.attention.rules import is_training_in_doubt
from engagement.communications.queries.reached import Reached, messages_out
from engagement.programmes.models import Programme
from engagement.programmes.queries import gaps_in, holdings_within
from engagement.readiness.criteria.queries.counting import Read, read_of
from engagement.readiness.gate.models import GateCondition
from engagement.readiness.gate.queries.late import conditions_past_due, late_conditions
from engagement.readiness.gate.queries.present import Gate
from engagement.readiness.gate.rules import GateState
from engagement.readiness.queries.verdicts import Verdict, verdicts
from engagement.reports.queries.decisions import (
    concern_decisions,
    decided,
    decided_of_live,
    gate_decision,
    ownership_decision,
    wave_decision,
)
from engagement.reports.queries.gates import wave_state
from engagement.reports.rules.decisions import Decided, Decision, by_urgency
from engagement.reports.rules.pace import Pace
from engagement.resistance.figures.queries import ConcernSummary, nothing_shown, summary_for_report
from engagement.resistance.periods.queries import WavesSpan, newest_of_waves
from engagement.stakeholders.leadership.queries import Roadmap, roadmaps_of
from engagement.training.queries.counts import Count
from engagement.training.queries.curricula import modules_asked
from engagement.value.queries.by_wave import WaveValue, values_by_wave
from engagement.value.queries.present import MetricShown, metrics_shown
from engagement.vocabulary import State
from engagement.waves.milestones.queries import opening_days
from engagement.waves.models import GoLiveMove, Wave
from engagement.waves.queries import ByWave, moves_of_waves, waves_of

RECENT_MESSAGES = 4


@dataclass(frozen=True)
class WaveLine:
    """One wave: how many people it has, how many of those who were asked to learn have finished, and who uses it.

    `ready` is how ready it is, None unless its go-live is ahead. `late` are the conditions of its go that are open past their day.
    `modules` and `workflows` name what its training and its use are counted with.
    """

    wave: Wave
    people: int
    trained: Count
    pace: Pace
    move: GoLiveMove | None = None
    ready: Verdict | None = None
    use: Uptake | None = None
    late: Sequence[GateCondition] = ()
    modules: Sequence[str] = ()
    workflows: Sequence[str] = ()

    @property
    def state(self) -> State:
        """How it stands: its status, or what keeps it from its go-live."""
        return wave_state(self.wave, self.people, self.ready, self.pace.on)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody said no-go at its gate."""
        return self.ready is not None and self.ready.gate.state is GateState.SHUT

    @property
    def is_let_through(self) -> bool:
        """Whether it may go live, by a decision or past its gate; what others have a right to first may still be left."""
        return self.ready is not None and self.ready.gate.state.lets_through

    @property
    def is_in_doubt(self) -> bool:
        """Whether its training may not be in time."""
        return is_training_in_doubt(self.trained.finished, self.trained.assigned, is_live=self.wave.status.is_live)


@dataclass(frozen=True)
class ProgrammeReport:
    """A programme at one instant; groups of objectors under `concerns.floor` are hidden already.

    `close` are the waves that are live, or so near their go-live that their people need training to do. `objected` is who objected to
    which wave in the last months that are told apart, None where nothing of it may be told.
    """

    programme: Programme
    as_of: datetime
    decisions: Sequence[Decision]
    waves: Sequence[WaveLine]
    close: Sequence[WaveLine]
    concerns: ConcernSummary
    messages: Sequence[Reached]
    on: date
    leadership: Sequence[Roadmap] = ()
    metrics: Sequence[MetricShown] = ()
    decided: Sequence[Decided] = ()
    worth: Mapping[int, WaveValue] = field(default_factory=dict)
    objected: WavesSpan | None = None
    departments: ByWave = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many memberships all waves have together, as the table adds them."""
        return sum(line.people for line in self.waves)

    @property
    def next_wave(self) -> WaveLine | None:
        """The wave with the next go-live, None if none is ahead; one that was stopped at its gate goes live on no day."""
        ahead = [line for line in self.waves if line.wave.status.is_ahead and not line.is_stopped]
        return min(ahead, key=lambda line: (line.wave.go_live_on, line.wave.number), default=None)

    @property
    def in_doubt(self) -> list[WaveLine]:
        """The waves, live or imminent, whose training may not be in time."""
        return [line for line in self.close if line.is_in_doubt]


def programme_report(
    programme: Programme, on: date, floor: int, *, keeps_concerns_back: bool = False
) -> ProgrammeReport:
    """Return the report of a programme for day `on`, in a fixed number of queries.

    `keeps_concerns_back` leaves objections out, for readers who read some of them.
    """
    waves = waves_of(programme.id)
    ids = [wave.id for wave in waves]
    held = holdings_within([programme.id])
    read = read_of(ids, {workflow.id: parts for workflow, parts in held.items()})
    people, workflows, trained = read.people, read.workflows, {key: far.people for key, far in read.trained.items()}
    leadership = roadmaps_of(programme.id, on)
    steps = [shown.line for each in leadership for shown in each.steps]
    ready = verdicts([wave for wave in waves if wave.status.is_ahead], on, read, steps, floor=floor)
    lines = _lines(waves, read, ready, on, floor)
    concerns = (
        nothing_shown(floor, is_kept_back=True) if keeps_concerns_back else summary_for_report(programme.id, floor)
    )
    decisions = [
        *(ownership_decision(vacancy, on) for vacancy in vacancies(waves, on, workflows, gaps_in(held))),
        *_wave_decisions(lines, untrained_waves(waves, on, people, trained), on),
        *concern_decisions(concerns),
    ]
    # What is measured of the waves' workflows, each once, in the waves' order.
    metrics = metrics_shown(in_order := dict.fromkeys(flow.id for each in workflows.values() for flow in each))
    return ProgrammeReport(
        programme=programme,
        as_of=clock.now(),
        decisions=by_urgency(decisions),
        waves=lines,
        close=[line for line in lines if is_close(line.wave, on)],
        concerns=concerns,
        messages=messages_out(programme.id, RECENT_MESSAGES),
        on=on,
        leadership=leadership,
        metrics=[metric for workflow_id in in_order for metric in metrics.get(workflow_id, ())],
        objected=None if keeps_concerns_back else newest_of_waves(programme.id, floor),
        worth={each.wave.id: each for each in values_by_wave(waves, workflows, metrics)},
        decided=list(_decided(lines, on)),
        departments=read.departments,
    )


def _lines(waves: Sequence[Wave], read: Read, ready: Mapping[int, Verdict], on: date, floor: int) -> Sequence[WaveLine]:
    ids = [wave.id for wave in waves]
    moves, opens = moves_of_waves(ids), opening_days(ids)
    use = uptake_of_waves(waves, on, floor=floor)
    late = conditions_past_due([wave.id for wave in waves if wave.status.is_live], on)
    late |= {key: late_conditions(each.gate, on) for key, each in ready.items()}
    asked = modules_asked()
    return [
        WaveLine(
            wave,
            read.people[wave.id],
            count := read.trained[wave.id].people,
            Pace(opens.get(wave.id), wave.training_due_on, on, count.assigned, count.finished),
            next(iter(moves.get(wave.id, ())), None),
            ready.get(wave.id),
            use[wave.id],
            late.get(wave.id, ()),
            [name for role, far in read.trained[wave.id].roles.items() if far.assigned for name in asked.get(role, ())],
            sorted(workflow.name for workflow in read.workflows.get(wave.id, ())),
        )
        for wave in waves
    ]


def _wave_decisions(lines: Sequence[WaveLine], untrained: Sequence[WaveTraining], on: date) -> Iterator[Decision]:
    """Decide about waves: go or no-go where a gate waits, else about training that is late.

    A day that has passed is set anew first. Who said no-go, or go with what is late, has decided.
    """
    late = {found.wave.id: found for found in untrained if found.is_pressing(on)}
    for line in lines:
        found = late.get(line.wave.id)
        if line.ready is not None and line.ready.gate.waits(on) and line.wave.go_live_on >= on:
            yield gate_decision(line.ready, line.pace, on)
        elif found is not None and (line.wave.go_live_on < on or not (line.is_stopped or line.is_let_through)):
            yield wave_decision(found, line.pace, on)


def _decided(lines: Sequence[WaveLine], on: date) -> Iterator[Decided]:
    """Return what was decided about waves ahead, and of live ones what their go still waits for."""
    for line in lines:
        if line.ready is None and line.late:
            yield decided_of_live(line.wave, line.late)
        elif line.ready is not None and _is_decided(line.ready.gate, on):
            yield decided(line.ready, line.late)


def _is_decided(gate: Gate, on: date) -> bool:
    return not gate.waits(on) and (bool(gate.said) or gate.override is not None)
