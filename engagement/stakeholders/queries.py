"""Reads of the stakeholder map: lists, one stakeholder, and their owners."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import joinedload

from engagement.db import count_of, db
from engagement.letters import search_words
from engagement.people.models import Department, Person
from engagement.reach import Reach, allow, allow_places, found
from engagement.searching import holds_words
from engagement.stakeholders.models import (
    Stakeholder,
    StakeholderNote,
    StakeholderPlace,
    StakeholderProfile,
    StakeholderRemoval,
)
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import places_within, stakeholders_within, stands_within, stands_within_alone
from engagement.waves.models import Wave

EVERY_PLACE = true()


@dataclass(frozen=True)
class StakeholderLine:
    """A stakeholder on the map: what holds of them now, and the maps that the reader may see."""

    stakeholder: Stakeholder
    profile: StakeholderProfile
    places: Sequence[StakeholderPlace]
    removed_at: datetime | None

    @property
    def place_words(self) -> str:
        """The maps in one text."""
        return ", ".join(place.words for place in self.places)


@dataclass(frozen=True)
class Filters:
    """The filters of a list of stakeholders; None or "" doesn't filter."""

    words: str = ""
    programme_id: int | None = None
    wave_id: int | None = None
    group: StakeholderGroup | None = None
    owner_id: int | None = None
    with_removed: bool = False


def on_the_map() -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that they were not removed."""
    return Stakeholder.id.not_in(removed())


def removed() -> Select[int]:
    """Return a SELECT of the ids of those who were taken off the map."""
    return select(StakeholderRemoval.stakeholder_id).where(StakeholderRemoval.undone_at.is_(None))


def holds_now() -> ColumnElement[bool]:
    """Return the condition that joins a stakeholder to the present `StakeholderProfile`."""
    return and_(StakeholderProfile.stakeholder_id == Stakeholder.id, StakeholderProfile.superseded_at.is_(None))


def on_map_of_wave(wave_ids: Select[int] | Sequence[int] | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition on `StakeholderPlace` for the maps of these waves and of their programmes."""
    programmes = select(Wave.programme_id).where(Wave.id.in_(wave_ids))
    whole = and_(StakeholderPlace.wave_id.is_(None), StakeholderPlace.programme_id.in_(programmes))
    return or_(StakeholderPlace.wave_id.in_(wave_ids), whole)


NAME = func.coalesce(Person.name, Department.path, Stakeholder.name)
NAME_SORTED = func.coalesce(Person.sorted_by, Department.sorted_by, Stakeholder.sorted_by)
#: What `stakeholders_listed` can be put in order by.
COLUMNS: dict[str, Any] = {
    "group": (
        case({group: number for number, group in enumerate(StakeholderGroup)}, value=StakeholderProfile.group),
        NAME_SORTED,
    ),
    "name": NAME_SORTED,
}


def stakeholders_listed(readable: ColumnElement[bool], filters: Filters) -> Select[Stakeholder]:
    """Return a SELECT of `readable` stakeholders that pass the filters, by group and name.

    Every one of the words has to occur in the name or the role, in any spelling.
    """
    query = (
        select(Stakeholder)
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(readable, Stakeholder.merged_into_id.is_(None))
        .order_by(*COLUMNS["group"], Stakeholder.id)
    )
    query = query.where(*said_as(filters))
    if filters.programme_id is not None:
        query = query.where(_stands_on(StakeholderPlace.programme_id == filters.programme_id))
    if filters.wave_id is not None:
        query = query.where(_stands_on(on_map_of_wave([filters.wave_id])))
    return query if filters.with_removed else query.where(on_the_map())


