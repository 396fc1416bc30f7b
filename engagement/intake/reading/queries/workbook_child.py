"""Reads a workbook in a separate process with limits on memory and time, so that a malicious one ends only that.

It takes the workbook from standard input and writes one JSON value a line: first about the sheet, then each row with
its number. It is started as a file (see `workbooks`) and imports nothing of the application.
"""

import errno
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MOST_ENTRIES = 1_000
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 10 * 1024 * 1024
MOST_COLUMNS = 100
MOST_ROWS = 300_000
#: Exit codes: the reason is on standard error; memory ran out.
REFUSED, BEYOND_LIMITS = 3, 4


class Refusal(Exception):
    """The workbook is not read; `kind` is the value of a `ProblemKind`."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


def unsafe(what: str) -> Refusal:
    """Return the refusal of a workbook that is unlike any list of people."""
    sentence = f"The workbook {what}. Copy the list of people into a new workbook, or save it as CSV."
    return Refusal("unsafe_workbook", sentence)


BROKEN = Refusal(
    "broken_workbook",
    "The workbook is damaged and cannot be opened. Open it in Excel, save it again as .xlsx, and try once more.",
)


def lines_of(data: bytes, most_unpacked: int) -> Iterator[Any]:
    """Yield the sheet's name, height and unreadable cells; then the number and cells of each row.

    A value merged over several rows counts for each of them, as people see it. Only rows with content or an unreadable
    cell are given. Each starts at the leftmost column in use, and columns are counted from there.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_directory(archive.infolist(), most_unpacked)
        sheet = _first_filled(CalamineWorkbook.from_filelike(io.BytesIO(data)))
        (_, left), (bottom, right) = sheet.start or (0, 0), sheet.end or (0, 0)
        if bottom >= MOST_ROWS or right >= MOST_COLUMNS:
            raise unsafe(f"has cells beyond column {MOST_COLUMNS} or row {MOST_ROWS:,}")
        failed = _unread_formulas(archive, sheet.name)
        formats = _padded_cells(archive, sheet.name)
    below, beside = _merged(sheet)
    failed = [(row, column - left, why) for row, column, why in [*failed, *beside]]
    yield sheet.name, sheet.total_height, failed
    kept = {row for row, _, _ in failed}
    above: dict[tuple[int, int], str] = {}
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [written(cell) for cell in row]
        for column, pattern in formats.get(number, ()):
            cells[column - left] = padded(row[column - left], pattern)
        for column, first in below.get(number, ()):
            if first == number:
                above[first, column] = cells[column - left]
            else:
                cells[column - left] = above.get((first, column), "")
        if number in kept or "".join(cells).strip():
            yield number, cells


def _merged(sheet: CalamineSheet) -> tuple[dict[int, list[tuple[int, int]]], list[tuple[int, int, str]]]:
    """Return, by row, the columns merged downwards, each with its first row; and the cells merged sideways."""
    below: dict[int, list[tuple[int, int]]] = {}
    beside: list[tuple[int, int, str]] = []
    last = sheet.total_height
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        rows = range(top + 1, min(bottom + 1, last) + 1)
        for row in rows if bottom > top else ():
            below.setdefault(row, []).append((left, top + 1))
        beside += [(row, column, "merged") for row in rows for column in range(left + 1, min(right, MOST_COLUMNS) + 1)]
    return below, beside


def _check_directory(entries: list[zipfile.ZipInfo], most_unpacked: int) -> None:
    names = [entry.filename for entry in entries]
    if "xl/workbook.xml" not in names:
        sentence = "This archive is not an Excel workbook. Save the list as .xlsx or .csv and try again."
        raise Refusal("wrong_format", sentence)
    if len(names) > MOST_ENTRIES or len({name.lower() for name in names}) < len(names):
        raise unsafe("is packed in an unusual way")
    if sum(entry.file_size for entry in entries) > most_unpacked:
        raise unsafe(f"unpacks to more than {most_unpacked // 1024**2} MB")
    for entry in entries:
        if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            raise unsafe("unpacks to far more than its own size")


def _first_filled(book: CalamineWorkbook) -> CalamineSheet:
    for about in book.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_name(about.name)
            if sheet.start is not None:
                return sheet
    raise Refusal("empty_file", "The workbook has no visible sheet with anything in it. Choose another file.")


def written(value: object) -> str:
    """Return a cell as the text its owner sees: 1001 for 1001.0, 2026-12-31 for a date."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return "" if value is None else str(value)


#: What a format for `padded` consists of: zeros with signs that are written as they are, such as 00000 or "P-"0000.
_SIGNS = r'"[^"]*"|\\.|[- +()/:]'
_PADDING = re.compile(rf"(?:{_SIGNS})*(?:0(?:{_SIGNS})*)+")
_PIECES = re.compile(rf"{_SIGNS}|0", re.DOTALL)
#: A colour, or a language with or without a currency, before the format itself; no condition.
_LABEL = re.compile(r"\[(?:\$-[^\]]*|[A-Za-z]+\d*)\]")


def padded(value: object, pattern: str) -> str:
    """A whole number as a format of zeros shows it: 102 under 00000 is 00102. Any other value is written as without the format."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        return written(value)
    pieces = _PIECES.findall(pattern)
    digits, shown = str(int(value)).zfill(pieces.count("0")), ""
    more = len(digits) - pieces.count("0")
    for piece in pieces:
        if piece == "0":
            shown, digits, more = shown + digits[: more + 1], digits[more + 1 :], 0
        else:
            shown += piece.strip('"') if piece[0] == '"' else piece[-1]
    return shown


