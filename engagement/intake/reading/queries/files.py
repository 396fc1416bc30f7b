"""Opens an HR file of any usual kind and reads its rows of people and their problems."""

import pickle
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from engagement.intake.reading.queries.delimited import detect_delimiter, encoded, numbered_rows
from engagement.intake.reading.queries.workbooks import open_workbook
from engagement.intake.reading.rules.columns import (
    SavedMapping,
    apply_mapping,
    guess_mapping,
    missing_columns,
    rival_columns,
)
from engagement.intake.reading.rules.fields import Field, StaffRow
from engagement.intake.reading.rules.kinds import refuse_endless, refuse_other_kinds
from engagement.intake.reading.rules.problems import Problem, ProblemKind, UnreadableFile
from engagement.intake.reading.rules.rows import RowReader

MOST_BYTES = 50 * 1024 * 1024
MOST_PEOPLE = 250_000
KEPT_IN_MEMORY = 8 * 1024 * 1024
#: Rows written at once; progress is reported after each batch.
AT_ONCE = 2_000

NumberedRow = tuple[int, list[str]]
"""The physical line on which a row starts, and its cells."""
ReadRow = tuple[StaffRow, list[Problem]]
"""A row as far as it can be read, and what is wrong with it."""


@dataclass
class Table:
    """Cells before they have a meaning; `kind` is a word for the user, `height` an estimate of the number of rows."""

    kind: str
    rows: Iterator[NumberedRow]
    height: int
    problems: list[Problem] = field(default_factory=list)
    failed: list[tuple[int, int, str]] = field(default_factory=list)
    is_text: bool = True


@dataclass
class HrFile:
    """An HR file whose header is understood; `rows` reads the rows.

    `guess` is what the headers alone suggest; `columns` what is read. `problems` are those of the columns and, once the
    rows were read, of unreadable rows; a fatal one means that no row is read. `height` estimates the number of rows.
    """

    filename: str
    kind: str
    header: list[str]
    header_line: int
    guess: dict[Field, int]
    columns: dict[Field, int]
    problems: list[Problem]
    table: Table
    kept: IO[bytes] | None = field(default=None, repr=False)

    def read_ahead(self, told: Callable[[int], None] = lambda _rows: None) -> None:
        """Read every row now, to disk if there are many, so that no transaction is open while a file is parsed.

        Calls `told` with the number of rows so far. Raises UnreadableFile for too many rows or one that can't be
        parsed.
        """
        if self.kept is not None:
            return
        kept = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  closed with the last row
        rows, number = _read(self), 0
        while some := list(islice(rows, AT_ONCE)):
            pickle.dump(some, kept, pickle.HIGHEST_PROTOCOL)
            number += len(some)
            if len(some) == AT_ONCE:
                told(number)
        self.kept = kept

    def rows(self) -> Iterator[ReadRow]:
        """Return the rows, each with its problems; only once. Raises UnreadableFile as `read_ahead` does."""
        return _read(self) if self.kept is None else _read_back(self.kept)

    @property
    def height(self) -> int:
        """About how many rows there are."""
        return self.table.height

    @property
    def header_names(self) -> dict[Field, str]:
        """Return the file's own column name for each field."""
        return {name: self.header[index] for name, index in self.columns.items()}

    @property
    def unread_headers(self) -> list[str]:
        """Return the names of the columns that say nothing which is kept here, or which no field was chosen for."""
        used = set(self.columns.values())
        return [name.strip() for index, name in enumerate(self.header) if index not in used and name.strip()]

    @property
    def is_usable(self) -> bool:
        """Whether no problem of the whole file keeps its rows from being read."""
        return not any(problem.is_fatal for problem in self.problems)


def open_file(
    data: bytes | Path, filename: str, mapping: SavedMapping | None = None, most_bytes: int = MOST_BYTES
) -> HrFile:
    """Open an HR file, CSV or XLSX whatever its name, and understand its header.

    `mapping` (field → header) replaces the guess. Raises UnreadableFile when the bytes are no readable table. Missing
    or rival columns become fatal problems beside the header, so that the reader can choose columns. Raises OSError for
    a path that can't be opened.
    """
    table, header_line, header = open_table(data, most_bytes)
    guess = guess_mapping(header)
    if mapping is None:
        columns, problems = guess, rival_columns(header, header_line)
    else:
        columns, problems = apply_mapping(header, mapping, header_line)
    if not problems:
        problems = missing_columns(columns, header, header_line)
    return HrFile(filename, table.kind, header, header_line, guess, columns, problems, table)


def open_table(data: bytes | Path, most_bytes: int = MOST_BYTES) -> tuple[Table, int, list[str]]:
    """Open a list of any kind, CSV or XLSX whatever its name; return its rows below the header, the header's line, the header.

    Raises UnreadableFile when the bytes are no readable table, OSError for a path that can't be opened.
    """
    table = _table(_content(data, most_bytes))
    header_line, header = next((row for row in table.rows if "".join(row[1]).strip()), (1, []))
    if table.problems:
        raise UnreadableFile(ProblemKind.WRONG_FORMAT, table.problems[0].sentence, table.problems[0].line)
    if not header:
        raise UnreadableFile(
            ProblemKind.EMPTY_FILE, "The file is empty. Choose a file with a header row and one row a person."
        )
    refuse_endless(header, header_line)
    return table, header_line, [name.strip() for name in header]


