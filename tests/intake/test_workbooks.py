"""Workbooks: cells as their owner sees them, and archives that are unsafe, damaged or not what they say."""

import io
import struct
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.intake.reading.rules.problems import ProblemKind
from tests.intake.hr_files import make_archive, make_workbook
from tests.intake.whole_files import problems_of, read_file, refusal, some

SHEET = "xl/worksheets/sheet1.xml"


def test_workbook_cells_read_as_their_owner_sees_them() -> None:
    file = read_file(
        make_workbook(
            [
                [],
                ["", "Employee ID", "Work Email", "Name", "Start Date", "Manager ID"],
                ["", 1001, "ADA@example.com", "Lovelace, Ada", datetime(2024, 2, 29), ""],
                [],
                ["", "0012", "bo@example.com", "Bo Berg", "31.01.2025", 1001.0],
            ]
        ),
        "people.csv",
    )
    assert (file.kind, file.problems) == ("Excel workbook, sheet “People”", [])
    assert [(row.line, row.employee_id, row.email, row.first_name, row.start_on) for row in file.rows] == [
        (3, "1001", "ada@example.com", "Ada", date(2024, 2, 29)),
        (5, "0012", "bo@example.com", "Bo", date(2025, 1, 31)),
    ]
    assert file.checked() == ((), ())


def test_formula_that_fails_in_a_workbook_is_named_and_not_read_as_empty() -> None:
    rows = [
        ["", "email", "name", "end_date", "remark"],
        ["", "a@example.com", "A", "=NA()", "=NA()"],
        ["", "=NA()", "B"],
    ]
    file = read_file(make_workbook(rows), "people.xlsx")
    assert [(problem.line, problem.column, problem.kind) for problem in file.problems] == [
        (2, "end_date", ProblemKind.FORMULA_ERROR),
        (3, "email", ProblemKind.FORMULA_ERROR),
    ]
    assert file.rows == []


def rebuilt(change: dict[str, bytes], **extra: bytes) -> bytes:
    """A sound workbook with some of its parts put in the place of the true ones."""
    source = make_workbook([["email", "name"], ["ada@example.com", "Ada"]])
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        return make_archive({name: archive.read(name) for name in archive.namelist()} | change | extra)


def sheet(cells: bytes) -> bytes:
    return b'<?xml version="1.0"?><worksheet><sheetData>' + cells + b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>',
        b'<row r="1"><c r="CW1"><v>1</v></c></row>',
        b"<row r='1'><c t='n'  r = 'XFD1'><v>1</v></c></row>",
        b'<x:row r="1"><x:c r="XFD1"><x:v>1</x:v></x:c></x:row>',
        b"<row>" + b"<c><v>1</v></c>" * 101 + b"</row>",
        b"<row><c><v>1</v></c></row>" * 300_001,
        b'<row r="1048576"><c><v>1</v></c></row>',
        b'<row r="1"><c s=">" r="XFD1"><v>1</v></c></row>',
    ],
    ids=[
        "far down",
        "far right",
        "column 101",
        "other quotes",
        "prefixed",
        "unplaced and wide",
        "unplaced and long",
        "unplaced in a far row",
        "veiled",
    ],
)
def test_workbook_that_would_fill_the_memory_is_refused_before_it_is_opened(cells: bytes) -> None:
    assert refusal(rebuilt({SHEET: sheet(cells)})).kind is ProblemKind.UNSAFE_WORKBOOK


def test_empty_cells_with_a_style_may_stand_anywhere() -> None:
    people = b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    people += b'<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>'
    data = rebuilt({SHEET: sheet(people + b'<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row>')})
    assert [row.email for row in read_file(data, "people.xlsx").rows] == ["ada@example.com"]


def test_workbook_that_repeats_one_long_text_is_refused() -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 12_000))
    strings = b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    assert refusal(rebuilt({SHEET: sheet(cells), "xl/sharedStrings.xml": strings})).kind is ProblemKind.UNSAFE_WORKBOOK


def test_text_that_looks_like_a_far_cell_does_no_harm() -> None:
    file = read_file(
        make_workbook([["email", "name"], ["ada@example.com", '<c r="XFD1"> r="XFD1" Ada']]), "people.xlsx"
    )
    assert [row.display_name for row in file.rows] == ['<c r="XFD1"> r="XFD1" Ada']


@pytest.mark.parametrize(
    "extra",
    [
        {"xl/media/a.xml": bytes(60 * 1024 * 1024)},
        {f"xl/media/{n}": b"" for n in range(1_000)},
        {"XL/workbook.xml": b""},
    ],
    ids=["ratio", "entries", "same name twice"],
)
def test_unusual_archive_is_refused(extra: dict[str, bytes]) -> None:
    assert refusal(rebuilt(extra)).kind is ProblemKind.UNSAFE_WORKBOOK


def test_archive_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(rebuilt({SHEET: sheet(b" " * 5_000_000)}))
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(SHEET)] != SHEET.encode():
        at = data.index(b"PK\x01\x02", at + 1)
    data[at + 24 : at + 28] = struct.pack("<I", 1_000)
    assert refusal(bytes(data)).kind is ProblemKind.BROKEN_WORKBOOK


def test_total_unpacked_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engagement.intake.reading.queries.workbooks.MOST_UNPACKED", 2_000)
    assert refusal(rebuilt({})).kind is ProblemKind.UNSAFE_WORKBOOK


@some
@given(st.integers(4, 5_000), st.binary(min_size=1, max_size=4))
def test_damaged_workbook_never_crashes(place: int, damage: bytes) -> None:
    data = rebuilt({})
    place %= len(data)
    assert isinstance(problems_of(data[:place] + damage + data[place + len(damage) :]), list)
    assert isinstance(problems_of(b"PK\x03\x04" + damage), list)


@some
@given(st.binary(max_size=300), st.sampled_from([b"", b"<row>", b'<row r="1"><c r="A1" t="s"><v>']))
def test_damaged_sheet_never_crashes(content: bytes, before: bytes) -> None:
    assert isinstance(problems_of(rebuilt({SHEET: sheet(before + content)})), list)
