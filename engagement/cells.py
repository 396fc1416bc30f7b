"""Cells of files that spreadsheets open: none becomes a formula, and none holds what a workbook cannot."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

#: Characters that make a spreadsheet calculate the cell, with the full-width forms that some locales take as well.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Characters that XML, and so a workbook, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
#: How a workbook is made: texts stay texts. Instants are written in UTC, because a workbook knows no time zones.
WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV: UTF-8 with the mark that Excel needs, without formulas."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: Any) -> Any:
    """Return a cell for CSV: an apostrophe before a text that would be calculated; numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, str):
        text = guarded(cell.replace("\x00", ""))
        return "'" + text if text.lstrip(" ").startswith(_BEGINS_FORMULA) else text
    return cell


def guarded(text: str) -> str:
    """Return a text that begins as if it had such an apostrophe with one more, because reading the file takes one away."""
    return "'" + text if text.lstrip("'") != text and text.lstrip("' ").startswith(_BEGINS_FORMULA) else text


def fitting(cell: Any) -> Any:
    """Return a cell for a workbook: a text without what it cannot hold, and no longer than it can."""
    return guarded(_NOT_IN_XML.sub("", cell))[:_LONGEST_CELL] if isinstance(cell, str) else cell