def _padded_cells(archive: zipfile.ZipFile, sheet_name: str) -> dict[int, list[tuple[int, str]]]:
    """By row, counted from 1, the columns, counted from 0, of cells whose format shows leading zeros, each with the format."""
    styles, part = _zero_styles(archive), _part_of(archive, sheet_name)
    found: dict[int, list[tuple[int, str]]] = {}
    row, column = 0, -1

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        name, place = tag.rpartition(" ")[2], attributes.get("r", "")
        if name == "row":
            row, column = int(place or row + 1), -1
        elif name == "c":
            column = _column(place) if place else column + 1
            if (pattern := styles.get(attributes.get("s", ""))) and attributes.get("t", "n") == "n":
                found.setdefault(row, []).append((column, pattern))

    if styles and part in archive.namelist():
        _parse(archive, part, StartElementHandler=begin)
    return found


def _zero_styles(archive: zipfile.ZipFile) -> dict[str, str]:
    """The styles of cells, by the number under which cells name them, whose format shows more than a plain number."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    there = "xl/styles.xml" in archive.namelist()
    for element in ElementTree.fromstring(archive.read("xl/styles.xml")) if there else ():  # noqa: S314  limits hold here
        kind = element.tag.rpartition("}")[2]
        if kind == "numFmts":
            codes = {each.get("numFmtId", ""): each.get("formatCode", "") for each in element}
        elif kind == "cellXfs":
            styles = [each.get("numFmtId", "") for each in element]
    plain = {number: _LABEL.sub("", code).partition(";")[0] for number, code in codes.items()}
    return {
        str(index): plain[number]
        for index, number in enumerate(styles)
        if number in plain and plain[number] != "0" and _PADDING.fullmatch(plain[number])
    }


def _unread_formulas(archive: zipfile.ZipFile, sheet_name: str) -> list[tuple[int, int, str]]:
    """Return row (from 1), column (from 0) and reason of formulas that calamine leaves empty.

    They show an error such as #N/A, or were written by a program that did not store their value.
    """
    part = _part_of(archive, sheet_name)
    marks = (b't="e"', b"t='e'", b"<f", b":f")
    if part not in archive.namelist() or not any(mark in archive.read(part) for mark in marks):
        return []
    failed: list[tuple[int, int, str]] = []
    row, column = 0, -1
    kind, lacks_value, inside = "", False, ""

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, lacks_value, inside
        name, place = tag.rpartition(" ")[2], attributes.get("r", "")
        if name == "row":
            row, column = int(place or row + 1), -1
        elif name == "c":
            column = _column(place) if place else column + 1
            kind, lacks_value = attributes.get("t", ""), False
            if kind == "e":
                failed.append((row, column, "error"))
        elif name == "f":
            lacks_value = kind not in ("e", "str")
        inside = name

    def hold(text: str) -> None:
        nonlocal lacks_value
        lacks_value = lacks_value and not (inside in ("v", "t") and text.strip())

    def end(tag: str) -> None:
        if tag.rpartition(" ")[2] == "c" and lacks_value:
            failed.append((row, column, "formula"))

    _parse(archive, part, StartElementHandler=begin, CharacterDataHandler=hold, EndElementHandler=end)
    return failed


def _parse(archive: zipfile.ZipFile, part: str, **handlers: Any) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    with archive.open(part) as content:
        parser.ParseFile(content)


def _part_of(archive: zipfile.ZipFile, sheet_name: str) -> str:
    """Return the archive member of a sheet; "" when the workbook names it in an unknown way."""
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter()  # noqa: S314  limits hold here
    ids = [
        value
        for sheet in sheets
        if sheet.tag.endswith("}sheet") and sheet.get("name") == sheet_name
        for key, value in sheet.items()
        if key.endswith("}id")
    ]
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  limits hold here
    targets = [link.get("Target", "") for link in links if link.get("Id") in ids]
    return normpath(join("/xl", targets[0])).lstrip("/") if targets else ""


def _column(reference: str) -> int:
    """Return the column of a reference such as `AB12`, counted from 0."""
    column = 0
    for letter in reference.rstrip("0123456789"):
        column = column * 26 + ord(letter) - 64
    return column - 1


def _limit(kind: int, wanted: int) -> None:
    _, highest = resource.getrlimit(kind)
    most = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
    resource.setrlimit(kind, (most, most))


def main(memory: int, seconds: int, most_written: int, most_unpacked: int) -> int:
    """Read standard input within these limits; return the exit code."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, most_written),
        (resource.RLIMIT_CORE, 0),
    ):
        _limit(kind, most)
    try:
        for line in lines_of(sys.stdin.buffer.read(), most_unpacked):
            sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()
        return 0
    except MemoryError:
        return BEYOND_LIMITS
    except Refusal as refusal:
        found = refusal
    except BaseException as error:  # the reader is written in Rust, and its panics are not an Exception
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return BEYOND_LIMITS
        found = BROKEN
    sys.stderr.write("\n" + json.dumps((found.kind, found.sentence)))
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
