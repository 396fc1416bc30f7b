"""Excel workbooks: refused where opening one could exhaust the machine, else the rows of the first sheet with content.

The reader lays a sheet out as a full rectangle, so one cell in the far corner would take all memory and end the process
with no error to catch; a small archive may also unpack to terabytes. Both are looked for before the reader sees it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import NoReturn

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engagement.intake.cells import written
from engagement.intake.rules import ProblemKind, UnreadableFile

MOST_UNPACKED = 300 * 1024 * 1024
MOST_ENTRIES = 1_000
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 10 * 1024 * 1024
MOST_COLUMNS = 100
MOST_ROWS = 300_000

Cells = tuple[int, list[str]]


@dataclass
class Workbook:
    """A workbook that passed the guard: its first sheet with content, and the cells whose formula failed.

    Failed cells are given by the number of their row, and by their column counted from 0 as in `rows`.
    """

    sheet_name: str
    rows: Iterator[Cells]
    height: int
    failed: list[tuple[int, int]] = field(default_factory=list)


def open_workbook(data: bytes) -> Workbook:
    """Raises UnreadableFile where the workbook is unsafe, broken, or empty."""
    parts = _checked_parts(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = _first_filled(book)
    except UnreadableFile:
        raise
    except BaseException as error:
        if isinstance(error, CalamineError | ValueError | OSError) or type(error).__name__ == "PanicException":
            raise _broken() from error  # the reader is written in Rust, and its panics are no Exception
        raise
    left = sheet.start[1] if sheet.start else 0
    failed = [_place(reference, left) for reference in parts.failed.get(parts.path_of(sheet.name), [])]
    return Workbook(sheet.name, _rows(sheet), sheet.total_height, failed)


def _first_filled(book: CalamineWorkbook) -> CalamineSheet:
    for about in book.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_name(about.name)
            if sheet.start is not None:
                return sheet
    raise UnreadableFile(
        ProblemKind.EMPTY_FILE, "The workbook has no visible sheet with anything in it. Choose another file."
    )


def _rows(sheet: CalamineSheet) -> Iterator[Cells]:
    """Rows that hold anything, with their number in the sheet; every row starts at the leftmost column in use."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [cell if type(cell) is str else written(cell) for cell in row]
        if "".join(cells).strip():
            yield number, cells


def _broken() -> UnreadableFile:
    sentence = (
        "The workbook is damaged and cannot be opened. Open it in Excel, save it again as .xlsx, and try once more."
    )
    return UnreadableFile(ProblemKind.BROKEN_WORKBOOK, sentence)


def _refuse(what: str) -> NoReturn:
    raise UnreadableFile(
        ProblemKind.UNSAFE_WORKBOOK,
        f"The workbook {what}. Copy the list of people into a new workbook, or save it as CSV.",
    )


class _Parts:
    """What the guard learns while it looks through the parts of a workbook."""

    def __init__(self) -> None:
        self.failed: dict[str, list[bytes]] = {}
        self._text_lengths: list[int] = []
        self._sheets: list[bytes] = []
        self._names = self._targets = b""

    def look_at(self, name: str, content: bytes) -> None:
        if name.endswith((".xml", ".rels")) and _ENDLESS.search(content):
            raise _broken()
        if name.startswith("xl/") and name.count("/") < 3 and "workbook.xml" in name and len(content) > LONGEST_LIST:
            _refuse("has an endless list of sheets")
        if name == "xl/workbook.xml":
            self._names = content
        elif name == "xl/_rels/workbook.xml.rels":
            self._targets = content
        elif name.lower() == "xl/sharedstrings.xml":
            self._text_lengths += map(len, _SHARED.split(content)[1:])
        elif _CELL.search(content):
            _refuse_far_corners(content)
            self._sheets.append(content)
            self.failed[name] = _FAILED.findall(content) if b't="e"' in content else []

    def refuse_repeated_texts(self) -> None:
        """A shared text is stored once and copied into each cell that names it: refuse long texts in many cells."""
        lengths = self._text_lengths
        cells = sum(content.count(b"<v>") for content in self._sheets)
        if cells * max(lengths, default=0) > MOST_UNPACKED:
            numbers = (int(number) for content in self._sheets for number in _NUMBER.findall(content))
            if sum(lengths[number] for number in numbers if number < len(lengths)) > MOST_UNPACKED:
                _refuse("repeats long texts in so many cells that it would not fit into memory")
        self._sheets.clear()

    def path_of(self, sheet_name: str) -> str:
        """The part in which a sheet is kept; empty where the workbook says so in a way not foreseen."""
        for tag in re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", self._names):
            wanted, named = re.search(rb'\br?:?id="([^"]+)"', tag), re.search(rb'\bname="([^"]*)"', tag)
            if wanted and named and named[1].decode(errors="replace") == sheet_name:
                for target in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", self._targets):
                    if b'Id="' + wanted[1] + b'"' in target and (at := re.search(rb'Target="([^"]+)"', target)):
                        return normpath(join("/xl", at[1].decode(errors="replace"))).lstrip("/")
        return ""


