"""Delimited text: from bytes in any usual encoding to rows of cells, each with the physical line on which it starts."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from engagement.intake.columns import field_of
from engagement.intake.rules import Problem, ProblemKind, UnreadableFile

DELIMITERS = ",;\t|"
LONGEST_CELL = 131_072
"""Characters in one cell; the csv module's own limit, which belongs to the whole process and is left alone."""

_SAVE_AS = "Save it as “CSV UTF-8” and try again."


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8, UTF-16 or, failing these, Windows-1252.

    Raises UnreadableFile, with the line, where the bytes are none of them or hold NUL.
    """
    text, encoding = _decoded(data)
    if (position := text.find("\0")) >= 0:
        line = _line_at(text[:position])
        sentence = f"Line {line}: The file holds NUL bytes, which no text has; it may be damaged. {_SAVE_AS}"
        raise UnreadableFile(ProblemKind.NUL_BYTES, sentence, line)
    return text, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], codec, name), name
    if data[1:2] == b"\0" and data[:1] != b"\0":
        return _strictly(data, "utf-16-le", "UTF-16"), "UTF-16"
    if data[:1] == b"\0" and data[1:2] != b"\0":
        return _strictly(data, "utf-16-be", "UTF-16"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        if _is_damaged_utf8(data):
            return _strictly(data, "utf-8", "UTF-8"), "UTF-8"
    _refuse_other_alphabets(data)
    return _strictly(data, "cp1252", "Windows-1252"), "Windows-1252"


_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)


def _strictly(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = _line_at(data[: error.start].decode(codec, "replace"))
        found = " ".join(f"{byte:02X}" for byte in data[error.start : error.start + 1])
        sentence = (
            f"Line {line}: The byte {found} makes no sense in {name}; the encoding of the file is unclear. {_SAVE_AS}"
        )
        raise UnreadableFile(ProblemKind.WRONG_ENCODING, sentence, line) from None


def _line_at(before: str) -> int:
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")


_UTF8_SIGN = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _is_damaged_utf8(data: bytes) -> bool:
    """True where most of what is not ASCII is good UTF-8: read as Windows-1252 every name would turn into nonsense."""
    good = sum(map(len, _UTF8_SIGN.findall(data)))
    return good > sum(map(len, _HIGH.findall(data))) / 2


_HIGH = re.compile(rb"[\x80-\xff]+")


def _refuse_other_alphabets(data: bytes) -> None:
    """Refuse what Windows-1252 could decode but nobody wrote: long runs of accented letters are another alphabet."""
    runs = [(found.start(), found.end() - found.start()) for found in _HIGH.finditer(data)]
    long_runs = [(start, length) for start, length in runs if length > 2]
    if sum(length for _, length in long_runs) * 2 > sum(length for _, length in runs):
        line = _line_at(data[: long_runs[0][0]].decode("latin-1"))
        sentence = f"Line {line}: The letters are in an encoding that is neither UTF-8 nor Windows-1252. {_SAVE_AS}"
        raise UnreadableFile(ProblemKind.WRONG_ENCODING, sentence, line)


def detect_delimiter(text: str) -> str:
    """The delimiter that makes the most of the header: most known columns, then most columns, then the usual order."""
    if announced := _announced(text):
        return announced
    return max(DELIMITERS, key=lambda sign: _worth(_header_by(text[:LONGEST_CELL], sign)))


def _announced(text: str) -> str | None:
    """The delimiter of a first line `sep=;`, which Excel reads and writes."""
    found = re.match(r"sep=([,;\t|])[\r\n]", text, re.IGNORECASE)
    return found[1] if found else None


def _header_by(beginning: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        return next((row for row in rows if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return []


def _worth(header: list[str]) -> tuple[int, int]:
    return len({field_of(name) for name in header} - {None}), len(header)


def numbered_rows(text: str, delimiter: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the physical line on which each starts; what is badly quoted goes to `problems`.

    Raises UnreadableFile where a quotation mark swallows the lines after it, for then no later row can be trusted.
    """
    # As bytes a text takes a third of the room, and it stays in memory until the last row.
    content, is_announced = text.encode(), bool(_announced(text))
    del text
    lines = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    if is_announced:
        next(reader)
    while True:
        line = reader.line_num + 1
        try:
            for cells in reader:
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
            return
        except csv.Error as error:
            problems.append(_misquoted(content.decode(), delimiter, line, reader.line_num, str(error)))


def _misquoted(text: str, delimiter: str, first: int, last: int, reason: str) -> Problem:
    if first != last or "unexpected end" in reason:
        sentence = (
            f"Line {first}: A quotation mark opens on this line and is not closed where its cell ends; "
            f"the text runs on to line {last}. Close it, or remove it."
        )
        raise UnreadableFile(ProblemKind.UNCLOSED_QUOTE, sentence, first)
    if "limit" in reason:
        number = _long_cell(text, delimiter, first)
        sentence = f"Line {first}: The cell in column {number} is longer than {LONGEST_CELL:,} characters. Shorten it."
        return Problem(first, str(number), ProblemKind.CELL_TOO_LONG, sentence)
    sentence = f"Line {first}: There is text after a closing quotation mark. Write quotation marks inside a cell twice."
    return Problem(first, None, ProblemKind.BAD_QUOTING, sentence)


def _long_cell(text: str, delimiter: str, line: int) -> int:
    """The number of the first cell on `line` that is too long, counted from 1."""
    row = next(islice(io.StringIO(text, newline=""), line - 1, None))
    number, length, quoted = 1, 0, False
    for sign in row:
        length += 1
        quoted ^= sign == '"'
        if length > LONGEST_CELL:
            break
        if sign == delimiter and not quoted:
            number, length = number + 1, 0
    return number
