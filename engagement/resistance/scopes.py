"""Who reads which concerns: planners of a wave read its concerns; planners of everything read those without a wave.

Sponsors and auditors read no concern; the reach passed here is one of planning.
"""

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.reach import Reach, allow, allow_places, found
from engagement.resistance.models import Concern
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, waves_within


def concerns_within(planning: Reach) -> ColumnElement[bool]:
    """Return the condition on `Concern` that it may be read and answered."""
    return true() if planning.everything else Concern.wave_id.in_(select(Wave.id).where(waves_within(planning)))


def may_answer_for(planning: Reach, wave: Wave | None) -> bool:
    """Return whether concerns of a wave (None: those without one) may be read and answered."""
    return planning.everything if wave is None else reaches_wave(planning, wave)


def concern_for(planning: Reach, concern_id: int) -> Concern:
    """Return a readable concern with all that its page names; raises NotFound or BeyondReach."""
    allow_places(planning)
    named = [
        joinedload(each)
        for each in (
            Concern.wave,
            Concern.department,
            Concern.owner,
            Concern.person,
            Concern.logged_by,
            Concern.workflow,
        )
    ]
    concern = found(db.session.scalar(select(Concern).where(Concern.id == concern_id).options(*named)))
    allow(may_answer_for(planning, concern.wave), planning)
    return concern


def reads_in_part(reading: Reach, planning: Reach, programme_id: int) -> bool:
    """Return whether the reader reads some concerns of a programme but not all, and so could work out the rest.

    Planners of a programme don't read its concerns that name none of its waves.
    """
    plans_it = planning.covers(programme_id=programme_id) and not planning.everything
    return plans_it or programme_id in reading.around
