"""Reads of frozen reports: a programme's, the last closed period, and figures as they stood."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.errors import NotFound
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import Figure, Subject
from engagement.reports.rules.measures import Measure
from engagement.reports.snapshots.models import FrozenFigure, ReportSnapshot
from engagement.reports.snapshots.rules import (
    as_shown,
    end_of_month,
    kept_words,
    objections_words,
    sentence_words,
    stood_words,
)
from engagement.words import month_words, short_day_words

_KNOWN = {measure.value: measure for measure in Measure}


def snapshots_of(programme_id: int) -> list[ReportSnapshot]:
    """Return the frozen reports of a programme, the newest first."""
    asked = select(ReportSnapshot).where(ReportSnapshot.programme_id == programme_id)
    newest = asked.order_by(ReportSnapshot.frozen_at.desc(), ReportSnapshot.id.desc())
    return list(db.session.scalars(newest.options(joinedload(ReportSnapshot.by))))


def kept_since(programme_id: int, since: datetime) -> ReportSnapshot | None:
    """Return the newest report of a programme that was frozen by hand since an instant, None if there is none."""
    asked = select(ReportSnapshot).where(
        ReportSnapshot.programme_id == programme_id,
        ReportSnapshot.closes_on.is_(None),
        ReportSnapshot.frozen_at >= since,
    )
    return db.session.scalar(asked.order_by(ReportSnapshot.id.desc()).limit(1))


def last_closed(programme_id: int, by: date = date.max) -> ReportSnapshot | None:
    """Return the newest closed month of a programme, or the newest that had ended by a day."""
    return db.session.scalar(_closed(), {"programme": programme_id, "by": by})


# Making the statement anew costs more than running it.
@cache
def _closed() -> Select[ReportSnapshot]:
    ended = (ReportSnapshot.programme_id == bindparam("programme"), ReportSnapshot.closes_on <= bindparam("by"))
    return select(ReportSnapshot).where(*ended).order_by(ReportSnapshot.closes_on.desc()).limit(1)


def programmes_to_close(closes_on: date) -> list[int]:
    """Return the ids of the running programmes that had begun when a month ended, and whose month is not closed yet."""
    closed = select(ReportSnapshot.programme_id).where(ReportSnapshot.closes_on == closes_on)
    running = select(Programme).where(Programme.closed_at.is_(None), Programme.id.not_in(closed))
    rows = db.session.scalars(running.order_by(Programme.id))
    return [programme.id for programme in rows if programme.made_at.date() <= closes_on]


def snapshot_of_month(programme: Programme, month: str) -> ReportSnapshot:
    """Return the report that closed a month written as 2026-03; raises NotFound with the reason where there is none."""
    end = end_of_month(month)
    if end is None:
        raise NotFound("Write a month as year and month, such as 2026-03.")
    row = db.session.scalar(
        select(ReportSnapshot).where(ReportSnapshot.programme_id == programme.id, ReportSnapshot.closes_on == end)
    )
    began = programme.made_at.date()
    if row is None and end < began:
        words = f"{programme.name} began on {short_day_words(began)}; {month_words(end)} was before it."
        raise NotFound(words)
    if row is None:
        raise NotFound(f"{month_words(end)} is not closed: it is not over yet, or nothing was frozen at its end.")
    return row


def figures_in(snapshot: ReportSnapshot, floor: int, *, keeps_concerns_back: bool) -> list[Figure]:
    """Return the figures of a frozen report as a reader may see them now, in their order."""
    rows: Sequence[FrozenFigure] = db.session.scalars(
        select(FrozenFigure).where(FrozenFigure.snapshot_id == snapshot.id).order_by(FrozenFigure.place)
    ).all()
    figures = [_figure(row) for row in rows if row.measure in _KNOWN]
    return as_shown(figures, floor, keeps_concerns_back=keeps_concerns_back)


def document_of(
    snapshot: ReportSnapshot,
    reader: str,
    organisation: Organisation,
    floor: int,
    moment: str,
    *,
    title: str,
    keeps_concerns_back: bool,
) -> Document:
    """Return a frozen report as a document for the reader of this name; in their words, `title` is its own and `moment` when it was frozen."""
    figures = figures_in(snapshot, floor, keeps_concerns_back=keeps_concerns_back)
    return Document(
        name=f"{snapshot.programme.name}, {title}",
        organisation=organisation.name,
        reader=reader,
        as_of=snapshot.frozen_at,
        moment=moment,
        lede=sentence_words(snapshot.sentence, keeps_concerns_back=keeps_concerns_back),
        figures=figures,
        concerns_words=objections_words(figures, snapshot.on),
        on=snapshot.on,
        kept=kept_words(
            figures,
            snapshot.on,
            moment,
            snapshot.by.name if snapshot.by else "the clock",
            groups_under=snapshot.groups_under,
            floor=floor,
            is_late=snapshot.is_late,
        ),
        stood=stood_words(snapshot.stood, figures, keeps_concerns_back=keeps_concerns_back),
        ends_on=snapshot.day,
    )


def _figure(row: FrozenFigure) -> Figure:
    return Figure(
        _KNOWN[row.measure],
        Subject(row.about, row.of_key, row.name),
        row.value,
        row.as_of,
        row.numerator,
        row.denominator,
        row.missing,
        row.unit,
        row.definition,
        row.need,
        row.note,
        row.groups_under,
        row.basis,
    )
