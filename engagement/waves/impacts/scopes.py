"""Who says how a sponsor sees what a wave changes, and from whom the people's side is kept until a sponsor has spoken."""

from engagement.reach import Reach, allow
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for


def is_sponsor(sponsoring: Reach, wave: Wave) -> bool:
    """Return whether the reader is named as a sponsor of the wave or of its programme; a role alone makes nobody one."""
    return sponsoring.person_id is not None and sponsoring.person_id in wave.sponsor_ids


def wave_of_sponsors(planning: Reach, sponsoring: Reach, wave_id: int) -> Wave:
    """Return a wave for its sponsors, who say how they see it, and for who plans it, who writes that down. Raises NotFound or BeyondReach."""
    wave = wave_for(Reach(everything=True), wave_id)
    allow(is_sponsor(sponsoring, wave) or reaches_wave(planning, wave), planning)
    return wave


def keeps_people_back(planning: Reach, sponsoring: Reach, wave: Wave) -> bool:
    """Return whether the reader sees what people say of a department only once a sponsor has said how they see it.

    That is so for sponsors until the go-live, because knowing the people's points they would no longer say what they expect
    themselves. Who plans the wave needs these points.
    """
    return wave.status.is_ahead and is_sponsor(sponsoring, wave) and not reaches_wave(planning, wave)
