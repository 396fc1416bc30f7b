"""An HR file read to its end in one go, for tests of what reading finds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from engagement.intake.reading.queries.files import MOST_BYTES, HrFile, open_file
from engagement.intake.reading.rules.columns import SavedMapping
from engagement.intake.reading.rules.fields import StaffRow
from engagement.intake.reading.rules.problems import Problem, UnreadableFile, lines_at_fault
from engagement.intake.reading.rules.roster import RosterCheck, RosterLine, check_rows

#: Each workbook is read by a process of its own, which holds whatever happens; so some are enough.
some = settings(max_examples=12, deadline=None)


@dataclass
class WholeFile:
    """What the whole file says: sound rows, those with an error as far as they can be read, and everything that is wrong."""

    opened: HrFile
    rows: list[StaffRow] = field(default_factory=list)
    rejected: list[StaffRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.opened, name)

    def checked(self) -> RosterCheck:
        """The rows held against each other, those with problems of their own among them."""
        people = sorted([*self.rows, *self.rejected], key=lambda row: row.line)
        return check_rows([listed(row) for row in people], self.opened.header_names)


def listed(row: StaffRow) -> RosterLine:
    return RosterLine(row.line, row.employee_id, row.email, row.display_name, row.manager)


def read_file(
    data: bytes | Path, filename: str, mapping: SavedMapping | None = None, most_bytes: int = MOST_BYTES
) -> WholeFile:
    file = WholeFile(open_file(data, filename, mapping, most_bytes))
    if file.opened.is_usable:
        for row, problems in file.opened.rows():
            (file.rejected if lines_at_fault(problems) else file.rows).append(row)
            file.problems += problems
    file.problems = sorted([*file.opened.problems, *file.problems], key=lambda problem: problem.line or 0)
    return file


def problems_of(data: bytes) -> list[Problem]:
    """Everything that is wrong with a file, of whatever reach."""
    try:
        file = read_file(data, "people.csv")
    except UnreadableFile as error:
        return [error.problem]
    return [*file.problems, *file.checked().problems]


def refusal(data: bytes) -> Problem:
    with pytest.raises(UnreadableFile) as caught:
        read_file(data, "people")
    assert caught.value.problem.is_fatal
    return caught.value.problem
