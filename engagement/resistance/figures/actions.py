"""Publishing objections for reports: once for each day, as of its end, and never again."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, or_, select

from engagement.db import db, insert_new, rows_changed
from engagement.programmes.models import Programme
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.figures.queries import of_programme, shown_in
from engagement.resistance.figures.rules import Shown, hide_small, may_be_counted_anew
from engagement.resistance.models import Concern
from engagement.resistance.queries import late_to_acknowledge, late_to_answer
from engagement.resistance.rules import Source, median_working_days


@dataclass
class _Counted:
    """The concerns of each source, and who they come from."""

    concerns: dict[Source, int] = field(default_factory=lambda: dict.fromkeys(Source, 0))
    who: dict[Source, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def people(self) -> dict[Source, int]:
        """From how many people the concerns of each source come, as far as anybody can know."""
        return {source: len(self.who[source]) for source in Source}


def count_objections(on: date, floor: int) -> int:
    """Publish the objections of each open programme as of the end of day `on`, where that was not done yet.

    Returns for how many programmes it was done, in at most five queries for each. `floor` is the least number of people in
    a group that is shown. Where too little has changed, the figures of the day before stand for another day.
    """
    counted_already = select(ConcernFigures.programme_id).where(ConcernFigures.on >= on)
    programmes = db.session.scalars(
        select(Programme.id).where(Programme.closed_at.is_(None), Programme.id.not_in(counted_already))
    ).all()
    return sum(_publish(programme_id, on, floor) for programme_id in programmes)


def _publish(programme_id: int, on: date, floor: int) -> int:
    before = db.session.scalar(
        select(ConcernFigures)
        .where(ConcernFigures.programme_id == programme_id, ConcernFigures.on < on)
        .order_by(ConcernFigures.on.desc())
        .limit(1)
    )
    if before is not None and before.shown["floor"] < floor:
        before = None  # what was shown then may be shown no longer
    if before is None or may_be_counted_anew(_people_since(programme_id, before, on), floor):
        shown = _figures(programme_id, on, floor, before)
    else:
        shown = before.shown | {"late": None}
    values = shown | {"is_late": _late(programme_id, on) >= floor}
    row = insert_new(ConcernFigures).values(programme_id=programme_id, on=on, shown=values)
    return rows_changed(row.on_conflict_do_nothing(index_elements=["programme_id", "on"]))


def _people_since(programme_id: int, before: ConcernFigures, on: date) -> int:
    """Return from how many people concerns came in, were answered, or were taken up again since figures were published."""
    since = _as_of(before)
    days = (Concern.received_on, Concern.answered_on, Concern.waiting_since_on)
    changed = or_(*((day > since) & (day <= on) for day in days))
    return len(set(db.session.scalars(select(_who_said_it()).where(*_counts(programme_id, on), changed))))


def _figures(programme_id: int, on: date, floor: int, before: ConcernFigures | None) -> dict[str, Any]:
    waiting, answered = _by_source(programme_id, on)
    shown = {
        "open": _hidden_where_small(waiting, floor, "open", before, on),
        "answered": _hidden_where_small(answered, floor, "answered", before, on),
    }
    late = _late(programme_id, on)
    # All that wait may be late.
    told = {"late": late if late >= floor and shown["open"].total is not None else None}
    return (
        {name: _written(part) for name, part in shown.items()}
        | _answers(programme_id, on, floor, shown["answered"])
        | told
        | {"floor": floor, "as_of": on.isoformat()}
    )


def _by_source(programme_id: int, on: date) -> tuple[_Counted, _Counted]:
    """Return what waited for an answer at the end of the day, and what had one."""
    waiting, answered = _Counted(), _Counted()
    rows = select(Concern.source, Concern.answered_on, _who_said_it()).where(*_counts(programme_id, on))
    for source, answered_on, who in db.session.execute(rows):
        counted = answered if answered_on is not None and answered_on <= on else waiting
        counted.concerns[source] += 1
        counted.who[source].add(who)
    return waiting, answered


def _counts(programme_id: int, on: date) -> tuple[ColumnElement[bool], ...]:
    return of_programme(programme_id), Concern.left_out.is_(None), Concern.received_on <= on


def _who_said_it() -> ColumnElement[str]:
    """Tell people apart: several concerns with one name come from one person; of anonymous ones nobody knows it."""
    return case(
        (Concern.person_id.is_not(None), "person " + cast(Concern.person_id, String)),
        (Concern.submission.is_not(None), "account " + cast(Concern.logged_by_id, String)),
        else_="concern " + cast(Concern.id, String),
    )


def _hidden_where_small(
    counted: _Counted, floor: int, part: str, before: ConcernFigures | None, on: date
) -> Shown[Source]:
    """Hide small groups, and for the rest of a week (Monday to Sunday) what was hidden when it was published in it before."""
    if before is None or _as_of(before).isocalendar()[:2] != on.isocalendar()[:2]:
        return hide_small(counted.concerns, floor, counted.people)
    return hide_small(counted.concerns, floor, counted.people, shown_in(before, part).hidden)


def _as_of(row: ConcernFigures) -> date:
    return date.fromisoformat(row.shown["as_of"])


def _written(shown: Shown[Source]) -> dict[str, Any]:
    return {"groups": {source.value: number for source, number in shown.groups.items()}, "total": shown.total}


def _late(programme_id: int, on: date) -> int:
    is_late = or_(late_to_acknowledge(on), late_to_answer(on))
    within = (*_counts(programme_id, on), Concern.answered_on.is_(None), is_late)
    return db.session.scalar(select(func.count()).where(*within)) or 0


def _answers(programme_id: int, on: date, floor: int, answered: Shown[Source]) -> dict[str, Any]:
    """Return how long answers took, and of how many; the number may be that of all who have one, so only beside that total."""
    answers = [
        (received, first, number)
        for received, first, number in db.session.execute(
            select(Concern.received_on, Concern.first_answered_on, func.count())
            .where(*_counts(programme_id, on), Concern.first_answered_on <= on)
            .group_by(Concern.received_on, Concern.first_answered_on)
        )
        if first is not None
    ]
    number = sum(number for _, _, number in answers)
    is_told = number >= floor
    return {
        "median_days": median_working_days(answers) if is_told else None,
        "answers": number if is_told and answered.total is not None else None,
    }
