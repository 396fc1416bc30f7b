"""Files that spreadsheets open: no cell becomes a formula, none holds what a workbook cannot, and a sheet prints well."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

#: Characters that make a spreadsheet calculate the cell, with the full-width forms that some locales take as well.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Characters that XML, and so a workbook, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
#: How a workbook is made: texts stay texts, and rows are written as they come, so that memory does not grow with them.
#: Instants are written in UTC, because a workbook knows no time zones.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
    "constant_memory": True,
}
#: The widest column, and what one printed page can hold, in characters.
_WIDEST, _READABLE = 60, 320
#: The height of a line and of the highest row, in points.
_LINE, _HIGHEST = 15, 409
_A4 = 9


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


def new_workbook(made: BytesIO) -> "Workbook":
    """Return a workbook that is written into `made` when it is closed."""
    # Most processes never make one, and the library is large.
    import xlsxwriter

    return xlsxwriter.Workbook(made, _OPTIONS)


def write_sheet(
    book: "Workbook", title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()
) -> "Worksheet":
    """Write a sheet of rows and return it: a bold header that stays in view and stands on each printed page.

    `widths` are those of the columns, in characters; without them a column is as wide as its longest text, within
    bounds. A longer text takes several lines. It is printed on A4 lying on its side, one page wide where that can be read.
    """
    page: Worksheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    plain, long, day, moment = (
        book.add_format({"valign": "top", **each})
        for each in ({}, {"text_wrap": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
    )
    most = [width - 2 for width in widths] or [_WIDEST] * len(header)
    needed = [min(len(name), room) for name, room in zip(header, most, strict=True)]
    page.write_row(0, 0, [fitting(name) for name in header], bold)
    for number, row in enumerate(rows, 1):
        lines = max(
            (ceil(len(cell) / room) for cell, room in zip(row, most, strict=True) if isinstance(cell, str)), default=1
        )
        if lines > 1:
            # Not every program finds the height itself when it opens a file.
            page.set_row(number, min(lines * _LINE, _HIGHEST))
        for column, cell in enumerate(row):
            is_long = isinstance(cell, str) and len(cell) > most[column]
            style = (
                moment if isinstance(cell, datetime) else day if isinstance(cell, date) else long if is_long else plain
            )
            page.write(number, column, fitting(cell), style)
            needed[column] = max(needed[column], min(len(str(cell)), most[column]))
    for column, width in enumerate(widths or [length + 2 for length in needed]):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    _print_well(page, sum(widths or needed))
    return page


def _print_well(page: "Worksheet", width: int) -> None:
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(_A4)
    if width <= _READABLE:
        page.fit_to_pages(1, 0)
    page.set_footer("&L&A&R&P / &N")
