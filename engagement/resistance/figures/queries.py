"""The figures for a report: the latest ones, and those at the end of earlier weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, cast, or_, select

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.figures.rules import Shown
from engagement.resistance.models import Concern
from engagement.resistance.rules import Source
from engagement.waves.models import Wave

TREND_WEEKS = 8


@dataclass(frozen=True)
class SourceLine:
    """One source: how many objections wait and how many are answered, None for a group too small to show.

    `trend` is how many waited at the end of each of the last eight weeks, the oldest first, ending with the day of the
    figures; None for a week without figures or with the group hidden.
    """

    source: Source
    open: int | None
    answered: int | None
    trend: Sequence[int | None]


@dataclass(frozen=True)
class ConcernSummary:
    """The objections of a programme as of the end of day `as_of`; None means hidden.

    Before the first night nothing was counted, and `as_of` is None. `is_late` says that at the start of the week
    concerns of at least `floor` people had waited longer than promised. `is_kept_back` is for readers who read some of
    these concerns themselves, and could subtract them.
    """

    as_of: date | None
    sources: Sequence[SourceLine]
    open: int | None
    answered: int | None
    median_days: float | None
    is_late: bool
    floor: int
    is_kept_back: bool = False

    @property
    def hidden_count(self) -> int:
        """How many sources are hidden because too few people named them, or to keep those from being worked out."""
        return sum(line.open is None for line in self.sources)


def of_programme(programme_id: int) -> ColumnElement[bool]:
    """Return the condition on `Concern` that it names a wave of the programme, or no wave but a workflow of it."""
    return or_(
        Concern.wave_id.in_(select(Wave.id).where(Wave.programme_id == programme_id)),
        and_(
            Concern.wave_id.is_(None),
            Concern.workflow_id.in_(select(Workflow.id).where(Workflow.programme_id == programme_id)),
        ),
    )


def who_said_it() -> ColumnElement[str]:
    """Return a column that tells senders apart: a person or account is one; any other concern is one of its own."""
    return case(
        (Concern.person_id.is_not(None), "person " + cast(Concern.person_id, String)),
        (Concern.submission.is_not(None), "account " + cast(Concern.logged_by_id, String)),
        else_="concern " + cast(Concern.id, String),
    )


def summary_for_report(programme_id: int, floor: int) -> ConcernSummary:
    """Return the latest published objections of a programme, without groups under `floor`, in one query.

    Figures counted with a lower floor are not shown.
    """
    rows = [row for row in _last_weeks(programme_id) if row.shown["floor"] >= floor]
    if not rows:
        return nothing_shown(floor)
    latest = rows[0]
    waiting, answered = (shown_in(latest, part) for part in ("open", "answered"))
    ends = _ends_of_weeks(rows, latest.on)
    return ConcernSummary(
        as_of=latest.on,
        sources=[
            SourceLine(
                source,
                waiting.groups[source],
                answered.groups[source],
                [shown_in(row, "open").groups[source] if row else None for row in ends],
            )
            for source in Source
        ],
        open=waiting.total,
        answered=answered.total,
        median_days=latest.shown["median_days"],
        is_late=latest.shown["is_late"],
        floor=floor,
    )


def nothing_shown(floor: int, *, is_kept_back: bool = False) -> ConcernSummary:
    """Return a summary that shows nothing: nothing was counted yet, or the reader could subtract what they read."""
    unknown = [SourceLine(source, None, None, [None] * TREND_WEEKS) for source in Source]
    return ConcernSummary(None, unknown, None, None, None, False, floor, is_kept_back)


def shown_in(row: ConcernFigures, part: str) -> Shown[Source]:
    """Return what a row of figures shows of one part, "open" or "answered"."""
    written = row.shown[part]
    return Shown({source: written["groups"].get(source.value) for source in Source}, written["total"])


def _last_weeks(programme_id: int) -> list[ConcernFigures]:
    """Return the figures of the days that a trend uses, the latest first."""
    rows = db.session.scalars(_newest(), {"programme": programme_id}).all()
    return [row for row in rows if row.on > rows[0].on - timedelta(weeks=TREND_WEEKS)]


# Making the statement anew costs more than running it.
@cache
def _newest() -> Select[ConcernFigures]:
    # A day has one row, so no trend needs more of them.
    its = select(ConcernFigures).where(ConcernFigures.programme_id == bindparam("programme"))
    return its.order_by(ConcernFigures.on.desc()).limit(7 * TREND_WEEKS)


def _ends_of_weeks(rows: Sequence[ConcernFigures], latest: date) -> list[ConcernFigures | None]:
    """Return the last row of each of the eight weeks (Monday to Sunday) up to the latest day, the oldest week first."""
    monday = latest - timedelta(days=latest.weekday())
    last_of_week: dict[date, ConcernFigures] = {}
    for row in rows:  # the latest first
        last_of_week.setdefault(row.on - timedelta(days=row.on.weekday()), row)
    return [last_of_week.get(monday - timedelta(weeks=weeks)) for weeks in reversed(range(TREND_WEEKS))]
