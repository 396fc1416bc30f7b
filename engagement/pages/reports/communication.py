"""The report on communication in a programme, as a page and as files: how many each message and topic reached, and who confirmed."""

from flask import Response, render_template

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.parts.files import both_files, list_file
from engagement.pages.reports import blueprint
from engagement.people.organisation.rules import Organisation
from engagement.programmes.scopes import reaches_programme
from engagement.reports.queries.communication import MOST_MESSAGES, CommunicationReport, communication_report
from engagement.reports.queries.reading import report_for
from engagement.reports.rules.document import HEADER, rows
from engagement.reports.rules.figures import SubjectKind, by_subject
from engagement.reports.rules.measures import Measure


def _report(programme_id: int) -> CommunicationReport:
    """Return the report for the reader."""
    settings, reader = guard.settings(), guard.reader()
    programme = report_for(reader, programme_id)
    on, floor = clock.today(settings.timezone), settings.anonymity_floor
    return communication_report(programme, on, reader, floor, Organisation.of(settings))


@blueprint.get("/reports/programmes/<int:programme_id>/communication")
def communication(programme_id: int) -> str:
    """Show how messages reached people, and what was understood."""
    report, reader = _report(programme_id), guard.reader()
    document = report.document
    return render_template(
        "reports/communication.html",
        report=report,
        document=document,
        Measure=Measure,
        topics=by_subject(document.figures, SubjectKind.TOPIC),
        messages=by_subject(document.figures, SubjectKind.MESSAGE),
        statements=by_subject(document.figures, SubjectKind.WORKFLOW),
        waves=by_subject(document.figures, SubjectKind.WAVE),
        departments=by_subject(document.figures, SubjectKind.DEPARTMENT),
        asks_questions=any(each.asks_question for each in report.messages),
        most=MOST_MESSAGES,
        floor=guard.settings().anonymity_floor,
        opens_messages=reaches_programme(rights.reading(reader), report.programme),
        opens_workflows=reaches_programme(rights.overseeing(reader), report.programme),
        files=both_files(".communication_file", programme_id=programme_id),
    )


@blueprint.get("/reports/programmes/<int:programme_id>/communication.<any(csv, xlsx):kind>")
def communication_file(programme_id: int, kind: str) -> Response:
    """Give every figure of the report as a file."""
    document = _report(programme_id).document
    return list_file(kind, HEADER, rows(document), f"communication {document.name}", "Communication")