LONGEST_LIST = 1024 * 1024
"""Bytes of the list of sheets and of the one of their parts, which are held against each other."""
# A tag that is not closed before the next begins, or is as long as none is: later patterns would look for its end from every tag before it.
_ENDLESS = re.compile(rb"<(?:(?:\w+:)?(?:c|row)\s[^<>]{400}|[^<>!]{0,4000}+[^>!])")
_SHARED = re.compile(rb"<(?:\w+:)?si\b")
_NUMBER = re.compile(rb"<v>(\d{1,9})</v>")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_FAILED = re.compile(rb'<c\s[^>]*?r="([A-Z]{1,2}\d{1,6})"[^>]*?t="e"')
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_FAR_PLACE = rb"""[A-Za-z]{3,}\d | [D-Zd-z][A-Za-z]\d | [Cc][W-Zw-z]\d    # beyond CV, the hundredth column
    | [A-Za-z]*0*(?: [1-9]\d{6} | [3-9]\d{5} )"""  # row 300,000 or beyond
_AT_FAR_PLACE = rb"\s[^>]*?\br\s*=\s*[\"']\s*(?:" + _FAR_PLACE + b")[^>]*"
_FAR = re.compile(rb"<(?:\w+:)?c" + _AT_FAR_PLACE + b"(?<!/)>", re.VERBOSE)
_FAR_ROW = re.compile(rb"<(?:\w+:)?row" + _AT_FAR_PLACE + b"(?<!/)>", re.VERBOSE)
_MAYBE_FAR = re.compile(rb'r="(?:' + _FAR_PLACE + b")", re.VERBOSE)
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?![^>]*\sr\s*=)")


_VEILED = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^<>]*=\s*(?:"[^"<]*>|'[^'<]*>)""")  # an attribute that hides the next
_ODD = (re.compile(rb'<c(?! r="|[A-Za-z])'), re.compile(rb'<row(?! r="|[A-Za-z]|>)'), re.compile(rb":(?:c|row)[\s/>]"))


def _refuse_far_corners(content: bytes) -> None:
    """Look for cells far out; the exact patterns take seconds, so plain searches first rule out the usual workbook.

    Cells without content are harmless wherever they are: some programs write them down to the last row of the sheet.
    """
    is_odd = any(form.search(content) for form in _ODD)
    is_far = bool((is_odd or _MAYBE_FAR.search(content)) and _FAR.search(content))
    if not is_far and is_odd and _UNPLACED.search(content):  # cells that stand where they are written: count them
        rows = _ROW.split(content)
        widest = max(sum(1 for _ in _CELL.finditer(row)) for row in rows)
        is_far = len(rows) > MOST_ROWS or widest > MOST_COLUMNS or bool(_FAR_ROW.search(content))
    if is_far or (is_odd and _VEILED.search(content)):
        _refuse(f"has cells beyond column {MOST_COLUMNS} or row {MOST_ROWS:,}")


def _checked_parts(data: bytes) -> _Parts:
    parts = _Parts()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries)
            for entry in entries:
                parts.look_at(entry.filename, _unpacked(data, entry))
    except (zipfile.BadZipFile, zlib.error, ValueError, IndexError, NotImplementedError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise _broken() from error
    parts.refuse_repeated_texts()
    return parts


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            ProblemKind.WRONG_FORMAT,
            "This archive is not an Excel workbook. Save the list as .xlsx or .csv and try again.",
        )
    if len(names) > MOST_ENTRIES or len({name.lower() for name in names}) < len(names):
        _refuse("is packed in an unusual way")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        _refuse(f"unpacks to more than {MOST_UNPACKED // 1024**2} MB")
    for entry in entries:
        if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            _refuse("unpacks to far more than its own size")


def _unpacked(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """One part, unpacked no further than the directory says, since the directory may lie about it."""
    start = entry.header_offset + 30
    start += int.from_bytes(data[start - 4 : start - 2], "little") + int.from_bytes(data[start - 2 : start], "little")
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif entry.compress_type == zipfile.ZIP_DEFLATED and not entry.flag_bits & 1:
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.file_size + 1)
    else:
        raise NotImplementedError(entry.filename)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile(entry.filename)
    return content


def _place(reference: bytes, left: int) -> tuple[int, int]:
    """Row number, and column counted from 0 at the leftmost in use (`left`), of a reference such as `AB12`."""
    letters = reference.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(reference[len(letters) :]), column - 1 - left
