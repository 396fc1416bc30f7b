"""Who stood where on the map, now or at the end of any day: dated rows replayed in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, and_, exists, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile, StakeholderRemoval
from engagement.stakeholders.queries import EVERY_PLACE, NAME_SORTED, Filters, on_map_of_wave, said_as
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import has_labels, may_be_labelled
from engagement.stakeholders.standings.rules import HIGH, Level, Quadrant, Standing, gap_of, quadrant_of, urgency_of


class Stood(NamedTuple):
    """Somebody on the map at one moment, in tenths; without levels where they must not be told.

    Levels are as they are stored, because a map has thousands of these, of which a page tells a few.
    """

    stakeholder_id: int
    owner_id: int | None
    influence: int | None = None
    interest: int | None = None
    now: str | None = None
    wanted: str | None = None
    is_labelled: bool = True

    @property
    def judged(self) -> tuple[int | str | bool | None, ...]:
        """All that was judged of them, to compare."""
        return self[2:6]

    @property
    def level_now(self) -> Level | None:
        """How engaged they are."""
        return Level(self.now) if self.now else None

    @property
    def level_wanted(self) -> Level | None:
        """How engaged we need them."""
        return Level(self.wanted) if self.wanted else None

    @property
    def is_placed(self) -> bool:
        """Whether both judgements were made, so that they have a place."""
        return self.influence is not None and self.interest is not None

    @property
    def quadrant(self) -> Quadrant | None:
        """The quarter in which they stand."""
        if self.influence is None or self.interest is None:
            return None
        return quadrant_of(self.influence, self.interest)

    @property
    def gap(self) -> int | None:
        """How many levels they are below where we need them."""
        return gap_of(self.level_now, self.level_wanted)

    @property
    def urgency(self) -> int | None:
        """Gap times power, in tenths."""
        return urgency_of(self.gap, self.influence)

    @property
    def said(self) -> Standing:
        """What was said of them, as one value."""
        return Standing(self.influence, self.interest, None, self.level_now, self.level_wanted)


def held(begun: Any, ended: Any, before: datetime | None) -> ColumnElement[bool]:
    """Return the condition that a dated row held just before an instant; None: that it holds now."""
    ongoing: ColumnElement[bool] = ended.is_(None)
    return ongoing if before is None else and_(begun < before, or_(ongoing, ended >= before))


def quadrant_is(quadrant: Quadrant) -> ColumnElement[bool]:
    """Return the condition that a standing is in this quarter of the map."""
    power, interest = StakeholderStanding.influence, StakeholderStanding.interest
    ways = [(high, wide) for high in (True, False) for wide in (True, False)]
    high, wide = next(way for way in ways if quadrant_of(HIGH * way[0], HIGH * way[1]) is quadrant)
    return and_(power >= HIGH if high else power < HIGH, interest >= HIGH if wide else interest < HIGH)


def stood(
    visible_places: ColumnElement[bool] = EVERY_PLACE,
    filters: Filters | None = None,
    *,
    before: datetime | None = None,
    on: date,
    touched_since: datetime | None = None,
) -> list[Stood]:
    """Return who stood on visible maps just before an instant (None: who stands there now), by name.

    Levels are told only of those who may be labelled `on` the present day, whatever could be told of them then. With
    `touched_since` only those are read of whom something began or ended from that instant on; all others stand as before it.
    """
    rows = standing(visible_places, filters or Filters(), before, on)
    rows = rows if touched_since is None else rows.where(Stakeholder.id.in_(_touched(touched_since)))
    return read(rows.order_by(NAME_SORTED, Stakeholder.id))


def _touched(since: datetime) -> CompoundSelect[int]:
    dated = (
        (StakeholderStanding, StakeholderStanding.said_at, StakeholderStanding.superseded_at),
        (StakeholderProfile, StakeholderProfile.said_at, StakeholderProfile.superseded_at),
        (StakeholderPlace, StakeholderPlace.added_at, StakeholderPlace.ended_at),
        (StakeholderRemoval, StakeholderRemoval.removed_at, StakeholderRemoval.undone_at),
    )
    return union_all(
        *(select(table.stakeholder_id).where(or_(begun >= since, ended >= since)) for table, begun, ended in dated)
    )


def standing(
    visible_places: ColumnElement[bool], filters: Filters, before: datetime | None, on: date
) -> Select[int, int | None, int | None, int | None, str, str, bool]:
    """Return a SELECT, in no order, of what `read` reads."""
    return (
        select(
            Stakeholder.id,
            StakeholderProfile.owner_id,
            StakeholderStanding.influence,
            StakeholderStanding.interest,
            type_coerce(StakeholderStanding.level_now, String),
            type_coerce(StakeholderStanding.level_wanted, String),
            may_be_labelled(on),
        )
        .join(StakeholderProfile, _of_then(StakeholderProfile, before))
        .outerjoin(StakeholderStanding, _of_then(StakeholderStanding, before))
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(*_on_maps(visible_places, filters, before))
    )


def counting(
    columns: Sequence[Any], visible_places: ColumnElement[bool], filters: Filters, before: datetime | None
) -> Select[Any]:
    """Return a SELECT of columns that count who stood on visible maps, without the tables that only filters ask."""
    rows = select(*columns).select_from(Stakeholder)
    rows = rows.outerjoin(StakeholderStanding, _of_then(StakeholderStanding, before))
    if filters.words or filters.group is not None or filters.owner_id is not None:
        rows = (
            rows.join(StakeholderProfile, _of_then(StakeholderProfile, before))
            .outerjoin(Person, Person.id == Stakeholder.person_id)
            .outerjoin(Department, Department.id == Stakeholder.department_id)
        )
    return rows.where(*_on_maps(visible_places, filters, before))


def read(rows: Select[int, int | None, int | None, int | None, str, str, bool]) -> list[Stood]:
    """Return the rows of `standing`, without levels where they must not be told."""
    return [Stood._make(row) if row[6] else Stood(*row[:4], is_labelled=False) for row in db.session.execute(rows)]


def _of_then(table: Any, before: datetime | None) -> ColumnElement[bool]:
    return and_(table.stakeholder_id == Stakeholder.id, held(table.said_at, table.superseded_at, before))


def _on_maps(visible: ColumnElement[bool], filters: Filters, before: datetime | None) -> list[ColumnElement[bool]]:
    taken_off = select(StakeholderRemoval.stakeholder_id).where(
        held(StakeholderRemoval.removed_at, StakeholderRemoval.undone_at, before)
    )
    found = [Stakeholder.id.not_in(taken_off), *said_as(filters)]
    if before is None and visible is EVERY_PLACE and filters.programme_id is None and filters.wave_id is None:
        # Everybody who is on the map now has a place there.
        return found
    here = StakeholderPlace.stakeholder_id == Stakeholder.id
    places = select(StakeholderPlace.id).where(
        here, held(StakeholderPlace.added_at, StakeholderPlace.ended_at, before), visible
    )
    if filters.programme_id is not None:
        places = places.where(StakeholderPlace.programme_id == filters.programme_id)
    if filters.wave_id is not None:
        places = places.where(on_map_of_wave([filters.wave_id]))
    # Asked of one after the other: a list of all of them would be made first, whomever else the statement leaves out.
    return [places.correlate(Stakeholder).exists(), *found]


@dataclass(frozen=True)
class Told:
    """Who somebody is, and what was said of their part in the change."""

    stakeholder: Stakeholder
    profile: StakeholderProfile

    @property
    def short_name(self) -> str:
        """A name for the map: of a department only its own, without those above it."""
        department = self.stakeholder.department
        return department.name if department is not None else self.stakeholder.title


def told(ids: Iterable[int], *, before: datetime | None = None) -> dict[int, Told]:
    """Return who these stakeholders are, with what held of them just before an instant (None: now)."""
    rows = db.session.execute(
        select(Stakeholder, StakeholderProfile)
        .join(StakeholderProfile, _of_then(StakeholderProfile, before))
        .where(Stakeholder.id.in_(sorted(set(ids))))
        .options(
            joinedload(Stakeholder.person), joinedload(Stakeholder.department), joinedload(StakeholderProfile.owner)
        )
    )
    found: Sequence[Any] = rows.all()
    return {row.id: Told(row, profile) for row, profile in found}


def reasons(ids: Iterable[int], *, before: datetime | None = None, on: date) -> dict[int, StakeholderStanding]:
    """Return the judgements that held of these stakeholders and whose reason may be told.

    A reason may speak of attitudes, so of somebody without a post it isn't told while any of their levels are still stored.
    """
    of_any_time = aliased(StakeholderStanding)
    labelled = exists().where(of_any_time.stakeholder_id == Stakeholder.id, has_labels(of_any_time))
    rows = db.session.scalars(
        select(StakeholderStanding)
        .join(Stakeholder, _of_then(StakeholderStanding, before))
        .where(
            Stakeholder.id.in_(sorted(set(ids))),
            StakeholderStanding.reason != "",
            or_(may_be_labelled(on), ~labelled),
        )
        .options(joinedload(StakeholderStanding.said_by))
    )
    return {row.stakeholder_id: row for row in rows}
