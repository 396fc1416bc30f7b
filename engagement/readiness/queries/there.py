"""What a wave has at all of the things that few waves have, in one statement: no more is asked of what it lacks."""

from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, exists, or_, select

from engagement.communications.models import Communication, Occurrence
from engagement.consultations.models import Consultation
from engagement.db import db
from engagement.readiness.gate.models import GateApprover, GateDecision, GateOverride, GateReopening
from engagement.readiness.models import Overruling
from engagement.waves.fallbacks.models import WaveFallback
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import ImpactSide
from engagement.waves.inclusion.models import DesignOccasion
from engagement.waves.inclusion.queries import is_about
from engagement.waves.lessons.models import WaveLesson
from engagement.waves.models import GoLiveMove, WaveStep


class Rare(StrEnum):
    """A thing that a wave has or, mostly, lacks."""

    MOVES = "moves"
    STEPS = "steps"
    OVERRULINGS = "overrulings"
    GATE = "gate"
    CONSULTATIONS = "consultations"
    LESSONS = "lessons"
    WAY_BACK = "way_back"
    OCCASIONS = "occasions"
    IMPACTS = "impacts"


def things_there(wave_id: int) -> set[Rare]:
    """Return which of these things a wave has."""
    found = db.session.execute(_statement(), {"wave": wave_id}).one()
    return {thing for thing, is_there in zip(_conditions(), found, strict=True) if is_there}


# Making a long statement anew costs more than running it.
@cache
def _statement() -> Executable:
    return select(*_conditions().values())


@cache
def _conditions() -> dict[Rare, ColumnElement[bool]]:
    """Return for each thing the condition that a wave has it, in whatever state."""
    wave: Any = bindparam("wave")
    of_gate = (GateApprover, GateDecision, GateReopening, GateOverride)
    kept = exists().where(
        Occurrence.is_kept, Communication.id == Occurrence.communication_id, Communication.wave_id == wave
    )
    return {
        Rare.MOVES: exists().where(GoLiveMove.wave_id == wave),
        Rare.STEPS: exists().where(WaveStep.wave_id == wave),
        Rare.OVERRULINGS: exists().where(Overruling.step_id == WaveStep.id, WaveStep.wave_id == wave),
        Rare.GATE: or_(*(exists().where(table.wave_id == wave) for table in of_gate)),
        Rare.CONSULTATIONS: exists().where(Consultation.wave_id == wave),
        Rare.LESSONS: exists().where(WaveLesson.wave_id == wave),
        Rare.WAY_BACK: or_(exists().where(WaveFallback.wave_id == wave), kept),
        Rare.OCCASIONS: exists().where(DesignOccasion.id.is_not(None), is_about(wave)),
        Rare.IMPACTS: exists().where(ImpactAssessment.wave_id == wave, ImpactAssessment.side != ImpactSide.SPONSORS),
    }
