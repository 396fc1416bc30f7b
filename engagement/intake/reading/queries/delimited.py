"""Delimited text: from bytes in any common encoding to rows of cells, each with the physical line on which it starts."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper
from itertools import islice
from typing import NamedTuple

from engagement.intake.reading.rules.columns import MOST_COLUMNS, field_of
from engagement.intake.reading.rules.problems import Problem, ProblemKind, UnreadableFile

DELIMITERS = ",;\t|"
LONGEST_CELL = 131_072
"""Characters in one cell; the csv module's own limit, which belongs to the whole process and is left alone."""

_SAVE_AS = "Save it as “CSV UTF-8” and try again."


class Encoded(NamedTuple):
    """Bytes known to be text: in `codec`, from byte `start`; `encoding` is its name for people."""

    data: bytes
    start: int
    codec: str
    encoding: str

    def opened(self) -> TextIOWrapper:
        """Return the text from its beginning, decoded as it is read, with its line breaks unchanged."""
        stream = BytesIO(self.data)
        stream.seek(self.start)
        return TextIOWrapper(stream, self.codec, newline="")

    def beginning(self) -> str:
        """Return the first part of the text, long enough for any header."""
        return self.opened().read(LONGEST_CELL)


def encoded(data: bytes) -> Encoded:
    """Return the bytes with their encoding: UTF-8, UTF-16 or, failing these, Windows-1252.

    They are decoded in pieces, so that a large file is not in memory several times. Raises UnreadableFile, with the
    line, for other encodings and for NUL.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _strictly(Encoded(data, len(mark), codec, name))
    if data[1:2] == b"\0" and data[:1] != b"\0":
        return _strictly(Encoded(data, 0, "utf-16-le", "UTF-16"))
    if data[:1] == b"\0" and data[1:2] != b"\0":
        return _strictly(Encoded(data, 0, "utf-16-be", "UTF-16"))
    as_utf8 = Encoded(data, 0, "utf-8", "UTF-8")
    try:
        _refuse_nul(as_utf8)
        return as_utf8
    except UnicodeDecodeError:
        if _is_damaged_utf8(data):
            return _strictly(as_utf8)
    _refuse_other_alphabets(data)
    return _strictly(Encoded(data, 0, "cp1252", "Windows-1252"))


_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)


def _refuse_nul(content: Encoded) -> None:
    """Decode everything once; raise UnreadableFile at NUL, UnicodeDecodeError for another encoding."""
    text = content.opened()
    before = 1
    while some := text.read(_AT_ONCE):
        if (position := some.find("\0")) >= 0:
            line = before + _breaks(some[:position])
            sentence = f"Line {line}: The file holds NUL bytes, which no text has; it may be damaged. {_SAVE_AS}"
            raise UnreadableFile(ProblemKind.NUL_BYTES, sentence, line)
        before += _breaks(some)


_AT_ONCE = 1_000_000


def _strictly(content: Encoded) -> Encoded:
    try:
        _refuse_nul(content)
        return content
    except UnicodeDecodeError:
        pass
    body = content.data[content.start :]
    try:
        body.decode(content.codec)
    except UnicodeDecodeError as error:
        line = 1 + _breaks(body[: error.start].decode(content.codec, "replace"))
        found = " ".join(f"{byte:02X}" for byte in body[error.start : error.start + 1])
        sentence = (
            f"Line {line}: The byte {found} makes no sense in {content.encoding}; the encoding of the file is unclear. "
            f"{_SAVE_AS}"
        )
        raise UnreadableFile(ProblemKind.WRONG_ENCODING, sentence, line) from None
    return content


def _breaks(text: str) -> int:
    """Return the number of line breaks; CR, LF and CRLF each count once."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


_UTF8_SIGN = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _is_damaged_utf8(data: bytes) -> bool:
    """Return whether most non-ASCII bytes are valid UTF-8: as Windows-1252, every name would be garbled."""
    good = sum(map(len, _UTF8_SIGN.findall(data)))
    return good > sum(map(len, _HIGH.findall(data))) / 2


_HIGH = re.compile(rb"[\x80-\xff]+")


def _refuse_other_alphabets(data: bytes) -> None:
    """Refuse long runs of accented letters: Windows-1252 decodes them, but they are another alphabet."""
    runs = [(found.start(), found.end() - found.start()) for found in _HIGH.finditer(data)]
    long_runs = [(start, length) for start, length in runs if length > 2]
    if sum(length for _, length in long_runs) * 2 > sum(length for _, length in runs):
        line = 1 + _breaks(data[: long_runs[0][0]].decode("latin-1"))
        sentence = f"Line {line}: The letters are in an encoding that is neither UTF-8 nor Windows-1252. {_SAVE_AS}"
        raise UnreadableFile(ProblemKind.WRONG_ENCODING, sentence, line)


def detect_delimiter(beginning: str) -> str:
    """Return the delimiter that gives the header the most known columns, then the most columns."""
    if announced := _announced(beginning):
        return announced
    return max(DELIMITERS, key=lambda sign: _worth(_header_by(beginning, sign)))


def _announced(beginning: str) -> str | None:
    """Return the delimiter of a first line `sep=;`, which Excel reads and writes."""
    found = re.match(r"sep=([,;\t|])[\r\n]", beginning, re.IGNORECASE)
    return found[1] if found else None


def _header_by(beginning: str, delimiter: str) -> list[str]:
    rows = csv.reader(StringIO(beginning, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        return next((row for row in rows if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return []


def _worth(header: list[str]) -> tuple[int, int]:
    return len({field_of(name) for name in header[:MOST_COLUMNS]} - {None}), len(header)


def numbered_rows(content: Encoded, delimiter: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield non-empty rows with the physical line on which each starts; bad quoting goes to `problems`.

    Raises UnreadableFile when a quotation mark swallows the lines after it: no later row can then be trusted.
    """
    reader = csv.reader(content.opened(), delimiter=delimiter, strict=True, skipinitialspace=True)
    if _announced(content.beginning()):
        next(reader)
    while True:
        line = reader.line_num + 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
            return
        except csv.Error as error:
            problems.append(_misquoted(content, delimiter, line, reader.line_num, str(error)))


def _misquoted(content: Encoded, delimiter: str, first: int, last: int, reason: str) -> Problem:
    if first != last or "unexpected end" in reason:
        sentence = (
            f"Line {first}: A quotation mark opens on this line and is not closed where its cell ends; "
            f"the text runs on to line {last}. Close it, or remove it."
        )
        raise UnreadableFile(ProblemKind.UNCLOSED_QUOTE, sentence, first)
    if "limit" in reason:
        number = _long_cell(content, delimiter, first)
        sentence = f"Line {first}: The cell in column {number} is longer than {LONGEST_CELL:,} characters. Shorten it."
        return Problem(first, str(number), ProblemKind.CELL_TOO_LONG, sentence)
    sentence = f"Line {first}: There is text after a closing quotation mark. Write quotation marks inside a cell twice."
    return Problem(first, None, ProblemKind.BAD_QUOTING, sentence)


def _long_cell(content: Encoded, delimiter: str, line: int) -> int:
    """Return the number of the first cell on `line` that is too long, counted from 1."""
    row = next(islice(content.opened(), line - 1, None))
    number, length, quoted = 1, 0, False
    for sign in row:
        length += 1
        quoted ^= sign == '"'
        if length > LONGEST_CELL:
            break
        if sign == delimiter and not quoted:
            number, length = number + 1, 0
    return number
