"""Who sees how ready a wave is, who judges it, and who may overrule what stands against it."""

from sqlalchemy import Select, select

from engagement.db import db
from engagement.reach import Reach, allow
from engagement.readiness.criteria.models import Criterion, CriterionTerms
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for


def may_overrule(planning: Reach, wave: Wave, kind: ObstacleKind) -> bool:
    """Return whether a reader may go on without this: who plans the wave, for some kinds who plans the whole programme."""
    if not kind.can_be_overruled:
        return False
    if kind.asks_planner_of_programme:
        return planning.covers_all_of(wave.programme_id)
    return reaches_wave(planning, wave)


def _judged_by(person_id: int | None) -> Select[int]:
    """Return a SELECT of the waves of which somebody judges a criterion."""
    mine = (CriterionTerms.owner_id == (person_id or 0), CriterionTerms.superseded_at.is_(None))
    return select(Criterion.wave_id).join(CriterionTerms).where(*mine, Criterion.kind == CriterionKind.OWN)


def is_asked_of(wave_id: int, judging: Reach) -> bool:
    """Return whether the reader judges something about a wave."""
    return db.session.scalar(_judged_by(judging.person_id).where(Criterion.wave_id == wave_id)) is not None


def is_asked_anything(person_id: int | None) -> bool:
    """Return whether somebody judges anything about any wave."""
    return db.session.scalar(_judged_by(person_id).limit(1)) is not None


def wave_to_weigh(overseeing: Reach, judging: Reach, wave_id: int) -> Wave:
    """Return a wave whose readiness the reader may see: who oversees it, and who judges it. Raises NotFound or BeyondReach."""
    if is_asked_of(wave_id, judging):
        return wave_for(Reach(everything=True), wave_id)
    return wave_for(overseeing, wave_id)


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
