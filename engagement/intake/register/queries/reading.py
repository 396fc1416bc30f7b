"""Reads a register file of any usual kind into texts, which are kept until somebody has seen what they would change."""

import json
from collections.abc import Iterator

from engagement.intake.reading.queries.files import failed_cells, open_table, whole_rows
from engagement.intake.reading.rules.cells import Refused, unguarded
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile
from engagement.intake.register.rules import MOST_ROWS, Columns, FileRow, columns_of, text_of

MOST_BYTES = 20 * 1024 * 1024


def rows_in(data: bytes) -> tuple[Columns, list[FileRow]]:
    """Return the columns of a file and its rows. Raises UnreadableFile if it can't be read as a whole."""
    table, _, header = open_table(data, MOST_BYTES)
    columns = columns_of(header)
    failed = failed_cells(table, header, columns.of.values())
    rows: list[FileRow] = []
    for line, cells in whole_rows(table, len(header)):
        if len(rows) >= MOST_ROWS:
            raise UnreadableFile(
                ProblemKind.TOO_MANY_ROWS, f"The file has more than {MOST_ROWS:,} rows. Split it into several files."
            )
        texts, problems = _texts(columns, cells)
        problems += [problem.sentence.partition(": ")[2] for problem in failed.get(line, [])]
        rows.append(FileRow(line, texts, problems))
    if table.problems:
        raise UnreadableFile(ProblemKind.BAD_QUOTING, table.problems[0].sentence, table.problems[0].line)
    if not rows:
        sentence = "The file has a header and no rows below it. Choose a file with one row a stakeholder."
        raise UnreadableFile(ProblemKind.NO_ROWS, sentence)
    return columns, rows


def _texts(columns: Columns, cells: list[str]) -> tuple[dict[str, str], list[str]]:
    texts: dict[str, str] = {}
    problems: list[str] = []
    for field, index in columns.of.items():
        try:
            texts[field.value] = text_of(field, unguarded(cells[index].strip() if index < len(cells) else ""))
        except Refused as refused:
            texts[field.value] = ""
            problems.append(refused.reason)
    return texts, problems


def kept(columns: Columns, rows: list[FileRow]) -> bytes:
    """Return what was read as bytes to keep."""
    return json.dumps({"not_read": columns.not_read, "rows": rows}, ensure_ascii=False).encode()


def read_back(content: bytes) -> tuple[list[str], Iterator[FileRow]]:
    """Return the headers that are not read, and the rows, from what was kept."""
    found = json.loads(content)
    return found["not_read"], (FileRow(*row) for row in found["rows"])
