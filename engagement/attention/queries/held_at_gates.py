"""What people hold of the readiness of waves: criteria that they see to, gates at which they decide, conditions that they meet."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.held_things import HeldKind, HeldThing
from engagement.attention.rules import Kind, Place
from engagement.readiness.criteria.models import Criterion, CriterionTerms
from engagement.readiness.gate.models import GateApprover, GateCondition, GateDecision
from engagement.readiness.scopes import may_arrange, may_set, still_asked
from engagement.waves.models import Wave
from engagement.waves.queries import of_open_waves
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import reaches_wave


def _criterion(terms: CriterionTerms, reader: Reader | None) -> HeldThing | None:
    wave, kind = terms.criterion.wave, terms.criterion.kind
    if not _sees(wave, reader):
        return None
    what = f"{wave.title}: {kind.word if kind.is_counted else terms.title}"
    as_what = "Sees to this criterion" if kind.is_counted else "Judges this criterion"
    may_change = not reader or may_set(rights.planning(reader), kind, wave)
    return HeldThing(what, as_what, Kind.CRITERION, wave.id, Place.READINESS, may_change)


def _approver(row: GateApprover, reader: Reader | None) -> HeldThing | None:
    if not _sees(row.wave, reader):
        return None
    may_change = not reader or may_arrange(rights.planning(reader), row.wave)
    place = Place.APPROVERS if may_change else Place.READINESS
    return HeldThing(row.wave.title, "Decides at its gate", Kind.GATE, row.wave_id, place, may_change)


def _condition(row: GateCondition, reader: Reader | None) -> HeldThing | None:
    wave = row.decision.wave
    if not _sees(wave, reader):
        return None
    may_change = not reader or reaches_wave(rights.planning(reader), wave)
    place, key = (Place.CONDITION, row.id) if may_change else (Place.READINESS, wave.id)
    return HeldThing(f"{wave.title}: {row.text}", "Meets this condition", Kind.CONDITION, key, place, may_change)


def _sees(wave: Wave, reader: Reader | None) -> bool:
    return not reader or reaches_wave(rights.reading(reader), wave)


KINDS = (
    HeldKind(
        CriterionTerms.owner_id,
        select(CriterionTerms)
        .join(Criterion)
        .join(Wave)
        .where(CriterionTerms.superseded_at.is_(None), CriterionTerms.left_out == "", of_open_waves())
        .options(joinedload(CriterionTerms.criterion).joinedload(Criterion.wave))
        .order_by(CriterionTerms.id),
        _criterion,
    ),
    HeldKind(
        GateApprover.person_id,
        select(GateApprover)
        .join(Wave)
        .where(GateApprover.ended_at.is_(None), Wave.status.in_((WaveStatus.PLANNED, WaveStatus.READY)))
        .options(joinedload(GateApprover.wave))
        .order_by(GateApprover.id),
        _approver,
    ),
    HeldKind(
        GateCondition.owner_id,
        select(GateCondition)
        .join(GateDecision)
        .join(Wave)
        .where(GateCondition.settled_at.is_(None), still_asked(), of_open_waves())
        .options(joinedload(GateCondition.decision).joinedload(GateDecision.wave))
        .order_by(GateCondition.due_on, GateCondition.id),
        _condition,
    ),
)
