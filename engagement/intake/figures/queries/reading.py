"""Reads a file of readings into texts, which are kept until somebody has seen what they would write."""

import json
from collections.abc import Iterator

from engagement.intake.figures.rules import MOST_ROWS, Columns, FileLine, columns_of, line_of
from engagement.intake.reading.queries.files import failed_cells, open_table, whole_rows
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile

MOST_BYTES = 5 * 1024 * 1024


def lines_in(data: bytes) -> tuple[Columns, list[FileLine]]:
    """Return the columns of a file and its lines. Raises UnreadableFile if it can't be read as a whole."""
    table, _, header = open_table(data, MOST_BYTES)
    columns = columns_of(header)
    failed = failed_cells(table, header, columns.of.values())
    lines: list[FileLine] = []
    for number, cells in whole_rows(table, len(header)):
        if len(lines) >= MOST_ROWS:
            sentence = f"The file has more than {MOST_ROWS:,} rows. Split it into several files."
            raise UnreadableFile(ProblemKind.TOO_MANY_ROWS, sentence)
        known = [problem.sentence.partition(": ")[2] for problem in failed.get(number, [])]
        lines.append(line_of(columns, number, cells, known))
    # A line that can't be told apart into cells is left out by itself; the others are read.
    lines += [FileLine(p.line or 0, {}, [p.sentence.partition(": ")[2] or p.sentence]) for p in table.problems]
    if not lines:
        sentence = "The file has a header and no rows below it. Choose a file with one row a reading."
        raise UnreadableFile(ProblemKind.NO_ROWS, sentence)
    return columns, sorted(lines, key=lambda line: line.number)


def kept(columns: Columns, lines: list[FileLine]) -> bytes:
    """Return what was read as bytes to keep."""
    return json.dumps({"not_read": columns.not_read, "lines": lines}, ensure_ascii=False).encode()


def read_back(content: bytes) -> tuple[list[str], Iterator[FileLine]]:
    """Return the headers that are not read, and the lines, from what was kept."""
    found = json.loads(content)
    return found["not_read"], (FileLine(*line) for line in found["lines"])
