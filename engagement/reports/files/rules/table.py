"""A report as CSV: the same rows as the workbook's first sheet."""

from engagement.cells import csv_of
from engagement.reports.rules.document import HEADER, Document, rows


def csv_table_of(document: Document) -> bytes:
    """Return every figure, one a line."""
    return csv_of(HEADER, rows(document))
