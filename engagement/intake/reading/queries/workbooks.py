"""Excel workbooks: the rows of the first sheet with content, read by a separate process (see `workbook_child`).

calamine expands a sheet to a full rectangle, so one cell in the far corner would take all memory and kill the process
without an error to catch. A small archive may also unpack to terabytes.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from engagement.intake.reading.queries import workbook_child
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile

#: Limits for reading one workbook. 250,000 people with 16 columns take about 600 MB and 10 seconds.
MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 60
MOST_WRITTEN = 200 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024

Cells = tuple[int, list[str]]


@dataclass
class Workbook:
    """A workbook's first sheet with content, and its unreadable cells with the reason: "error", "formula" or "merged".

    Unreadable cells are given by row number, and by column counted from 0 as in `rows`.
    """

    sheet_name: str
    rows: Iterator[Cells]
    height: int
    failed: list[tuple[int, int, str]]


def open_workbook(data: bytes) -> Workbook:
    """Raise UnreadableFile when the workbook is unsafe, broken or empty."""
    limits = (MOST_MEMORY, MOST_SECONDS, MOST_WRITTEN, MOST_UNPACKED)
    command = [sys.executable, "-I", workbook_child.__file__, *map(str, limits)]
    found = TemporaryFile()  # noqa: SIM115  closed with the last row
    try:
        done = subprocess.run(  # noqa: S603  our own program
            command, input=data, stdout=found, stderr=subprocess.PIPE, timeout=2 * MOST_SECONDS, check=False
        )
        ended, said = done.returncode, done.stderr
    except subprocess.TimeoutExpired:
        ended, said = workbook_child.BEYOND_LIMITS, b""
    if ended == workbook_child.REFUSED:
        kind, sentence = json.loads(said.splitlines()[-1])
        raise UnreadableFile(ProblemKind(kind), sentence)
    if ended:
        refusal = workbook_child.unsafe("takes more memory or time to open than a list of people does")
        raise UnreadableFile(ProblemKind(refusal.kind), refusal.sentence)
    found.seek(0)
    name, height, failed = json.loads(found.readline())
    return Workbook(name, _rows(found), height, [(row, column, why) for row, column, why in failed])


def _rows(found: IO[bytes]) -> Iterator[Cells]:
    with found:
        for line in found:
            number, cells = json.loads(line)
            yield number, cells
