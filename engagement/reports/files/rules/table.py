"""A report as CSV: the rows of the workbook's first sheet, then those of the further reports."""

from engagement.cells import csv_of
from engagement.reports.rules.document import HEADER, Document, rows_with_further


def csv_table_of(document: Document) -> bytes:
    """Return every figure, one a line."""
    return csv_of(HEADER, rows_with_further(document))
