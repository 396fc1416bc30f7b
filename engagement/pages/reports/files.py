"""The sponsor's sheet as files: PDF for paper, a workbook with charts, and CSV."""

from flask import Response

from engagement import clock
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.files import CSV_TYPE, PDF_TYPE, XLSX_TYPE, file_response
from engagement.pages.reports import blueprint
from engagement.pages.reports.sheet import sheet_for
from engagement.people.organisation.rules import Organisation
from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.files.rules.table import csv_table_of
from engagement.reports.files.rules.workbook import workbook_of
from engagement.reports.queries.further import with_further
from engagement.reports.queries.sheet import Sheet
from engagement.reports.rules.document import Document

_DRAWN = {"pdf": (pdf_of, PDF_TYPE), "xlsx": (workbook_of, XLSX_TYPE), "csv": (csv_table_of, CSV_TYPE)}


@blueprint.get("/reports/programmes/<int:programme_id>.<any(pdf, csv, xlsx):kind>")
def programme_file(programme_id: int, kind: str) -> Response:
    """Give the figures of the sheet as a file."""
    sheet = sheet_for(programme_id)
    document = sheet.document if kind == "pdf" else _with_further(sheet)
    draw, content_type = _DRAWN[kind]
    return file_response(draw(document), content_type, f"report {document.name}-{here_today().isoformat()}.{kind}")


def _with_further(sheet: Sheet) -> Document:
    settings, reader = guard.settings(), guard.reader()
    on, organisation = clock.today(settings.timezone), Organisation.of(settings)
    return with_further(sheet.document, sheet.report.programme, on, reader, settings.anonymity_floor, organisation)
