"""Who may overrule what stands against a wave."""

from engagement.reach import Reach
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave


def may_overrule(planning: Reach, wave: Wave, kind: ObstacleKind) -> bool:
    """Return whether a reader may go on without this: who plans the wave, for some kinds who plans the whole programme."""
    if not kind.can_be_overruled:
        return False
    if kind.asks_planner_of_programme:
        return planning.covers_all_of(wave.programme_id)
    return reaches_wave(planning, wave)
