"""Whose stakeholders are whose: it follows from the maps on which a stakeholder stands, each of a wave or a whole programme.

A reach given here is one of reading maps, of reading notes or of planning, which is keeping maps: accounts say who has which.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from engagement.db import db
from engagement.reach import Reach, found, row_of_all
from engagement.stakeholders.models import Champion, Stakeholder, StakeholderNote, StakeholderPlace
from engagement.waves.models import Wave


def places_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `StakeholderPlace` for the places on maps within reach."""
    return reach.condition(programme_id=StakeholderPlace.programme_id, wave_id=StakeholderPlace.wave_id)


def stakeholders_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` for those who stand on a map within reach, or stood there when removed."""
    standing = select(StakeholderPlace.stakeholder_id).where(StakeholderPlace.ended_at.is_(None))
    return Stakeholder.id.in_(standing.where(places_within(reach)))


def stands_within(reach: Reach, stakeholder: Stakeholder) -> bool:
    """Return whether a stakeholder stands on a map within reach: who keeps one map writes notes about them."""
    return any(_reached(reach, stakeholder))


def stands_within_alone(reach: Reach, stakeholder: Stakeholder) -> bool:
    """Return whether all maps of a stakeholder are within reach: who keeps every one of them changes and removes them."""
    reached = _reached(reach, stakeholder)
    return bool(reached) and all(reached)


def stakeholder_to_erase(administering: Reach, stakeholder_id: int) -> Stakeholder:
    """Return any stakeholder for an administrator; raises BeyondReach or NotFound."""
    return row_of_all(administering, Stakeholder, stakeholder_id)


def note_of(stakeholder: Stakeholder, note_id: int) -> StakeholderNote:
    """Return a private note about a stakeholder; raises NotFound for one about anybody else."""
    asked = (StakeholderNote.id == note_id, StakeholderNote.stakeholder_id == stakeholder.id)
    return found(db.session.scalar(select(StakeholderNote).where(*asked)))


def champion_of(wave: Wave, champion_id: int) -> Champion:
    """Return a champion of a wave; raises NotFound for one of another."""
    asked = (Champion.id == champion_id, Champion.wave_id == wave.id)
    return found(db.session.scalar(select(Champion).where(*asked)))


def _reached(reach: Reach, stakeholder: Stakeholder) -> Sequence[bool]:
    places = db.session.execute(
        select(StakeholderPlace.programme_id, StakeholderPlace.wave_id).where(
            StakeholderPlace.stakeholder_id == stakeholder.id, StakeholderPlace.ended_at.is_(None)
        )
    )
    return [reach.covers(programme_id=programme_id, wave_id=wave_id) for programme_id, wave_id in places]
