"""An HR file read: from bytes of any usual kind to rows of people and the problems that stand in their way."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from engagement.intake.columns import (
    SavedMapping,
    apply_mapping,
    guess_mapping,
    missing_columns,
    rival_columns,
)
from engagement.intake.delimited import detect_delimiter, encoded, numbered_rows
from engagement.intake.kinds import refuse_endless, refuse_other_kinds
from engagement.intake.roster import RosterCheck, check_rows
from engagement.intake.rules import Field, Problem, ProblemKind, StaffRow, UnreadableFile
from engagement.intake.staff_rows import Batch, RowReader
from engagement.intake.workbook import open_workbook

MOST_BYTES = 50 * 1024 * 1024
MOST_PEOPLE = 250_000
#: Rows after which it is told how many were read.
TELLING = 2_000
KEPT_IN_MEMORY = 8 * 1024 * 1024
BATCH = 250
"""Rows that are read at once: enough to spread the cost of a column, few enough to stay near the processor.

2,000 at once take nearly twice the time.
"""

NumberedRow = tuple[int, list[str]]
"""The physical line on which a row starts, and its cells."""


@dataclass
class HrFile:
    """What an HR file says.

    `guess` is what the headers alone suggest; `columns` what was read. `rows` are the sound ones, `rejected` those with
    an error, as far as they can be read. `problems` are those of single rows and of the columns; `checked` adds what
    only the whole file shows. A fatal problem means that no row was read.
    `height` is about how many rows there are.
    """

    filename: str
    kind: str
    header: list[str]
    header_line: int
    guess: dict[Field, int]
    columns: dict[Field, int]
    rows: list[StaffRow] = field(default_factory=list)
    rejected: list[StaffRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    height: int = 0
    table: "Table | None" = field(default=None, repr=False)
    read: IO[bytes] | None = field(default=None, repr=False)

    def read_ahead(self, told: Callable[[int], None] = lambda _rows: None) -> None:
        """Read every row now, onto the disk where there are many, so that no transaction is open while a file is parsed.

        `told` is called with the number of rows so far. Raises UnreadableFile as `read_file` does.
        """
        if self.table is None:
            return
        table, self.table = self.table, None
        self.read = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  closed with the file that is read
        rows = last = 0
        for batch in _batches(self, table):
            pickle.dump(tuple(batch), self.read, pickle.HIGHEST_PROTOCOL)
            rows += len(batch.lines)
            if rows - last >= TELLING:
                last = rows
                told(rows)

    def batches(self) -> Iterator[Batch]:
        """The rows some at a time, with the problems of each; once.

        Afterwards `problems` has what belongs to no row that could be read. Raises UnreadableFile as `read_file` does.
        """
        if self.read is not None:
            return _read_back(self.read)
        table, self.table = self.table, None
        return iter([_read_before(self)]) if table is None else _batches(self, table)

    @property
    def header_names(self) -> dict[Field, str]:
        """The name that the file itself gives to the column of each field."""
        return {name: self.header[index] for name, index in self.columns.items()}

    @property
    def is_usable(self) -> bool:
        """False where a problem of the whole file kept every row from being read."""
        return not any(problem.is_fatal for problem in self.problems)

    def checked(self) -> RosterCheck:
        """The rows held against each other, those with problems of their own among them."""
        return check_rows(self.rows, self.rejected, self.header_names)


@dataclass
class Table:
    """Cells before they mean anything; `kind` is said to the user, `height` is about how many rows there are, `widest` the most cells
    that a row of a text may have.
    """

    kind: str
    rows: Iterator[NumberedRow]
    height: int
    problems: list[Problem] = field(default_factory=list)
    failed: list[tuple[int, int]] = field(default_factory=list)
    is_text: bool = True
    widest: int = 0


def read_file(
    data: bytes | Path, filename: str, mapping: SavedMapping | None = None, most_bytes: int = MOST_BYTES
) -> HrFile:
    """Read an HR file, CSV or XLSX whatever its name, all rows at once; see `open_file`."""
    file = open_file(data, filename, mapping, most_bytes)
    for batch in file.batches():
        for row in batch.rows():
            (file.rejected if row.line in batch.problems else file.rows).append(row)
        file.problems += chain.from_iterable(batch.problems.values())
    file.problems.sort(key=lambda problem: problem.line or 0)
    return file


def open_file(
    data: bytes | Path, filename: str, mapping: SavedMapping | None = None, most_bytes: int = MOST_BYTES
) -> HrFile:
    """Open an HR file and understand its header; `batches` then reads the rows without keeping them.

    `mapping` (field → header) takes the place of the guess. Raises UnreadableFile where the bytes are no readable table. Columns that are missing or rival come back as fatal
    problems beside the header, so that the reader can choose columns. A path that cannot be opened raises OSError.
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
    header = [name.strip() for name in header]
    guess = guess_mapping(header)
    if mapping is None:
        columns, problems = guess, rival_columns(header, header_line)
    else:
        columns, problems = apply_mapping(header, mapping, header_line)
    if not problems:
        problems = missing_columns(columns, header, header_line)
    file = HrFile(filename, table.kind, header, header_line, guess, columns, problems=problems)
    if not problems:
        file.table = table
        file.height = table.height
    return file