def first_rows(data: bytes, count: int = 5) -> list[list[str]]:
    """Return the first rows below the header, unchanged, for choosing columns. Raises UnreadableFile as `open_file`."""
    rows = _table(data).rows
    next((row for row in rows if "".join(row[1]).strip()), None)
    return list(islice((cells for _, cells in rows if any(cells)), count))


def _content(data: bytes | Path, most_bytes: int) -> bytes:
    if isinstance(data, Path):
        with data.open("rb") as stream:
            data = stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        sentence = (
            f"The file is larger than {most_bytes / 1024**2:.0f} MB. Remove columns that are not needed, or split it."
        )
        raise UnreadableFile(ProblemKind.FILE_TOO_LARGE, sentence)
    return data


def _table(data: bytes) -> Table:
    if data.startswith(b"PK\x03\x04"):
        book = open_workbook(data)
        return Table(
            f"Excel workbook, sheet “{book.sheet_name}”", book.rows, book.height, failed=book.failed, is_text=False
        )
    refuse_other_kinds(data)
    content = encoded(data)
    delimiter = detect_delimiter(content.beginning())
    problems: list[Problem] = []
    return Table(
        f"{content.encoding}, {_SPOKEN[delimiter]}",
        numbered_rows(content, delimiter, problems),
        data.count(b"\n"),
        problems,
    )


_SPOKEN = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _read(file: HrFile) -> Iterator[ReadRow]:
    reader = RowReader(file.columns, file.header)
    failed = failed_cells(file.table, file.header, set(file.columns.values()))
    number = 0
    for number, (line, cells) in enumerate(whole_rows(file.table, len(file.header)), 1):
        if number > MOST_PEOPLE:
            raise UnreadableFile(
                ProblemKind.TOO_MANY_ROWS, f"The file has more than {MOST_PEOPLE:,} rows. Split it into several files."
            )
        row, problems = reader.read(line, cells)
        if noted := failed.get(line):
            names = {problem.column for problem in noted}
            problems = noted + [problem for problem in problems if problem.column not in names]
        yield row, problems
    reader.refuse_month_first()
    file.problems += [_under_header(problem, file.header) for problem in file.table.problems]
    if not number and not file.problems:
        sentence = "The file has a header and no rows below it. Choose a file with one row a person."
        file.problems.append(Problem(None, None, ProblemKind.NO_ROWS, sentence))


def _read_back(kept: IO[bytes]) -> Iterator[ReadRow]:
    """Yield the rows that were written to a file of our own a moment ago."""
    kept.seek(0)
    with kept, suppress(EOFError):
        while True:
            yield from pickle.load(kept)  # noqa: S301  nobody else can write to it


def _under_header(problem: Problem, header: list[str]) -> Problem:
    """Return the problem with the header's name in the place of a column number."""
    if problem.column is None or int(problem.column) > len(header):
        return problem
    return replace(problem, column=header[int(problem.column) - 1])


def whole_rows(table: Table, width: int) -> Iterator[NumberedRow]:
    """Yield non-empty rows no wider than the header, which has `width` cells, or than the first row if each line ends with a delimiter.

    A wider text row has a delimiter too many somewhere, so its cells may be under the wrong headers.
    """
    widest = 0
    unread = {line for line, _, _ in table.failed}
    for line, cells in table.rows:
        if not cells[0] and not "".join(cells).strip() and line not in unread:
            continue
        if not widest:
            widest = len(cells) if not any(map(str.strip, cells[width:])) else width
        if table.is_text and len(cells) > max(width, widest):
            sentence = (
                f"Line {line}: This row has {len(cells)} cells where the header has {width}. "
                "Put cells that hold a delimiter in quotation marks."
            )
            table.problems.append(Problem(line, None, ProblemKind.TOO_MANY_CELLS, sentence))
        else:
            yield line, cells


_UNREAD = {
    "error": "The formula under “{}” shows an error. Correct it, or leave the cell empty.",
    "formula": "The formula under “{}” has no value kept in the file. Open the file in Excel, save it, and give it again.",
    "merged": "The cell under “{}” is merged with the one beside it. Undo the merging, and write each value in its own cell.",
}


def failed_cells(table: Table, header: Sequence[str], read: Collection[int]) -> dict[int, list[Problem]]:
    """Return the unreadable cells of the columns that are read, by line."""
    problems: dict[int, list[Problem]] = {}
    for line, column, why in table.failed:
        if column in read:
            name = header[column]
            sentence = f"Line {line}: {_UNREAD[why].format(name)}"
            problems.setdefault(line, []).append(Problem(line, name, ProblemKind.FORMULA_ERROR, sentence))
    return problems
