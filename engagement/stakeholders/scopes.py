"""Whose stakeholders are whose: the access questions asked with the maps on which a stakeholder stands."""

from sqlalchemy import ColumnElement, select

from engagement.accounts import stakeholder_access as access
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.waves.models import Wave


def readable_places(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `StakeholderPlace` for the maps that the reader sees."""
    return access.visible_maps(reader, StakeholderPlace.programme_id, StakeholderPlace.wave_id)


def readable_waves(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Wave` for those whose map the reader sees."""
    return access.visible_maps(reader, Wave.programme_id, Wave.id)


def readable(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` for those who stand on a map that the reader sees, or stood when removed."""
    standing = select(StakeholderPlace.stakeholder_id).where(StakeholderPlace.ended_at.is_(None))
    return Stakeholder.id.in_(standing.where(readable_places(reader)))


def may_change(reader: Reader, stakeholder: Stakeholder) -> bool:
    """Return whether the reader may change and remove this stakeholder: who keeps every map on which they stand."""
    places = _places(stakeholder)
    return bool(places) and all(access.may_keep_map(reader, *place) for place in places)


def may_read_notes(reader: Reader, stakeholder: Stakeholder) -> bool:
    """Return whether the reader may read the private notes: who keeps a map with the stakeholder, and administrators."""
    return any(access.may_read_notes(reader, *place) for place in _places(stakeholder))


def may_write_notes(reader: Reader, stakeholder: Stakeholder) -> bool:
    """Return whether the reader may write a private note: who keeps a map with the stakeholder."""
    return any(access.may_keep_map(reader, *place) for place in _places(stakeholder))


def _places(stakeholder: Stakeholder) -> list[tuple[int, int | None]]:
    rows = db.session.execute(
        select(StakeholderPlace.programme_id, StakeholderPlace.wave_id).where(
            StakeholderPlace.stakeholder_id == stakeholder.id, StakeholderPlace.ended_at.is_(None)
        )
    )
    return [(programme_id, wave_id) for programme_id, wave_id in rows]
