"""What the demonstration decides at its gates: one with a condition and another view, one that opened again, and own criteria."""

from datetime import date, timedelta

from engagement import clock
from engagement.audit import Actor
from engagement.demo import roster
from engagement.demo.stage import Stage, person_of
from engagement.readiness.criteria.actions import Terms, judge, write_criterion
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.criteria.rules import CriterionState
from engagement.readiness.gate.actions.deciding import (
    ConditionSaid,
    DecisionSaid,
    decide,
    name_approver,
    settle_condition,
    states_seen,
)
from engagement.readiness.gate.actions.opening import go_past, reopen_gate
from engagement.readiness.gate.queries.history import conditions_of, decisions_of
from engagement.readiness.gate.rules import Choice
from engagement.readiness.queries.obstacles import obstacles
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

REHEARSED = "The fallback has been rehearsed with each team"
GONE_PAST = "What is missing was known to the sponsor, and is put right in the first weeks."
#: Days from today: when wave 3 was decided, and when what was promised for it had not happened.
EARLY, FELL = -16, -3


def let_through(stage: Stage, wave: Wave, to: WaveStatus) -> None:
    """Decide at the gate before a wave becomes ready; go past it where something is still missing at the step."""
    on = clock.now().date()
    if to is WaveStatus.READY:
        _decide_wave(stage, wave, on)
    if to in (WaveStatus.READY, WaveStatus.LIVE) and any(
        not each.kind.can_be_overruled for each in obstacles(wave, on, to=to)
    ):
        by = stage.accounts[roster.MANAGER.email].actor
        go_past(wave, GONE_PAST, on + timedelta(days=7), on=on, by=by)


def _decide_wave(stage: Stage, wave: Wave, on: date) -> None:
    if wave.number != 2:
        go = DecisionSaid(Choice.GO, "Both teams asked for it, and the way back is rehearsed.")
        _say(stage, wave, roster.SPONSOR, go, on)
        return
    lead = person_of(roster.WAVE_LEAD)
    name_approver(wave, lead, by=stage.accounts[roster.MANAGER.email].actor)
    no_go = DecisionSaid(Choice.NO_GO, "The desk is two people short. I would wait two weeks.")
    _say(stage, wave, roster.WAVE_LEAD, no_go, on)
    conditions = [
        ConditionSaid("Two more people answer at the desk in the first fortnight", lead, on + timedelta(days=5), 1),
        ConditionSaid("Every payment above 50,000 is looked at by two people", lead, on + timedelta(days=14), 2),
    ]
    reason = "Year’s end is too close to wait. The desk gets help."
    _say(stage, wave, roster.SPONSOR, DecisionSaid(Choice.CONDITIONS, reason, conditions), on)


def _say(stage: Stage, wave: Wave, who: roster.Figure, said: DecisionSaid, on: date) -> None:
    seen, floor = states_seen(standings_of([wave], on)[wave.id].criteria), stage.settings.anonymity_floor
    decide(wave, person_of(who), said, seen=seen, on=on, floor=floor, by=stage.accounts[who.email].actor)


def decide_early(stage: Stage, offset: int) -> None:
    """Decide about wave 3 long before its go-live, and let the gate open again when something falls; settle a condition."""
    day, wave = stage.day(offset), stage.waves[3]
    if offset == EARLY:
        with stage.at(day, 9):
            by = stage.accounts[roster.MANAGER.email].actor
            own = write_criterion(wave, Terms(REHEARSED, person_of(roster.WAVE_LEAD)), by=by)
            evidence = (
                "All three teams worked a full morning with triage switched off. Two gaps in the checklist, both fixed."
            )
            judge(own, CriterionState.MET, evidence, by=stage.accounts[roster.WAVE_LEAD.email].actor)
        with stage.at(day, 10):
            go = DecisionSaid(Choice.GO, "Early, so that the brokers can plan. I will open the sessions myself.")
            _say(stage, wave, roster.SPONSOR, go, day)
    if offset == FELL:
        with stage.at(day, 6):
            reopen_gate(wave.id, day)
    if offset == -18:
        with stage.at(day, 16):
            _settle(stage.waves[2], stage.accounts[roster.WAVE_LEAD.email].actor)


def _settle(wave: Wave, by: Actor) -> None:
    from_sponsor = next(row for row in decisions_of(wave.id) if row.choice is Choice.CONDITIONS)
    settle_condition(conditions_of(from_sponsor.id)[0], "Lena and Tom answer with us until Christmas.", by=by)
