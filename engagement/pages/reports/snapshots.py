"""Frozen reports: a programme's list, one of them with its figures, and two side by side."""

from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.errors import NotFound
from engagement.pages.frame import guard
from engagement.pages.frame.formats import kept_moment
from engagement.pages.parts.files import both_files, list_file
from engagement.pages.parts.saving import done
from engagement.pages.reports import blueprint
from engagement.pages.reports.sheet import may_freeze, sheet_for
from engagement.reach import found
from engagement.reports.queries.reading import keeps_concerns_back, report_for
from engagement.reports.rules.comparing import Change, changes
from engagement.reports.rules.figures import Figure
from engagement.reports.snapshots import queries
from engagement.reports.snapshots.actions import freeze_report
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.snapshots.rules import frozen

FROZEN = ("part", "of", "figure", "value", "as of", "how it was counted")
HEADER = ("part", "of", "figure", "earlier", "later", "difference", "how it is counted")


def _snapshot(snapshot_id: int) -> ReportSnapshot:
    row = found(db.session.get(ReportSnapshot, snapshot_id))
    report_for(guard.reader(), row.programme_id)
    return row


def _figures(snapshot: ReportSnapshot) -> list[Figure]:
    is_kept_back = keeps_concerns_back(guard.reader(), snapshot.programme_id)
    return queries.figures_in(snapshot, guard.settings().anonymity_floor, keeps_concerns_back=is_kept_back)


@blueprint.get("/reports/programmes/<int:programme_id>/snapshots")
def snapshots(programme_id: int) -> str:
    """List the frozen reports of a programme."""
    programme = report_for(guard.reader(), programme_id)
    return render_template(
        "reports/snapshots.html",
        programme=programme,
        snapshots=queries.snapshots_of(programme_id),
        may_freeze=may_freeze(programme),
    )


@blueprint.post("/reports/programmes/<int:programme_id>/snapshots")
def freeze(programme_id: int) -> BaseResponse:
    """Freeze the report as it stands."""
    settings, reader = guard.settings(), guard.reader()
    programme = report_for(reader, programme_id)
    guard.allow(may_freeze(programme), rights.naming_holders(reader))
    snapshot = freeze_report(programme, clock.today(settings.timezone), settings.anonymity_floor, by=reader.actor)
    return done("reports.snapshot", "The report is kept as it stands now.", snapshot_id=snapshot.id)


@blueprint.get("/reports/programmes/<int:programme_id>/months/<month>")
def month(programme_id: int, month: str) -> BaseResponse:
    """Lead to the report that closed a month, written as 2026-03."""
    programme = report_for(guard.reader(), programme_id)
    row = queries.snapshot_of_month(programme, month)
    return redirect(url_for("reports.snapshot", snapshot_id=row.id))


@blueprint.get("/reports/snapshots/<int:snapshot_id>")
def snapshot(snapshot_id: int) -> str:
    """Show a report as it was frozen."""
    row = _snapshot(snapshot_id)
    figures = _figures(row)
    notes = {figure.measure.value: figure.definition for figure in figures}
    return render_template(
        "reports/snapshot.html",
        snapshot=row,
        moment=kept_moment(row.frozen_at),
        figures=figures,
        stood=row.stood.splitlines(),
        files=both_files(".snapshot_file", snapshot_id=snapshot_id),
        notes=list(notes.values()),
        note={name: number for number, name in enumerate(notes, 1)},
    )


@blueprint.get("/reports/snapshots/<int:snapshot_id>.<any(csv, xlsx):kind>")
def snapshot_file(snapshot_id: int, kind: str) -> Response:
    """Give a report as it was frozen as a file."""
    row = _snapshot(snapshot_id)
    stood = [
        ("Report", row.programme.name, "How it stood", line, "", "") for line in (row.sentence, *row.stood.splitlines())
    ]
    figures = [
        (each.measure.part.word, each.of.name, each.name, each.words, each.as_of or "", each.counted_as)
        for each in _figures(row)
    ]
    return list_file(kind, FROZEN, [*stood, *figures], f"report {row.programme.name} {row.title}", "Report")


def _earlier(programme_id: int) -> ReportSnapshot:
    """Return the report that the address names, or the newest that is kept."""
    if "earlier" in request.args:
        return _snapshot(request.args.get("earlier", 0, type=int))
    kept = queries.snapshots_of(programme_id)
    if not kept:
        raise NotFound("No report is kept yet that this one could be compared with.")
    return kept[0]


@dataclass(frozen=True)
class Comparison:
    """Two reports of a programme, the later None for that of this moment: what changed, and what is not counted any more."""

    earlier: ReportSnapshot
    later: ReportSnapshot | None
    changes: list[Change]
    gone: list[Figure]

    @property
    def told(self) -> list[Change]:
        """Changes of figures that at least one of the reports knows; a page of the others says nothing."""
        return [change for change in self.changes if not change.is_silent]

    @property
    def told_gone(self) -> list[Figure]:
        """The figures that are not counted any more and that the earlier report knew."""
        return [figure for figure in self.gone if figure.value is not None]

    @property
    def silent(self) -> int:
        """How many figures neither report knows."""
        return len(self.changes) + len(self.gone) - len(self.told) - len(self.told_gone)


def _comparison(programme_id: int) -> Comparison:
    """Return the two reports that the address names, the earlier first."""
    earlier = _earlier(programme_id)
    later = _snapshot(request.args.get("later", 0, type=int)) if request.args.get("later") else None
    if earlier.programme_id != programme_id or (later is not None and later.programme_id != programme_id):
        raise NotFound("This report is of another programme. Two reports of one programme can be compared.")
    if later is not None and later.frozen_at < earlier.frozen_at:
        earlier, later = later, earlier
    now = _figures(later) if later is not None else frozen(sheet_for(programme_id).document.figures)
    before, keys = _figures(earlier), {figure.key for figure in now}
    return Comparison(earlier, later, changes(now, before), [figure for figure in before if figure.key not in keys])


@blueprint.get("/reports/programmes/<int:programme_id>/comparison")
def comparison(programme_id: int) -> str:
    """Show two reports side by side, with the difference of each figure or why they cannot be compared."""
    programme = report_for(guard.reader(), programme_id)
    both = _comparison(programme_id)
    return render_template(
        "reports/comparison.html",
        programme=programme,
        earlier=both.earlier,
        later=both.later,
        compared=both.told,
        gone=both.told_gone,
        silent=both.silent,
        snapshots=queries.snapshots_of(programme_id),
        files=both_files(
            ".comparison_file",
            programme_id=programme_id,
            earlier=both.earlier.id,
            later=both.later.id if both.later else None,
        ),
    )


@blueprint.get("/reports/programmes/<int:programme_id>/comparison.<any(csv, xlsx):kind>")
def comparison_file(programme_id: int, kind: str) -> Response:
    """Give two reports side by side as a file."""
    programme = report_for(guard.reader(), programme_id)
    both = _comparison(programme_id)
    rows = [
        (
            change.now.measure.part.word,
            change.now.of.name,
            change.now.name,
            change.before.words if change.before else "not counted",
            change.now.words,
            change.difference_words,
            change.now.definition,
        )
        for change in both.changes
    ]
    rows += [
        (each.measure.part.word, each.of.name, each.name, each.words, "not counted any more", "", each.definition)
        for each in both.gone
    ]
    return list_file(kind, HEADER, rows, f"comparison {programme.name}", "Comparison")
