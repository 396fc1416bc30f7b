"""Files that would keep the service busy: refused before anything is compared, and read while no transaction is open."""

import resource
import time
from pathlib import Path

import pytest
from flask import Flask
from intake.hr_files import make_archive, make_hr_file, make_workbook
from intake.whole_files import read_file
from sqlalchemy import event

from engagement.audit import Actor
from engagement.db import db
from engagement.intake.actions import runs as actions
from engagement.intake.reading.queries import files as reading
from engagement.intake.reading.queries import workbooks
from engagement.intake.reading.queries.files import open_file
from engagement.intake.reading.rules.columns import LONGEST_HEADER, MOST_COLUMNS
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile

INES = Actor(None, "Ines Okafor")


def refusal(data: bytes) -> UnreadableFile:
    began = time.thread_time()
    with pytest.raises(UnreadableFile) as caught:
        read_file(data, "people")
    assert time.thread_time() - began < 2
    return caught.value


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["c", "email", "manager email", "((("])
def test_a_file_of_200_000_columns_is_refused_at_once(sign: str, name: str) -> None:
    header = sign.join([name] * 199_998 + ["email", "name"])
    problem = refusal(f"{header}\n{sign.join(['x'] * 200_000)}\n".encode()).problem
    assert problem.kind is ProblemKind.TOO_MANY_COLUMNS
    assert (
        problem.sentence == f"Line 1: The file has 200,000 columns. Keep those that are needed, at most {MOST_COLUMNS}."
    )


def test_as_many_columns_as_a_list_of_people_may_have_are_read() -> None:
    names = ["email", "name", *(f"c{n}" for n in range(MOST_COLUMNS - 2))]
    file = read_file(
        f"{','.join(names)}\n{','.join(['ada@example.com', 'Ada', *['x'] * (MOST_COLUMNS - 2)])}\n".encode(), "x"
    )
    assert [row.email for row in file.rows] == ["ada@example.com"]


def test_a_header_longer_than_a_name_is_refused() -> None:
    problem = refusal(f"email,{'n' * (LONGEST_HEADER + 1)}\na@example.com,x\n".encode()).problem
    assert problem.sentence == "Line 1: The header of column 2 is longer than 200 characters. Shorten it."


def test_rows_of_endless_width_are_bad_rows_and_no_wait() -> None:
    wide = ",".join(["x"] * 100_000)
    began = time.thread_time()
    file = read_file(("email,name\n" + f"{wide}\n" * 20).encode(), "people.csv")
    assert time.thread_time() - began < 3
    assert {problem.kind for problem in file.problems} == {ProblemKind.TOO_MANY_CELLS}
    assert len(file.problems) == 20


def sheet(cells: bytes) -> bytes:
    """A workbook whose first sheet has these bytes in the place of its rows."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(make_workbook([["email", "name"]]))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = cells
    return make_archive(parts)


@pytest.mark.parametrize(
    "piece",
    [b"<c ", b'<c r="A1"', b"<row ", b"<x:c ", b"<", b'<c r="A1" t="e" ', b"<!-- ", b"< c", b'<c r="', b"<c></c"],
)
def test_a_sheet_of_tags_without_end_is_refused_at_once(piece: bytes) -> None:
    assert refusal(sheet(piece * (3_000_000 // len(piece)))).problem.kind in (
        ProblemKind.BROKEN_WORKBOOK,
        ProblemKind.UNSAFE_WORKBOOK,
    )


def test_one_endless_tag_is_refused_at_once() -> None:
    assert refusal(sheet(b"<c " + b'r="A1" ' * 400_000 + b"/>")).problem.kind is ProblemKind.EMPTY_FILE


BEYOND = (
    "The workbook takes more memory or time to open than a list of people does. Copy the list of people into a new workbook, "
    "or save it as CSV."
)


@pytest.mark.parametrize(
    ("limit", "most"),
    [("MOST_MEMORY", 20 * 1024**2), ("MOST_SECONDS", 0), ("MOST_WRITTEN", 100_000)],
)
def test_a_workbook_beyond_a_limit_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch, limit: str, most: int) -> None:
    data = make_workbook([["email", "name"], *([f"p{n}@example.com", "P" * 100] for n in range(20_000))])
    assert len(read_file(data, "people.xlsx").rows) == 20_000
    monkeypatch.setattr(workbooks, limit, most)
    assert refusal(data).problem.sentence == BEYOND


def test_reading_a_workbook_leaves_the_memory_of_the_service_alone() -> None:
    """One cell of each corner: 12 GB where a sheet is laid out as a rectangle."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="290000"><c r="XFD290000"><v>1</v></c></row>'
    assert refusal(sheet(b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")).problem.sentence == BEYOND
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_formulas_that_fail_are_found_where_the_sheet_names_no_places() -> None:
    rows = b"<row><c t='inlineStr'><is><t>email</t></is></c><c t='inlineStr'><is><t>name</t></is></c></row>"
    rows += b"<row><c t='inlineStr'><is><t>ada@example.com</t></is></c><c t='e'><v>#N/A</v></c></row>"
    file = read_file(sheet(b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"), "people.xlsx")
    assert [(problem.line, problem.column, problem.kind) for problem in file.problems] == [
        (2, "name", ProblemKind.FORMULA_ERROR)
    ]


@pytest.mark.usefixtures("app")
def test_no_transaction_is_open_while_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read to the end before the first statement is sent, also of a file that goes onto the disk."""
    monkeypatch.setattr(reading, "KEPT_IN_MEMORY", 10_000)
    file = open_file(make_hr_file(2_000), "people.csv")
    db.session.rollback()
    began: list[str] = []
    listened = event.listens_for(db.engine, "begin")(lambda _connection: began.append("begin"))
    try:
        file.read_ahead()
        assert began == []
        run = actions.stage_file(file, full=True, skip_bad=False, by=INES)
        assert run.count("rows") == 2_000
        assert began
    finally:
        event.remove(db.engine, "begin", listened)


def test_what_was_read_ahead_is_what_the_file_says(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(make_hr_file(700))
    ahead, plain = open_file(path, path.name), open_file(path, path.name)
    ahead.read_ahead()
    assert list(ahead.rows()) == list(plain.rows())
    assert ahead.problems == plain.problems
