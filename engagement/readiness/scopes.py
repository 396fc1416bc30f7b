"""Who sees how ready a wave is, who judges it, and who may overrule what stands against it."""

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, or_, select, union

from engagement.db import db
from engagement.reach import Reach, allow, found
from engagement.readiness.criteria.models import Criterion, CriterionTerms
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.gate.models import GateApprover, GateCondition, GateDecision, GateOverride, GateReopening
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for


def may_overrule(planning: Reach, wave: Wave, kind: ObstacleKind) -> bool:
    """Return whether a reader may go on without this: who plans the wave, where anybody may."""
    return kind.can_be_overruled and reaches_wave(planning, wave)


def _judged_by(person_id: int | None) -> Select[int]:
    """Return a SELECT of the waves of which somebody judges a criterion."""
    mine = (CriterionTerms.owner_id == (person_id or 0), CriterionTerms.superseded_at.is_(None))
    return select(Criterion.wave_id).join(CriterionTerms).where(*mine, Criterion.kind == CriterionKind.OWN)


def _decided_by(person_id: int | None) -> Select[int]:
    """Return a SELECT of the waves at whose gate somebody is named; sponsors oversee theirs anyway."""
    mine = (GateApprover.person_id == (person_id or 0), GateApprover.ended_at.is_(None))
    return select(GateApprover.wave_id).where(*mine)


def _conditions_of(person_id: int | None) -> Select[int]:
    """Return a SELECT of the waves of which somebody has a condition to settle."""
    mine = (GateCondition.owner_id == (person_id or 0), GateCondition.settled_at.is_(None))
    return select(GateDecision.wave_id).join(GateCondition).where(*mine, still_asked())


def still_asked() -> ColumnElement[bool]:
    """Return the condition that what a decision asks is still to be done: it stands, or ended only because the gate opened again.

    Who decides anew while their decision stands says anew what is asked.
    """
    again = exists().where(GateReopening.wave_id == GateDecision.wave_id, GateReopening.at == GateDecision.ended_at)
    return or_(GateDecision.ended_at.is_(None), again)


def is_still_asked(row: GateDecision) -> bool:
    """Return whether what a decision asks is still to be done."""
    return row.ended_at is None or bool(
        db.session.scalar(select(exists().where(GateDecision.id == row.id, still_asked())))
    )


def _asked(person_id: int | None) -> CompoundSelect[int]:
    return union(_judged_by(person_id), _decided_by(person_id), _conditions_of(person_id))


def is_asked_of(wave_id: int, judging: Reach) -> bool:
    """Return whether the reader judges something about a wave, decides about it, or has a condition to settle."""
    return wave_id in db.session.scalars(_asked(judging.person_id)).all()


def is_asked_anything(person_id: int | None) -> bool:
    """Return whether somebody judges or decides anything about any wave."""
    return person_id is not None and db.session.scalar(_asked(person_id).limit(1)) is not None


def may_weigh(overseeing: Reach, judging: Reach, wave: Wave) -> bool:
    """Return whether the reader sees how ready a wave is: who oversees it, and who is asked about it."""
    return reaches_wave(overseeing, wave) or is_asked_of(wave.id, judging)


def wave_to_weigh(overseeing: Reach, judging: Reach, wave_id: int) -> Wave:
    """Return a wave whose readiness the reader may see: who oversees it, and who is asked about it. Raises NotFound or BeyondReach."""
    if is_asked_of(wave_id, judging):
        return wave_for(Reach(everything=True), wave_id)
    return wave_for(overseeing, wave_id)


def decision_to_read(overseeing: Reach, judging: Reach, decision_id: int) -> GateDecision:
    """Return a decision about a wave whose readiness the reader may see; raises NotFound or BeyondReach."""
    row = found(db.session.get(GateDecision, decision_id))
    wave_to_weigh(overseeing, judging, row.wave_id)
    return row


def condition_to_settle(planning: Reach, judging: Reach, condition_id: int) -> GateCondition:
    """Return a condition for who does it, whoever set it, and who plans the wave; raises NotFound or BeyondReach."""
    row = found(db.session.get(GateCondition, condition_id))
    allow(may_settle(planning, judging, row), planning)
    return row


def may_settle(planning: Reach, judging: Reach, row: GateCondition) -> bool:
    """Return whether the reader says what was done about a condition."""
    named = (row.owner_id, row.decision.approver_id)
    return judging.person_id in named or reaches_wave(planning, row.decision.wave)


def approver_for(planning: Reach, gate_approver_id: int) -> GateApprover:
    """Return an approver for who plans the whole programme; raises NotFound or BeyondReach."""
    row = found(db.session.get(GateApprover, gate_approver_id))
    allow(may_arrange(planning, row.wave), planning)
    return row


def override_for(planning: Reach, gate_override_id: int) -> GateOverride:
    """Return an override for who plans the whole programme; raises NotFound or BeyondReach."""
    row = found(db.session.get(GateOverride, gate_override_id))
    allow(may_arrange(planning, row.wave), planning)
    return row


def may_arrange(planning: Reach, wave: Wave) -> bool:
    """Return whether the reader names approvers and goes past the gate: who plans the whole programme, never the lead of a wave."""
    return planning.covers_all_of(wave.programme_id)


def wave_to_arrange(planning: Reach, wave_id: int) -> Wave:
    """Return a wave for who plans its whole programme; raises NotFound or BeyondReach."""
    wave = wave_for(planning, wave_id)
    allow(may_arrange(planning, wave), planning)
    return wave


def may_judge(planning: Reach, judging: Reach, terms: CriterionTerms | None, wave: Wave) -> bool:
    """Return whether the reader judges an own criterion: whoever is named there, and who plans the wave."""
    is_named = terms is not None and terms.owner_id is not None and terms.owner_id == judging.person_id
    return is_named or reaches_wave(planning, wave)


def may_set(planning: Reach, kind: CriterionKind, wave: Wave) -> bool:
    """Return whether the reader says what is asked: who plans the wave; of what others have a right to, who plans the programme."""
    return planning.covers_all_of(wave.programme_id) if kind.is_a_right else reaches_wave(planning, wave)


def allow_setting(planning: Reach, kind: CriterionKind, wave: Wave) -> None:
    """Raise BeyondReach unless the reader may say what is asked by a criterion."""
    allow(may_set(planning, kind, wave), planning)