def said_as(filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters on a `StakeholderProfile` that is joined with the tables of names."""
    conditions = [holds_words(search_words(filters.words), NAME, StakeholderProfile.role)]
    if filters.group is not None:
        conditions.append(StakeholderProfile.group == filters.group)
    if filters.owner_id is not None:
        conditions.append(StakeholderProfile.owner_id == filters.owner_id)
    return conditions


def _stands_on(maps: ColumnElement[bool]) -> ColumnElement[bool]:
    standing = select(StakeholderPlace.stakeholder_id).where(StakeholderPlace.ended_at.is_(None), maps)
    return Stakeholder.id.in_(standing)


def lines_of(
    stakeholders: Select[Stakeholder], visible_places: ColumnElement[bool] = EVERY_PLACE
) -> list[StakeholderLine]:
    """Return the stakeholders of a list in its order, with their visible places, in three queries."""
    # Their ids first: putting thousands in order is much cheaper without their names and departments.
    return lines_with(list(db.session.scalars(_only_ids(stakeholders))), visible_places)


def part_of(stakeholders: Select[Stakeholder], size: int, offset: int) -> tuple[list[int], int]:
    """Return the ids of a part of a list, and how many the whole list has: in one query, because filters may take long."""
    rows = db.session.execute(_only_ids(stakeholders, func.count().over()).limit(size).offset(offset)).all()
    total = rows[0][1] if rows else count_of(stakeholders) if offset else 0
    return [key for key, _ in rows], total


def first_of_wave(maps: Reach, wave_id: int, size: int) -> tuple[list[int], int]:
    """Return the ids of the first stakeholders on the map of a wave, by group and name, and how many it has."""
    rows = db.session.execute(_of_wave(maps, size), {"waves": [wave_id]}).all()
    return [key for key, _ in rows], rows[0][1] if rows else 0


@lru_cache(maxsize=64)
def _of_wave(maps: Reach, size: int) -> Select[Any]:
    its = _stands_on(on_map_of_wave(bindparam("waves", expanding=True)))
    listed = stakeholders_listed(stakeholders_within(maps), Filters()).where(its)
    return _only_ids(listed, func.count().over()).limit(size)


def _only_ids(stakeholders: Select[Stakeholder], *more: Any) -> Select[Any]:
    return stakeholders.with_only_columns(Stakeholder.id, *more, maintain_column_froms=True)


def lines_with(ids: Sequence[int], visible_places: ColumnElement[bool] = EVERY_PLACE) -> list[StakeholderLine]:
    """Return these stakeholders, with their visible places, in two queries."""
    places: dict[int, list[StakeholderPlace]] = defaultdict(list)
    for place in _open_places(ids, visible_places):
        places[place.stakeholder_id].append(place)
    return [StakeholderLine(row, profile, places[row.id], at) for row, profile, at in _said_of(ids)]


def lines_without_places(ids: Sequence[int]) -> list[StakeholderLine]:
    """Return these stakeholders without saying on which maps they are, in one query."""
    return [StakeholderLine(row, profile, [], at) for row, profile, at in _said_of(ids)]


def _said_of(ids: Sequence[int]) -> list[tuple[Stakeholder, StakeholderProfile, datetime | None]]:
    """Return these stakeholders in this order, with what holds of them now, and since when they are off the map."""
    said = {row.id: (row, profile, at) for row, profile, at in db.session.execute(_said(), {"ids": list(ids)})}
    return [said[key] for key in ids]


# Making a long statement anew costs more than running it.
@cache
def _said() -> Select[Stakeholder, StakeholderProfile, datetime]:
    is_off = and_(StakeholderRemoval.stakeholder_id == Stakeholder.id, StakeholderRemoval.undone_at.is_(None))
    return (
        select(Stakeholder, StakeholderProfile, StakeholderRemoval.removed_at)
        .join(StakeholderProfile, holds_now())
        .outerjoin(StakeholderRemoval, is_off)
        .where(Stakeholder.id.in_(bindparam("ids", expanding=True)))
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
        .options(joinedload(StakeholderProfile.owner), joinedload(StakeholderProfile.said_by))
    )


def _open_places(ids: Sequence[int], visible: ColumnElement[bool]) -> Sequence[StakeholderPlace]:
    return db.session.scalars(
        select(StakeholderPlace)
        .outerjoin(Wave, Wave.id == StakeholderPlace.wave_id)
        .where(StakeholderPlace.stakeholder_id.in_(ids), StakeholderPlace.ended_at.is_(None), visible)
        .options(joinedload(StakeholderPlace.programme), joinedload(StakeholderPlace.wave))
        .order_by(StakeholderPlace.programme_id, Wave.number, StakeholderPlace.id)
    ).all()


def line_for(maps: Reach, stakeholder_id: int) -> StakeholderLine:
    """Return one stakeholder, even a removed one, with the maps within reach; raises BeyondReach or NotFound."""
    allow_places(maps)
    asked = select(Stakeholder).where(Stakeholder.id == stakeholder_id, stakeholders_within(maps))
    return found(next(iter(lines_of(asked, places_within(maps))), None))


def line_to_change(maps: Reach, planning: Reach, stakeholder_id: int) -> StakeholderLine:
    """Return a stakeholder all of whose maps `planning` reaches; raises BeyondReach or NotFound."""
    line = line_for(maps, stakeholder_id)
    allow(stands_within_alone(planning, line.stakeholder), planning)
    return line


def line_to_note(maps: Reach, planning: Reach, stakeholder_id: int) -> StakeholderLine:
    """Return a stakeholder one of whose maps `planning` reaches, to write notes; raises BeyondReach or NotFound."""
    line = line_for(maps, stakeholder_id)
    allow(stands_within(planning, line.stakeholder), planning)
    return line


def lock_stakeholders(ids: Sequence[int]) -> None:
    """Lock these rows until the transaction ends, in one order, so that nobody changes them meanwhile."""
    rows = select(Stakeholder.id).where(Stakeholder.id.in_(ids)).order_by(Stakeholder.id)
    db.session.execute(rows.with_for_update())


def part_in_groups(
    listed: Select[Stakeholder], counts: Mapping[StakeholderGroup, int], offset: int, size: int
) -> Select[Stakeholder]:
    """Return the part of an unfiltered list that stands on a page, in the usual order.

    Only the groups on that page are put in order, because ordering everybody takes longer than all else.
    """
    groups: list[StakeholderGroup] = []
    before = start = 0
    for group, number in counts.items():
        if before < offset + size and before + number > offset:
            start = start if groups else before
            groups.append(group)
        before += number
    return listed.where(StakeholderProfile.group.in_(groups)).limit(size).offset(offset - start)


def notes_of(stakeholder_id: int) -> list[StakeholderNote]:
    """Return the private notes about a stakeholder, newest first; the caller checks who may read them."""
    return list(
        db.session.scalars(
            select(StakeholderNote)
            .where(StakeholderNote.stakeholder_id == stakeholder_id)
            .options(joinedload(StakeholderNote.author), joinedload(StakeholderNote.withdrawn_by))
            .order_by(StakeholderNote.written_at.desc(), StakeholderNote.id.desc())
        )
    )
