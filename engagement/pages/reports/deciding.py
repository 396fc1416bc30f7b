"""The decisions on the sheet as its reader meets them: the form where the reader decides at a gate, else the way to where it is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.pages.frame import guard
from engagement.pages.parts.deciding import Decided, approver_behind, form_beside_others
from engagement.programmes.scopes import reaches_programme
from engagement.readiness.criteria.queries.standing import Standing
from engagement.readiness.queries.verdicts import Verdict
from engagement.readiness.scopes import may_arrange
from engagement.reports.queries.programme import ProgrammeReport, WaveLine
from engagement.reports.rules.decisions import Decision, DecisionKind
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave

#: Tells the page of the gate to lead back to the sheet.
FROM_SHEET: dict[str, Any] = {"from": "sheet"}


@dataclass(frozen=True)
class Way:
    """Words and the address that they lead to."""

    words: str
    url: str


@dataclass(frozen=True)
class ShownDecision:
    """A decision with what its reader may do: `form` where they decide at the gate, `ways` to other places.

    `open` are the criteria that are kept with what is decided in the form, but for those that are met.
    """

    decision: Decision
    form: Decided | None
    ways: Sequence[Way]
    open: Sequence[Standing] = ()


def decisions_shown(report: ProgrammeReport, decisions: Sequence[Decision]) -> list[ShownDecision]:
    """Return these decisions of a report as the reader meets them."""
    reader, waves = guard.reader(), {line.wave.id: line for line in report.waves}
    shown = []
    for each in decisions:
        line = waves.get(each.wave_id or 0)
        ready = line.ready if line is not None else None
        if each.kind is DecisionKind.GATE and ready is not None:
            shown.append(_at_gate(reader, each, ready))
        elif each.kind is DecisionKind.OWNERSHIP:
            shown.append(ShownDecision(each, None, _to_ownership(reader, report, each)))
        elif each.kind is DecisionKind.CONCERNS:
            shown.append(ShownDecision(each, None, [_to_concerns(reader, report)]))
        else:
            shown.append(ShownDecision(each, None, _to_wave(reader, each, line) if line is not None else []))
    return shown


def gate_ways(report: ProgrammeReport) -> dict[int, Way]:
    """Return the way to each gate, by wave, at which something was decided and that the reader may open."""
    reader, at = guard.reader(), {each.wave_id for each in report.decided}
    return {
        line.wave.id: _to_gate(line.wave)
        for line in report.waves
        if line.wave.id in at and _sees_gate(reader, line.wave)
    }


def _at_gate(reader: Reader, decision: Decision, ready: Verdict) -> ShownDecision:
    gate, wave = ready.gate, ready.gate.wave
    approver, ways = approver_behind(gate), []
    if approver is not None and approver.id in gate.said:
        ways.append(Way("Change your decision", url_for("readiness.decide", wave_id=wave.id, **FROM_SHEET)))
    if not gate.approvers and may_arrange(rights.planning(reader), wave):
        ways.append(Way("Name who decides", url_for("readiness.approvers", wave_id=wave.id)))
    if approver is not None or _sees_gate(reader, wave):
        ways.append(Way("See the criteria", url_for("readiness.wave", wave_id=wave.id)))
    if approver is None or approver.id in gate.said:
        return ShownDecision(decision, None, ways)
    criteria = ready.standing.criteria
    return ShownDecision(
        decision, form_beside_others(wave.id, criteria), ways, [each for each in criteria if each.is_open]
    )


def _sees_gate(reader: Reader, wave: Wave) -> bool:
    return reaches_wave(rights.overseeing(reader), wave)


def _to_gate(wave: Wave) -> Way:
    return Way("See the gate", url_for("readiness.wave", wave_id=wave.id, _anchor="gate"))


def _to_ownership(reader: Reader, report: ProgrammeReport, decision: Decision) -> list[Way]:
    if reaches_programme(rights.naming_holders(reader), report.programme):
        return [Way("Decide", url_for("waves.ownership", workflow_id=decision.workflow_id))]
    if reaches_programme(rights.overseeing(reader), report.programme):
        return [Way("See the workflow", url_for("waves.workflow", workflow_id=decision.workflow_id))]
    return []


def _to_wave(reader: Reader, decision: Decision, line: WaveLine) -> list[Way]:
    wave = line.wave
    if decision.kind is DecisionKind.GO_LIVE and reaches_wave(rights.planning(reader), wave):
        return [Way("Move the go-live", url_for("waves.move", wave_id=wave.id))]
    if decision.kind is DecisionKind.TRAINING and reaches_wave(rights.reading(reader), wave):
        return [Way("See the training", url_for("training.wave", wave_id=wave.id))]
    if line.ready is not None and approver_behind(line.ready.gate) is not None:
        return [Way("Decide about its go-live", url_for("readiness.decide", wave_id=wave.id, **FROM_SHEET))]
    if reaches_wave(rights.overseeing(reader), wave):
        return [Way("See the wave", url_for("waves.wave", wave_id=wave.id))]
    return []


def _to_concerns(reader: Reader, report: ProgrammeReport) -> Way:
    if reaches_programme(rights.planning(reader), report.programme):
        return Way("See the concerns", url_for("concerns.index", status="late"))
    return Way("See what people object to", "#objections-title")
