"""Who may see and keep stakeholder maps: the access questions of `access.py` about one more thing, a file of their own.

A map belongs to a wave or, where the wave is None, to a whole programme; the latter's stakeholders stand on the map of each of
its waves. Employees, managers of people, heads of departments and trainers see no map.
"""

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_, select, true

from engagement.accounts import access
from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.waves.models import Wave

#: Roles that open maps to read, for all of them or where they were granted. Trainers have no use for them.
MAP_READERS = (Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR)


def may_see_stakeholders(reader: Reader) -> bool:
    """Have the stakeholders at all; `visible_maps` says which ones."""
    return (
        access.may_plan_something(reader)
        or _sees_every_map(reader)
        or reader.has_for_planning(*MAP_READERS)
        or bool(reader.sponsors_programmes)
    )


def may_see_map_of_wave(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Read the map of one wave: who plans it, its sponsors and auditors, administrators."""
    programmes, waves = _places(reader)
    return _sees_every_map(reader) or programme_id in programmes or wave_id in waves


def visible_maps(
    reader: Reader, programme_id: SQLColumnExpression[int], wave_id: SQLColumnExpression[int | None]
) -> ColumnElement[bool]:
    """Return the condition for places on the maps that the reader sees; who sees a wave's map sees its programme's too."""
    if _sees_every_map(reader):
        return true()
    programmes, waves = _places(reader)
    around = select(Wave.programme_id).where(Wave.id.in_(waves))
    return or_(programme_id.in_(programmes), wave_id.in_(waves), and_(wave_id.is_(None), programme_id.in_(around)))


def may_add_stakeholders(reader: Reader) -> bool:
    """Put somebody on a map: who plans a programme or a wave; `may_keep_map` says on which."""
    return access.may_plan_something(reader)


def may_keep_map(reader: Reader, programme_id: int, wave_id: int | None) -> bool:
    """Change the map of a wave, or of a whole programme: who plans it."""
    if wave_id is None:
        return access.may_plan_programme(reader, programme_id)
    return access.may_plan_wave(reader, programme_id, wave_id)


def may_read_notes(reader: Reader, programme_id: int, wave_id: int | None) -> bool:
    """Read private notes about the stakeholders of a map: who keeps it, and administrators; no sponsor, no auditor."""
    return reader.has(Role.ADMINISTRATOR) or may_keep_map(reader, programme_id, wave_id)


def _sees_every_map(reader: Reader) -> bool:
    return reader.has(Role.ADMINISTRATOR, *MAP_READERS)


def _places(reader: Reader) -> tuple[set[int], set[int]]:
    programmes, waves = reader.places(*MAP_READERS)
    return programmes | reader.sponsors_programmes, waves
