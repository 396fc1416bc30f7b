"""Who stood where on the map, now or at the end of any day: dated rows replayed in one statement."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, or_, select, type_coerce

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile, StakeholderRemoval
from engagement.stakeholders.queries import EVERY_PLACE, NAME_SORTED, Filters, on_map_of_wave, said_as
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.rules import HIGH, Level, Quadrant, Standing, gap_of, quadrant_of, urgency_of

#: What `read` reads.
Rows = Select[int, int | None, int | None, str, str, bool]


class Stood(NamedTuple):
    """Somebody on the map at one moment, in tenths; without levels where they must not be told.

    Levels are as they are stored, because a map has thousands of these, of which a page tells a few.
    """

    stakeholder_id: int
    influence: int | None = None
    interest: int | None = None
    now: str | None = None
    wanted: str | None = None
    is_labelled: bool = True

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
) -> list[Stood]:
    """Return who stood on visible maps just before an instant (None: who stands there now), by name.

    Levels are told only of those who may be labelled `on` the present day, whatever could be told of them then.
    """
    return read(standing(visible_places, filters or Filters(), before, on).order_by(NAME_SORTED, Stakeholder.id))


def standing(visible_places: ColumnElement[bool], filters: Filters, before: datetime | None, on: date) -> Rows:
    """Return a SELECT, in no order, of what `read` reads."""
    return (
        select(
            Stakeholder.id,
            StakeholderStanding.influence,
            StakeholderStanding.interest,
            type_coerce(StakeholderStanding.level_now, String),
            type_coerce(StakeholderStanding.level_wanted, String),
            may_be_labelled(on),
        )
        .join(StakeholderProfile, of_then(StakeholderProfile, before))
        .outerjoin(StakeholderStanding, of_then(StakeholderStanding, before))
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(*_on_maps(visible_places, filters, before), *said_as(filters))
    )


def counting(
    columns: Sequence[Any], visible_places: ColumnElement[bool], filters: Filters, before: datetime | None
) -> Select[Any]:
    """Return a SELECT of columns that count who stood on visible maps, without the tables that only filters ask."""
    rows = select(*columns).select_from(Stakeholder)
    rows = rows.outerjoin(StakeholderStanding, of_then(StakeholderStanding, before))
    if asks_what_was_said(filters):
        rows = (
            rows.join(StakeholderProfile, of_then(StakeholderProfile, before))
            .outerjoin(Person, Person.id == Stakeholder.person_id)
            .outerjoin(Department, Department.id == Stakeholder.department_id)
            .where(*said_as(filters))
        )
    return rows.where(*_on_maps(visible_places, filters, before))


def was_on_maps(visible_places: ColumnElement[bool], filters: Filters, before: datetime | None) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder`, joined with the tables of names, that they were among those of `standing`."""
    conditions = _on_maps(visible_places, filters, before)
    if asks_what_was_said(filters):
        said = select(StakeholderProfile.id).where(of_then(StakeholderProfile, before), *said_as(filters))
        conditions.append(said.correlate(Stakeholder, Person, Department).exists())
    return and_(*conditions)


def asks_what_was_said(filters: Filters) -> bool:
    """Return whether `said_as` asks anything."""
    return bool(filters.words) or filters.group is not None or filters.owner_id is not None


def read(rows: Rows, given: Mapping[str, Any] | None = None) -> list[Stood]:
    """Return the rows of `standing`; `given` are the values of its parameters."""
    return [stood_of(row) for row in db.session.execute(rows, given)]


def stood_of(row: Sequence[Any]) -> Stood:
    """Return a row of `standing`, without levels where they must not be told."""
    return Stood._make(row) if row[-1] else Stood(row[0], row[1], row[2], is_labelled=False)


def of_then(table: Any, before: datetime | None) -> ColumnElement[bool]:
    """Return the condition that joins a stakeholder to their dated row that held just before an instant (None: that holds now)."""
    return and_(table.stakeholder_id == Stakeholder.id, held(table.said_at, table.superseded_at, before))


def _on_maps(visible: ColumnElement[bool], filters: Filters, before: datetime | None) -> list[ColumnElement[bool]]:
    taken_off = select(StakeholderRemoval.stakeholder_id).where(
        held(StakeholderRemoval.removed_at, StakeholderRemoval.undone_at, before)
    )
    here: list[ColumnElement[bool]] = [Stakeholder.id.not_in(taken_off)]
    if before is None and visible is EVERY_PLACE and filters.programme_id is None and filters.wave_id is None:
        # Everybody who is on the map now has a place there.
        return here
    places = select(StakeholderPlace.id).where(
        StakeholderPlace.stakeholder_id == Stakeholder.id,
        held(StakeholderPlace.added_at, StakeholderPlace.ended_at, before),
        visible,
    )
    if filters.programme_id is not None:
        places = places.where(StakeholderPlace.programme_id == filters.programme_id)
    if filters.wave_id is not None:
        places = places.where(on_map_of_wave([filters.wave_id]))
    # Asked of one after the other: a list of all of them would be made first, whomever else the statement leaves out.
    return [places.correlate(Stakeholder).exists(), *here]
