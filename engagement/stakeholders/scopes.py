"""Which stakeholders are within reach: it follows from their maps, each of a wave or a whole programme.

The reach passed here is one of reading maps, reading notes, or planning, which includes changing maps; accounts say who
has which.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, not_, select, true

from engagement.db import db
from engagement.reach import Reach, found, row_of_all
from engagement.stakeholders.models import Champion, Stakeholder, StakeholderNote, StakeholderPlace
from engagement.waves.models import Wave


def places_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `StakeholderPlace` that its map is within reach."""
    return reach.condition(programme_id=StakeholderPlace.programme_id, wave_id=StakeholderPlace.wave_id)


def stakeholders_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that one of their maps (before a removal) is within reach."""
    here = (StakeholderPlace.stakeholder_id == Stakeholder.id, StakeholderPlace.ended_at.is_(None))
    # Asked of one stakeholder, a list of all of them would be made first.
    return select(StakeholderPlace.id).where(*here, places_within(reach)).correlate(Stakeholder).exists()


def mapped_within(reach: Reach) -> ColumnElement[bool]:
    """Return `stakeholders_within` for those who are on the map now: each has a map, so a reach of everything asks nothing."""
    return true() if reach.everything else stakeholders_within(reach)


class Maps(NamedTuple):
    """The maps on which one stakeholder stands: programme, and wave or None for all of it."""

    places: Sequence[tuple[int, int | None]]

    def any_within(self, reach: Reach) -> bool:
        """Return whether one of them is within reach, which is enough to write notes."""
        return any(self._reached(reach))

    def all_within(self, reach: Reach) -> bool:
        """Return whether all of them are within reach, which changing and removing needs."""
        return bool(self.places) and all(self._reached(reach))

    def _reached(self, reach: Reach) -> Iterator[bool]:
        return (reach.covers(programme_id=programme_id, wave_id=wave_id) for programme_id, wave_id in self.places)


def maps_of(stakeholder: Stakeholder) -> Maps:
    """Return the maps on which a stakeholder stands, or stood before a removal."""
    rows = db.session.execute(
        select(StakeholderPlace.programme_id, StakeholderPlace.wave_id).where(
            StakeholderPlace.stakeholder_id == stakeholder.id, StakeholderPlace.ended_at.is_(None)
        )
    )
    return Maps([(programme_id, wave_id) for programme_id, wave_id in rows])


def stands_within(reach: Reach, stakeholder: Stakeholder) -> bool:
    """Return whether one of a stakeholder's maps is within reach."""
    return maps_of(stakeholder).any_within(reach)


def stands_within_alone(reach: Reach, stakeholder: Stakeholder) -> bool:
    """Return whether all maps of a stakeholder are within reach."""
    return maps_of(stakeholder).all_within(reach)


def stakeholders_within_alone(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` for what `stands_within_alone` answers of one."""
    standing = select(StakeholderPlace.stakeholder_id).where(StakeholderPlace.ended_at.is_(None))
    within = func.coalesce(places_within(reach), false())
    return and_(Stakeholder.id.in_(standing), Stakeholder.id.not_in(standing.where(not_(within))))


def doors_to(stakeholder_ids: Collection[int], reading: Reach, planning: Reach) -> dict[int, bool]:
    """Return those of some stakeholders whose page `reading` opens, with whether `planning` may change them."""
    rows = db.session.execute(_doors(reading, planning), {"ids": sorted(stakeholder_ids)})
    return {key: bool(changes) for key, changes in rows}


# Making a statement anew costs more than running it.
@lru_cache(maxsize=64)
def _doors(reading: Reach, planning: Reach) -> Select[int, int]:
    is_read = func.max(case((places_within(reading), 1), else_=0))
    is_planned = func.min(case((places_within(planning), 1), else_=0))
    these = StakeholderPlace.stakeholder_id.in_(bindparam("ids", expanding=True))
    return (
        select(StakeholderPlace.stakeholder_id, is_planned)
        .where(these, StakeholderPlace.ended_at.is_(None))
        .group_by(StakeholderPlace.stakeholder_id)
        .having(is_read == 1)
    )


def stakeholder_to_erase(administering: Reach, stakeholder_id: int) -> Stakeholder:
    """Return any stakeholder for an administrator; raises BeyondReach or NotFound."""
    return row_of_all(administering, Stakeholder, stakeholder_id)


def note_of(stakeholder: Stakeholder, note_id: int) -> StakeholderNote:
    """Return a private note about a stakeholder; raises NotFound if it is about somebody else."""
    asked = (StakeholderNote.id == note_id, StakeholderNote.stakeholder_id == stakeholder.id)
    return found(db.session.scalar(select(StakeholderNote).where(*asked)))


def champion_of(wave: Wave, champion_id: int) -> Champion:
    """Return a champion of a wave; raises NotFound for a champion of another wave."""
    asked = (Champion.id == champion_id, Champion.wave_id == wave.id)
    return found(db.session.scalar(select(Champion).where(*asked)))
