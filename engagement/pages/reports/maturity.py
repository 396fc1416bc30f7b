"""The report on maturity of a programme, as a page and as files: what is in production, how long it took, and what support it needs."""

from flask import Response, render_template

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.parts.files import both_files, list_file
from engagement.pages.reports import blueprint
from engagement.people.organisation.rules import Organisation
from engagement.programmes.scopes import reaches_programme
from engagement.reports.queries.maturity import READ, MaturityReport, maturity_report
from engagement.reports.queries.reading import report_for
from engagement.reports.rules.document import HEADER, rows
from engagement.reports.rules.figures import SubjectKind, by_subject
from engagement.reports.rules.measures import Measure


def _report(programme_id: int) -> MaturityReport:
    """Return the report for the reader."""
    settings, reader = guard.settings(), guard.reader()
    programme = report_for(reader, programme_id)
    return maturity_report(programme, clock.today(settings.timezone), reader, Organisation.of(settings))


@blueprint.get("/reports/programmes/<int:programme_id>/maturity")
def maturity(programme_id: int) -> str:
    """Show how far the programme has come."""
    report, reader = _report(programme_id), guard.reader()
    document = report.document
    return render_template(
        "reports/maturity.html",
        report=report,
        document=document,
        Measure=Measure,
        whole=by_subject(document.figures, SubjectKind.PROGRAMME)[str(programme_id)],
        workflows=by_subject(document.figures, SubjectKind.WORKFLOW),
        metrics={
            (str(line.workflow.id), READ[kind]): shown.metric.id
            for line in report.lines
            for kind, shown in line.readings.items()
        },
        opens_workflows=reaches_programme(rights.overseeing(reader), report.programme),
        may_plan=reaches_programme(rights.planning(reader), report.programme),
        files=both_files(".maturity_file", programme_id=programme_id),
    )


@blueprint.get("/reports/programmes/<int:programme_id>/maturity.<any(csv, xlsx):kind>")
def maturity_file(programme_id: int, kind: str) -> Response:
    """Give every figure of the report as a file."""
    document = _report(programme_id).document
    return list_file(kind, HEADER, rows(document), f"maturity {document.name}", "Maturity")
