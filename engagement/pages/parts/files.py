"""Lists as files: CSV and XLSX with the rows of the page, in which no cell becomes a formula."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from flask import Response

from engagement.pages.frame.formats import here_today

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Characters that make a spreadsheet calculate the cell, with the full-width forms that some locales take as well.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Characters that XML, and so a workbook, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
_WIDEST = 60


def list_file(
    kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]], name: str, sheet: str = "List"
) -> Response:
    """Return rows as a file of the kind that the address names, "csv" or "xlsx", called by its name and the day."""
    content = _csv(header, rows) if kind == "csv" else _xlsx(header, rows, sheet)
    return _file(content, CSV_TYPE if kind == "csv" else XLSX_TYPE, f"{name}-{here_today().isoformat()}.{kind}")


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
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


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], sheet: str) -> bytes:
    """Return rows as a workbook with one sheet: a bold header that stays in view, texts as texts, days as days.

    Instants are written in UTC, because a workbook knows no time zones.
    """
    made = BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(made, options) as book:
        page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", sheet)[:31].strip("' ") or "List")
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [len(str(title)) for title in header]
        page.write_row(0, 0, [_fitting(title) for title in header], bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                style = moment if isinstance(cell, datetime) else day if isinstance(cell, date) else None
                page.write(number, column, _fitting(cell), style)
                widths[column] = max(widths[column], len(str(cell)))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(width, _WIDEST) + 2)
        page.freeze_panes(1, 0)
    return made.getvalue()


def _fitting(cell: Any) -> Any:
    return guarded(_NOT_IN_XML.sub("", cell))[:_LONGEST_CELL] if isinstance(cell, str) else cell


def json_response(content: dict[str, Any], filename: str) -> Response:
    """Return a document as a JSON file to keep."""
    return _file(json.dumps(content, ensure_ascii=False, indent=2).encode(), "application/json", filename)


def svg_response(content: str, name: str) -> Response:
    """Return a picture as an SVG file, called by its name and the day."""
    return _file(content.encode(), "image/svg+xml", f"{name}-{here_today().isoformat()}.svg")


def _file(content: bytes, kind: str, filename: str) -> Response:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", filename).strip("-") or "list"
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{plain}"'})
