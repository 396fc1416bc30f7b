"""Freezing a report: by hand, or by the clock at the end of a month."""

from datetime import date

from sqlalchemy import insert

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.reports.queries.figures import figures_of
from engagement.reports.queries.programme import programme_report
from engagement.reports.queries.sheet import stood_lines
from engagement.reports.queries.standing import standing_of
from engagement.reports.snapshots.models import FrozenFigure, ReportSnapshot
from engagement.reports.snapshots.queries import kept_since, programmes_to_close
from engagement.reports.snapshots.rules import frozen
from engagement.verbs import Verb


def freeze_report(
    programme: Programme, on: date, floor: int, *, by: Actor, closes_on: date | None = None
) -> ReportSnapshot:
    """Freeze the report of a programme as it stands on the present day `on`."""
    report = programme_report(programme, on, floor)
    snapshot = ReportSnapshot(
        programme=programme,
        on=on,
        frozen_at=clock.now(),
        closes_on=closes_on,
        by_id=by.account_id,
        sentence=standing_of(report).sentence,
        stood="\n".join(stood_lines(report)),
        groups_under=floor,
    )
    db.session.add(snapshot)
    db.session.flush()
    rows = [
        {
            "snapshot_id": snapshot.id,
            "place": place,
            "measure": figure.measure.value,
            "about": figure.of.kind,
            "of_key": figure.of.key,
            "name": figure.of.name,
            "value": figure.value,
            "as_of": figure.as_of,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "missing": figure.missing,
            "unit": figure.unit,
            "definition": figure.definition,
            "need": figure.need,
            "note": figure.note,
            "groups_under": figure.groups_under,
            "basis": figure.basis,
        }
        for place, figure in enumerate(frozen(figures_of(report)))
    ]
    if rows:
        db.session.execute(insert(FrozenFigure), rows)
    audit.record(Verb.FROZE_REPORT, snapshot, by=by)
    return snapshot


def keep_report(programme_id: int, on: date, floor: int, *, by: Actor) -> tuple[ReportSnapshot, bool]:
    """Freeze the report of a programme by hand, and say whether that is new: within one minute everybody gets the same."""
    programme = _held(programme_id)
    kept = kept_since(programme_id, clock.now().replace(second=0, microsecond=0))
    if kept is not None:
        return kept, False
    return freeze_report(programme, on, floor, by=by), True


def close_period(programme_id: int, closes_on: date, on: date, floor: int) -> int:
    """Close a month of a programme; return 0 if that was done meanwhile."""
    programme = _held(programme_id)
    if programme_id not in programmes_to_close(closes_on):
        return 0
    freeze_report(programme, on, floor, by=audit.CLOCK, closes_on=closes_on)
    return 1


def _held(programme_id: int) -> Programme:
    """Return a programme, of which nobody else freezes a report until the transaction ends."""
    return db.session.get_one(Programme, programme_id, with_for_update={"of": Programme})
