"""Reads a file of numbers of use into cells, which are kept until somebody has seen what they would write."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engagement.intake.reading.queries.files import failed_cells, open_table, whole_rows
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile
from engagement.intake.usage.rules import MOST_BYTES, MOST_ROWS, Layout, Row, cleaned


@dataclass(frozen=True)
class UsageFile:
    """A file as it is kept: of which programme it is, its header and rows, how its columns are read, and whether that was settled."""

    programme_id: int
    file_hash: str
    header: Sequence[str]
    rows: Sequence[Row]
    layout: Layout
    is_settled: bool

    def kept(self) -> bytes:
        """Return it as bytes to keep."""
        content: dict[str, Any] = {
            "programme_id": self.programme_id,
            "file_hash": self.file_hash,
            "header": self.header,
            "rows": self.rows,
            "layout": self.layout.kept(),
            "is_settled": self.is_settled,
        }
        return json.dumps(content, ensure_ascii=False).encode()

    @classmethod
    def read(cls, content: bytes) -> "UsageFile":
        """Return what was kept."""
        kept = json.loads(content)
        rows = [Row(*row) for row in kept.pop("rows")]
        return cls(**kept | {"rows": rows, "layout": Layout.read(kept["layout"])})


def rows_in(data: bytes) -> tuple[list[str], list[Row]]:
    """Return the header of a file and its rows. Raises UnreadableFile if it can't be read as a whole."""
    table, _, header = open_table(data, MOST_BYTES)
    failed = failed_cells(table, header, range(len(header)))
    rows: list[Row] = []
    for number, cells in whole_rows(table, len(header)):
        if len(rows) >= MOST_ROWS:
            sentence = f"The file has more than {MOST_ROWS:,} rows. Split it into several files, or let the system post its numbers."
            raise UnreadableFile(ProblemKind.TOO_MANY_ROWS, sentence)
        problems = [problem.sentence.partition(": ")[2] for problem in failed.get(number, [])]
        texts, problem = cleaned(cells)
        rows.append(Row(number, texts, [*problems, *([problem] if problem else [])]))
    rows += [Row(p.line or 0, [], [p.sentence.partition(": ")[2] or p.sentence]) for p in table.problems]
    if not rows:
        sentence = "The file has a header and no rows below it. Choose a file with one row a person or team."
        raise UnreadableFile(ProblemKind.NO_ROWS, sentence)
    return header, sorted(rows, key=lambda row: row.number)