def first_rows(data: bytes, count: int = 5) -> list[list[str]]:
    """Return the first rows below the header as they stand, for choosing columns. Raises UnreadableFile as `open_file`."""
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


def _batches(file: HrFile, table: Table) -> Iterator[Batch]:
    reader = RowReader(file.columns, file.header)
    failed = _failed_cells(file, table.failed)
    rows = iter(table.rows)
    number = 0
    while some := list(islice(rows, BATCH)):
        some = _whole_rows(file, table, some) if table.is_text else some
        if not some:
            continue
        number += len(some)
        if number > MOST_PEOPLE:
            raise UnreadableFile(
                ProblemKind.TOO_MANY_ROWS, f"The file has more than {MOST_PEOPLE:,} rows. Split it into several files."
            )
        batch = reader.read_all(some)
        for line in failed.keys() & set(batch.lines):
            names = {problem.column for problem in failed[line]}
            own = [problem for problem in batch.problems.get(line, []) if problem.column not in names]
            batch.problems[line] = failed[line] + own
        yield batch
    file.problems += [_under_header(problem, file.header) for problem in table.problems]
    if not number and not file.problems:
        sentence = "The file has a header and no rows below it. Choose a file with one row a person."
        file.problems.append(Problem(None, None, ProblemKind.NO_ROWS, sentence))


def _read_back(kept: IO[bytes]) -> Iterator[Batch]:
    """The batches that were written to a file of our own a moment ago."""
    kept.seek(0)
    with kept, suppress(EOFError):
        while True:
            yield Batch(*pickle.load(kept))  # noqa: S301  nobody else can write to it


def _read_before(file: HrFile) -> Batch:
    """The rows that `read_file` has read already, in the order of lines."""
    lines = {row.line for row in file.rejected}
    of_line: dict[int, list[Problem]] = {}
    rest: list[Problem] = []
    for problem in file.problems:
        if problem.line in lines and problem.line is not None:
            of_line.setdefault(problem.line, []).append(problem)
        else:
            rest.append(problem)
    file.problems = rest
    rows = sorted([*file.rows, *file.rejected], key=lambda row: row.line)
    return Batch([list(column) for column in zip(*rows, strict=True)], of_line)


def _under_header(problem: Problem, header: list[str]) -> Problem:
    """The problem with the header in place of the column's number, which is all that is known below this module."""
    if problem.column is None or int(problem.column) > len(header):
        return problem
    return replace(problem, column=header[int(problem.column) - 1])


def _whole_rows(file: HrFile, table: Table, rows: list[NumberedRow]) -> list[NumberedRow]:
    """Those of these rows that hold anything and are no wider than the header, or than the first row where each line ends
    with a delimiter.

    A wider row has a delimiter too many somewhere, so its cells may stand under the wrong headers.
    """
    rows = [row for row in rows if row[1][0] or "".join(row[1]).strip()]
    width = len(file.header)
    if rows and not table.widest:
        first = rows[0][1]
        table.widest = len(first) if len(first) > width and not any(map(str.strip, first[width:])) else width
    wide = [row for row in rows if len(row[1]) > table.widest]
    for line, cells in wide:
        sentence = (
            f"Line {line}: This row has {len(cells)} cells where the header has {width}. "
            "Put cells that hold a delimiter in quotation marks."
        )
        table.problems.append(Problem(line, None, ProblemKind.TOO_MANY_CELLS, sentence))
    return [row for row in rows if len(row[1]) <= table.widest] if wide else rows


def _failed_cells(file: HrFile, failed: Iterable[tuple[int, int]]) -> dict[int, list[Problem]]:
    """Cells under a column in use whose formula shows an error such as #N/A, by line."""
    read = set(file.columns.values())
    problems: dict[int, list[Problem]] = {}
    for line, column in failed:
        if column in read and line > file.header_line:
            name = file.header[column]
            sentence = f"Line {line}: The formula under “{name}” shows an error. Correct it, or leave the cell empty."
            problems.setdefault(line, []).append(Problem(line, name, ProblemKind.FORMULA_ERROR, sentence))
    return problems
