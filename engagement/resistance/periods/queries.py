"""Reads for the report on resistance: published spans, and the figures at the ends of months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Select, bindparam, extract, func, select

from engagement.db import db
from engagement.people.models import Department
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.figures.queries import shown_in
from engagement.resistance.figures.rules import Shown
from engagement.resistance.periods.models import ConcernPeriod
from engagement.resistance.periods.rules import NONE_NAMED, Dimension, Standing, Told
from engagement.resistance.rules import Source
from engagement.waves.models import Wave


@dataclass(frozen=True)
class MonthEnd:
    """The published figures of the last counted day of a month; a number is None where it is hidden."""

    on: date
    open: Shown[Source]
    answered: Shown[Source]
    median_days: float | None


@dataclass(frozen=True)
class Group:
    """A wave or department of a span: its key, its name, and how many concerns of it were open and answered (None: hidden)."""

    key: str
    name: str
    open: int | None
    answered: int | None


@dataclass(frozen=True)
class Tried:
    """A response that was tried for concerns, and of how many of these the answer came since."""

    source: Source
    title: str
    answered: Told


@dataclass(frozen=True)
class Span:
    """A span of whole months: what is shown of the concerns that came in during it."""

    first_on: date
    last_on: date
    groups: Mapping[Dimension, Sequence[Group]]
    in_time: Told | None
    tried: Sequence[Tried]

    @property
    def months(self) -> int:
        """How many months it holds."""
        return 12 * (self.last_on.year - self.first_on.year) + self.last_on.month - self.first_on.month + 1


def month_ends(programme_id: int, floor: int) -> list[MonthEnd]:
    """Return the figures of the last counted day of each month, the oldest first; without those of a lower floor."""
    of_this = ConcernFigures.programme_id == programme_id
    days = select(func.max(ConcernFigures.on)).where(of_this)
    last_days = days.group_by(extract("year", ConcernFigures.on), extract("month", ConcernFigures.on))
    rows = db.session.scalars(
        select(ConcernFigures).where(of_this, ConcernFigures.on.in_(last_days)).order_by(ConcernFigures.on)
    )
    return [
        MonthEnd(row.on, shown_in(row, "open"), shown_in(row, "answered"), row.shown["median_days"])
        for row in rows
        if row.shown["floor"] >= floor
    ]


@dataclass(frozen=True)
class WavesSpan:
    """How many of the concerns that came in during a span of whole months were open and answered at its end, by wave id (None: hidden)."""

    first_on: date
    last_on: date
    waves: Mapping[int, tuple[int | None, int | None]]


def newest_of_waves(programme_id: int, floor: int) -> WavesSpan | None:
    """Return what is shown by wave of the newest published span, in one statement; None before the first, or if its floor was lower."""
    row = db.session.scalar(_newest(), {"programme": programme_id})
    if row is None or row.shown["floor"] < floor:
        return None
    waiting, answered = (row.shown[standing][Dimension.WAVE] for standing in (Standing.OPEN, Standing.ANSWERED))
    of_waves = {int(key): (waiting[key], answered[key]) for key in waiting if key != NONE_NAMED}
    return WavesSpan(row.first_on, row.last_on, of_waves)


# Making the statement anew costs more than running it.
@cache
def _newest() -> Select[ConcernPeriod]:
    its = select(ConcernPeriod).where(ConcernPeriod.programme_id == bindparam("programme"))
    return its.order_by(ConcernPeriod.last_on.desc()).limit(1)


def spans_of(programme_id: int, floor: int, until: date) -> list[Span]:
    """Return the newest published span that was over at the end of a day and the one before it, the newest first."""
    rows = db.session.scalars(
        select(ConcernPeriod)
        .where(ConcernPeriod.programme_id == programme_id, ConcernPeriod.last_on <= until)
        .order_by(ConcernPeriod.last_on.desc())
        .limit(2)
    ).all()
    names = _names(rows)
    return [_span(row, names) for row in rows if row.shown["floor"] >= floor]


def _names(rows: Sequence[ConcernPeriod]) -> dict[tuple[Dimension, str], str]:
    def ids(dimension: Dimension) -> set[int]:
        keys = (key for row in rows for key in row.shown[Standing.OPEN][dimension])
        return {int(key) for key in keys if key != NONE_NAMED}

    waves = db.session.execute(select(Wave).where(Wave.id.in_(ids(Dimension.WAVE)))).scalars()
    departments = db.session.execute(
        select(Department.id, Department.path).where(Department.id.in_(ids(Dimension.DEPARTMENT)))
    )
    return {
        **{(Dimension.WAVE, str(wave.id)): wave.title for wave in waves},
        **{(Dimension.DEPARTMENT, str(key)): path for key, path in departments},
        (Dimension.WAVE, NONE_NAMED): "No wave named",
        (Dimension.DEPARTMENT, NONE_NAMED): "No department named",
    }


def _groups(row: ConcernPeriod, dimension: Dimension, names: Mapping[tuple[Dimension, str], str]) -> list[Group]:
    """Return the groups by name, those that name none last."""
    waiting, answered = (row.shown[standing][dimension] for standing in Standing)
    found = [
        Group(key, names[dimension, key], waiting[key], answered[key]) for key in waiting if (dimension, key) in names
    ]
    return sorted(found, key=lambda group: (group.key == NONE_NAMED, group.name))


def _span(row: ConcernPeriod, names: Mapping[tuple[Dimension, str], str]) -> Span:
    groups = {dimension: _groups(row, dimension, names) for dimension in Dimension}
    tried = [
        Tried(Source(each["source"]), each["title"], Told(each["of"], each["number"], each["is_most"]))
        for each in row.shown["tried"]
    ]
    return Span(row.first_on, row.last_on, groups, Told.read(row.shown["in_time"]), tried)
