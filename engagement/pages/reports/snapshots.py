"""Frozen reports: a programme's list, and one of them with its figures, as a page and as files."""

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today, kept_moment, reader_zone
from engagement.pages.parts.files import PDF_TYPE, both_files, file_response, list_file
from engagement.pages.parts.saving import done
from engagement.pages.reports import blueprint
from engagement.pages.reports.sheet import may_freeze
from engagement.people.organisation.rules import Organisation
from engagement.reach import found
from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.queries.reading import keeps_concerns_back, report_for
from engagement.reports.rules.document import Document
from engagement.reports.snapshots import queries
from engagement.reports.snapshots.actions import keep_report
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.snapshots.rules import sentence_words

FROZEN = ("part", "of", "figure", "value", "as of", "note", "how it was counted")


def kept_report(snapshot_id: int) -> ReportSnapshot:
    """Return a frozen report that the reader may read; raises NotFound or BeyondReach."""
    row = found(db.session.get(ReportSnapshot, snapshot_id))
    report_for(guard.reader(), row.programme_id)
    return row


@blueprint.app_template_filter("report_title")
def report_title(row: ReportSnapshot) -> str:
    """Name a frozen report by its month, or by day and time in the reader's zone."""
    return row.title_in(reader_zone().key)


@blueprint.get("/reports/programmes/<int:programme_id>/snapshots")
def snapshots(programme_id: int) -> str:
    """List the frozen reports of a programme."""
    reader = guard.reader()
    programme, rows = report_for(reader, programme_id), queries.snapshots_of(programme_id)
    is_kept_back = keeps_concerns_back(reader, programme_id)
    return render_template(
        "reports/snapshots.html",
        programme=programme,
        snapshots=rows,
        sentences={row.id: sentence_words(row.sentence, keeps_concerns_back=is_kept_back) for row in rows},
        may_freeze=may_freeze(programme),
    )


@blueprint.post("/reports/programmes/<int:programme_id>/snapshots")
def freeze(programme_id: int) -> BaseResponse:
    """Freeze the report as it stands."""
    settings, reader = guard.settings(), guard.reader()
    programme = report_for(reader, programme_id)
    guard.allow(may_freeze(programme), rights.naming_holders(reader))
    on = clock.today(settings.timezone)
    snapshot, is_new = keep_report(programme.id, on, settings.anonymity_floor, by=reader.actor)
    says = "The report is kept as it stands now."
    if not is_new:
        says = "A report of this minute is kept already: this one. To keep a later state, press again in a minute."
    return done("reports.snapshot", says, snapshot_id=snapshot.id)


@blueprint.get("/reports/programmes/<int:programme_id>/months/<month>")
def month(programme_id: int, month: str) -> BaseResponse:
    """Lead to the report that closed a month, written as 2026-03."""
    programme = report_for(guard.reader(), programme_id)
    row = queries.snapshot_of_month(programme, month)
    return redirect(url_for("reports.snapshot", snapshot_id=row.id))


def _document(snapshot: ReportSnapshot) -> Document:
    reader, settings = guard.reader(), guard.settings()
    return queries.document_of(
        snapshot,
        reader.name,
        Organisation.of(settings),
        settings.anonymity_floor,
        kept_moment(snapshot.frozen_at),
        title=report_title(snapshot),
        keeps_concerns_back=keeps_concerns_back(reader, snapshot.programme_id),
    )


@blueprint.get("/reports/snapshots/<int:snapshot_id>")
def snapshot(snapshot_id: int) -> str:
    """Show a report as it was frozen."""
    row = kept_report(snapshot_id)
    return render_template(
        "reports/snapshot.html",
        snapshot=row,
        document=_document(row),
        files=[
            ("PDF", url_for(".snapshot_file", snapshot_id=snapshot_id, kind="pdf")),
            *both_files(".snapshot_file", snapshot_id=snapshot_id),
        ],
    )


@blueprint.get("/reports/snapshots/<int:snapshot_id>.<any(pdf, csv, xlsx):kind>")
def snapshot_file(snapshot_id: int, kind: str) -> Response:
    """Give a report as it was frozen as a file."""
    row = kept_report(snapshot_id)
    document, name = _document(row), f"report {row.programme.name} {report_title(row)}"
    if kind == "pdf":
        return file_response(pdf_of(document), PDF_TYPE, f"{name}-{here_today().isoformat()}.pdf")
    stood = [
        ("Report", row.programme.name, what, line, "", "", "")
        for what, line in (
            ("How it stood", document.lede),
            ("Frozen", document.kept),
            *(("How it stood", line) for line in document.stood or ()),
        )
    ]
    figures = [
        (each.measure.part.word, each.of.name, each.name, each.words, each.as_of or "", each.note, each.counted_as)
        for each in document.figures
    ]
    return list_file(kind, FROZEN, [*stood, *figures], name, "Report")
