"""Files of lists: no cell becomes a formula, numbers and days stay what they are, odd characters do no harm."""

import csv
import re
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from engagement.pages.parts.files import list_file


def csv_cells(*row: object) -> list[str]:
    content = list_file("csv", ["Head"], [row], "list").get_data()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))[1]


def xlsx_cells(*row: object) -> list[object]:
    content = list_file(
        "xlsx", [str(n) for n in range(len(row))], [row], "list", "A/B: [list] of everything here"
    ).get_data()
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1]


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1+1", "  =1+1"])
def test_text_that_would_be_calculated_gets_an_apostrophe(app: Flask, text: str) -> None:
    assert csv_cells(text) == ["'" + text]
    assert str(xlsx_cells(text, "end")[0]).strip() == text.strip()


def test_numbers_days_and_nothing_stay_what_they_are(app: Flask) -> None:
    moment = datetime(2026, 4, 14, 8, 0, tzinfo=UTC)
    assert csv_cells(-3, 2.5, date(2026, 4, 14), moment, None, 'a "b", c\nd') == [
        "-3",
        "2.5",
        "2026-04-14",
        "2026-04-14T08:00:00+00:00",
        "",
        'a "b", c\nd',
    ]
    assert xlsx_cells(-3, 2.5, date(2026, 4, 14), moment, None, "007") == [
        -3.0,
        2.5,
        date(2026, 4, 14),
        datetime(2026, 4, 14, 8, 0),
        "",
        "007",
    ]


def test_characters_that_no_workbook_holds_are_left_out(app: Flask) -> None:
    assert xlsx_cells("a\x00b\x0bc\ufffed", "https://example.com/") == ["abcd", "https://example.com/"]
    assert csv_cells("a\x00b") == ["ab"]


@pytest.mark.usefixtures("frozen")
def test_file_name_stays_within_its_header(app: Flask) -> None:
    answer = list_file("csv", ["Head"], [], 'a"b\r\nX: y')
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a-b-X-y-2026-04-14.csv"'


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_says_its_kind_once_and_is_named_with_the_day(app: Flask, kind: str, content_type: str) -> None:
    answer = list_file(kind, ["Head"], [], "people")
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="people-2026-04-14.{kind}"'


def test_a_sheet_prints_with_its_header_on_each_page_and_long_texts_on_several_lines(app: Flask) -> None:
    content = list_file("xlsx", ["Said", "On"], [["word " * 40, date(2026, 4, 14)], ["short", None]], "list").get_data()
    with ZipFile(BytesIO(content)) as parts:
        sheet, names = (parts.read(f"xl/{part}").decode() for part in ("worksheets/sheet1.xml", "workbook.xml"))
    assert "Print_Titles" in names
    assert 'orientation="landscape"' in sheet
    assert re.search(r'<row r="2"[^>]* ht="60"', sheet)
    assert not re.search(r'<row r="3"[^>]* ht=', sheet)
