"""Resistance in figures, for those who may not read a single concern: groups too small to show are hidden here, not on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.resistance.models import Concern
from engagement.resistance.queries import counts_by_source, late_to_acknowledge, late_to_answer
from engagement.resistance.rules import Source, hide_small, median_working_days
from engagement.waves.models import Wave

TREND_WEEKS = 8


@dataclass(frozen=True)
class SourceLine:
    """One source: how many wait for an answer and how many have one, None where the group is too small to be shown.

    `trend` is how many waited at the end of each of the last eight weeks, the oldest first, ending with today; None in
    place of each number below the floor, and no trend at all for a hidden source.
    """

    source: Source
    open: int | None
    answered: int | None
    trend: Sequence[int | None]


@dataclass(frozen=True)
class ConcernSummary:
    """The objections of a programme in figures; None stands for what is too small to show."""

    sources: Sequence[SourceLine]
    open: int | None
    answered: int | None
    median_days: float | None
    answers: int | None
    late: int | None
    floor: int

    @property
    def hidden_count(self) -> int:
        """How many sources are left out because too few people named them, or so that nothing can be worked out."""
        return sum(line.open is None for line in self.sources)


def of_programme(programme_id: int) -> ColumnElement[bool]:
    """Return the condition on `Concern` for those that name a wave of the programme, or only a workflow of it."""
    return or_(
        Concern.wave_id.in_(select(Wave.id).where(Wave.programme_id == programme_id)),
        and_(
            Concern.wave_id.is_(None),
            Concern.workflow_id.in_(select(Workflow.id).where(Workflow.programme_id == programme_id)),
        ),
    )


def summary_for_report(programme_id: int, on: date, floor: int) -> ConcernSummary:
    """Return the objections of a programme as of the end of day `on`, without any group under `floor`, in four queries."""
    within = of_programme(programme_id)
    counts = counts_by_source(within)
    shown_waiting = hide_small({line.source: line.open for line in counts}, floor)
    shown_answered = hide_small({line.source: line.answered for line in counts}, floor)
    trends = weekly_trend(within, on)
    answers = [
        (received, first, number)
        for received, first, number in db.session.execute(
            select(Concern.received_on, Concern.first_answered_on, func.count())
            .where(within, Concern.first_answered_on.is_not(None))
            .group_by(Concern.received_on, Concern.first_answered_on)
        )
        if first is not None
    ]
    late = db.session.scalar(
        select(func.count())
        .select_from(Concern)
        .where(within, Concern.answered_on.is_(None), or_(late_to_acknowledge(on), late_to_answer(on)))
    )
    answer_count = sum(number for _, _, number in answers)
    enough_answers = answer_count >= floor
    return ConcernSummary(
        sources=[
            SourceLine(
                source,
                shown_waiting.groups[source],
                shown_answered.groups[source],
                _safe_trend(trends[source], shown_waiting.groups[source], floor),
            )
            for source in Source
        ],
        open=shown_waiting.total,
        answered=shown_answered.total,
        median_days=median_working_days(answers) if enough_answers else None,
        answers=answer_count if enough_answers else None,
        late=late if late is not None and late >= floor else None,
        floor=floor,
    )


def _safe_trend(trend: Sequence[int], present: int | None, floor: int) -> Sequence[int | None]:
    if present is None:
        return ()
    return [number if number >= floor else None for number in trend]


def weekly_trend(within: ColumnElement[bool], on: date) -> Mapping[Source, Sequence[int]]:
    """Return how many concerns of each source waited for an answer at the end of each of the last eight weeks.

    The oldest comes first and the last is day `on` itself. One that was taken up again counts as waiting throughout.
    """
    days = [on - timedelta(weeks=weeks) for weeks in reversed(range(TREND_WEEKS))]
    counts = [
        func.count().filter(Concern.received_on <= day, or_(Concern.answered_on.is_(None), Concern.answered_on > day))
        for day in days
    ]
    trend: dict[Source, Sequence[int]] = {source: [0] * TREND_WEEKS for source in Source}
    for source, *numbers in db.session.execute(
        select(Concern.source, *counts)
        .where(within, or_(Concern.answered_on.is_(None), Concern.answered_on > days[0]))
        .group_by(Concern.source)
    ):
        trend[source] = numbers
    return trend
