"""What became different on the map: who moved last, and who moved, came and left between two moments; found and counted by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from engagement.accounts.models import Account
from engagement.db import db
from engagement.people.models import Department, Person
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile, StakeholderRemoval
from engagement.stakeholders.queries import NAME_SORTED, Filters
from engagement.stakeholders.scopes import places_within
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import Stood, asks_what_was_said, of_then, stood_of, was_on_maps
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.queries.reading import MapAt, kept
from engagement.stakeholders.standings.queries.telling import Reason, tells_reasons
from engagement.stakeholders.standings.rules import Standing, standing_words

#: What is judged of somebody, and the two moments that are compared.
_JUDGED, _ENDS = ("influence", "interest", "level_now", "level_wanted"), ("then", "now")


class Move(NamedTuple):
    """Somebody who is not said to stand where they stood; None: they were or are not on the map."""

    before: Stood | None
    now: Stood | None

    @property
    def stakeholder_id(self) -> int:
        """Who it is."""
        row = self.now or self.before
        assert row
        return row.stakeholder_id

    @property
    def words(self) -> str:
        """What changed, such as "Power 5.9 → 6.9, interest 8.4 → 8.6."."""
        before, now = (row.said if row else Standing() for row in (self.before, self.now))
        return standing_words(before, now)


class LastMove(NamedTuple):
    """The newest judgement by which somebody stands elsewhere, and why (the text is "" if that may not be told)."""

    move: Move
    reason: Reason


@dataclass(frozen=True)
class Movement:
    """How many moved, came and left, and the first of them: those who moved furthest, then the others by name."""

    moved: int
    came: int
    left: int
    first: Sequence[Move]

    @property
    def total(self) -> int:
        """Of how many something became different."""
        return self.moved + self.came + self.left


def last_move(at: MapAt) -> LastMove | None:
    """Return who of a map was last judged to stand elsewhere, None if nobody was."""
    row = db.session.execute(_last_move(at)).first()
    if row is None:
        return None
    key, is_told, *judged = row[:10]
    before, now = (stood_of((key, *said, is_told)) for said in (judged[:4], judged[4:]))
    return LastMove(Move(before, now), Reason._make(row[10:]))


@kept
def _last_move(at: MapAt) -> Select[Any]:
    """Return a SELECT of the newest move alone; going back over judgements by their number ends with the first that fits."""
    then, now = aliased(StakeholderStanding), aliased(StakeholderStanding)
    is_told = may_be_labelled(at.on)
    was, stands = ([getattr(rows, name) for name in _JUDGED] for rows in (then, now))
    # Of two judgements of one instant the second follows the first.
    follows = and_(then.stakeholder_id == now.stakeholder_id, then.superseded_at == now.said_at, then.id < now.id)
    asked = (
        select(
            *(Stakeholder.id, is_told, *was, *stands),
            *(case((tells_reasons(at.on), now.reason), else_=""), Account.name, now.said_at),
        )
        .select_from(now)
        .join(then, follows)
        .join(Stakeholder, Stakeholder.id == now.stakeholder_id)
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .outerjoin(Account, Account.id == now.said_by_id)
        # What we want of somebody moves nobody.
        .where(_says_else(was[:3], stands[:3], is_told), was_on_maps(places_within(at.maps), at.filters, at.before))
    )
    asked = asked if at.before is None else asked.where(now.said_at < at.before)
    return asked.order_by(now.id.desc(), then.id.desc()).limit(1)


def _says_else(was: Sequence[Any], now: Sequence[Any], is_told: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that what was judged differs, as far as it may be told."""
    differs = [one.is_distinct_from(other) for one, other in zip(was, now, strict=True)]
    return or_(*differs[:2], and_(is_told, or_(*differs[2:])))


def movement_since(then: MapAt, at: MapAt, limit: int) -> Movement:
    """Return what became different from one moment of a map to a later one."""
    rows = db.session.execute(_moves(then, at), {"limit": limit}).all()
    moved, came, left = rows[0][-3:] if rows else (0, 0, 0)
    return Movement(moved, came, left, [_move(row) for row in rows])


def _move(row: Sequence[Any]) -> Move:
    key, is_told, was_here, is_here = row[:4]
    before, now = (stood_of((key, *said, is_told)) for said in (row[4:8], row[8:12]))
    return Move(before if was_here else None, now if is_here else None)


@kept
def _moves(before: MapAt, at: MapAt) -> Select[Any]:
    """Return a SELECT of the moves in their order, each with how many there are of each kind."""
    # Or SQLite asks anew who was here wherever a kind is mentioned.
    each = _of_both_moments(before, at).cte("each").prefix_with("MATERIALIZED")
    then, now = ([each.c[f"{name}_{end}"] for name in _JUDGED] for end in _ENDS)
    stayed = and_(each.c.was_here, each.c.is_here)
    kinds = (stayed, and_(each.c.is_here, ~each.c.was_here), and_(each.c.was_here, ~each.c.is_here))
    (power, interest), (power_now, interest_now) = then[:2], now[:2]
    # The squares are enough to say who went further.
    distance = (power - power_now) * (power - power_now) + (interest - interest_now) * (interest - interest_now)
    return (
        select(
            *(each.c.id, each.c.is_told, each.c.was_here, each.c.is_here, *then, *now),
            *(func.sum(case((kind, 1), else_=0)).over() for kind in kinds),
        )
        .where(or_(and_(stayed, _says_else(then, now, each.c.is_told)), *kinds[1:]))
        .order_by(
            case(*((kind, number) for number, kind in enumerate(kinds))),
            case((stayed, func.coalesce(distance, 0)), else_=0).desc(),
            each.c.name,
            each.c.id,
        )
        .limit(bindparam("limit"))
    )


def _of_both_moments(then: MapAt, at: MapAt) -> Select[Any]:
    """Return a SELECT of those of whom something was said or ended since, with where they stood then and where they stand."""
    assert then.before
    ends = dict(zip(_ENDS, (then.before, at.before), strict=True))
    standings = {end: aliased(StakeholderStanding) for end in _ENDS}
    judged = [getattr(rows, name).label(f"{name}_{end}") for end, rows in standings.items() for name in _JUDGED]
    was_here, is_here = (was_on_maps(places_within(at.maps), at.filters, moment) for moment in ends.values())
    found = select(
        *(Stakeholder.id, NAME_SORTED.label("name"), may_be_labelled(at.on).label("is_told")),
        *(was_here.label("was_here"), is_here.label("is_here"), *judged),
    )
    for end, moment in ends.items():
        found = found.outerjoin(standings[end], of_then(standings[end], moment))
    return (
        found.outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(Stakeholder.id.in_(_touched(then.before, at.filters)))
    )


def _touched(since: datetime, filters: Filters) -> CompoundSelect[int]:
    """Return a SELECT of those of whom a dated row began or ended from an instant on; all others stand on the map as before it."""
    dated: list[tuple[Any, Any, Any]] = [
        (StakeholderStanding, StakeholderStanding.said_at, StakeholderStanding.superseded_at),
        (StakeholderPlace, StakeholderPlace.added_at, StakeholderPlace.ended_at),
        (StakeholderRemoval, StakeholderRemoval.removed_at, StakeholderRemoval.undone_at),
    ]
    if asks_what_was_said(filters):
        dated.append((StakeholderProfile, StakeholderProfile.said_at, StakeholderProfile.superseded_at))
    return union_all(
        *(select(table.stakeholder_id).where(or_(begun >= since, ended >= since)) for table, begun, ended in dated)
    )
