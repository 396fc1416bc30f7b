"""What a spreadsheet does to numbers and names of countries on the way here."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from intake.companies import stage, tally
from intake.whole_files import read_file

from engagement.intake.reading.rules.cells import UnknownCountry, read_country
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile


@pytest.mark.parametrize("number", ["1.23457E+11", "1,23457E+11", "1E+05", "1e+05", "9.9E-7"])
def test_a_number_that_was_cut_short_is_refused_with_its_cause(number):
    file = read_file(
        f'employee_id,email,name,manager_id\n"{number}",a@example.com,A,"{number}"\n'.encode(), "people.csv"
    )
    assert [(problem.kind, problem.column) for problem in file.problems] == [
        (ProblemKind.NUMBER_CUT_SHORT, "employee_id"),
        (ProblemKind.NUMBER_CUT_SHORT, "manager_id"),
    ]
    assert "how Excel writes a long number once it has cut it short" in file.problems[0].sentence


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1001.0", "1001"), ("00102", "00102"), ("1E5", "1E5"), ("E-7", "E-7"), ("10.10", "10.10"), ("7.00", "7")],
)
def test_a_whole_number_is_read_without_its_point(written, meant):
    file = read_file(f"employee_id,email,name\n{written},a@example.com,A\n".encode(), "people.csv")
    assert ([row.employee_id for row in file.rows], file.problems) == ([meant], [])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Germany", "DE"), ("DEUTSCHLAND", "DE"), ("deu", "DE"), ("276", "DE"), ("Allemagne", "DE"), ("UK", "GB"), ("United Kingdom", "GB"),
        ("GBR", "GB"), ("England", "GB"), ("USA", "US"), ("U.S.", "US"), ("Polska", "PL"), ("Österreich", "AT"), ("Osterreich", "AT"), ("日本", "JP"),
        ("The Netherlands", "NL"), ("Türkei", "TR"), ("Turkey", "TR"), ("Czech Republic", "CZ"), ("fr", "FR"), ("Côte d'Ivoire", "CI"), ("", ""),
    ],
)  # fmt: skip
def test_a_country_is_understood_by_code_and_name(written, code):
    assert read_country(written) == code
    assert not isinstance(read_country(written), UnknownCountry)


def test_a_country_that_is_not_known_is_said_once_and_kept(app):
    header = "employee_id,email,name,country"
    rows = (
        "1,a@example.com,A,Narnia",
        "2,b@example.com,B,Narnia",
        "3,c@example.com,C,XX",
        "4,d@example.com,D,Deutschland",
    )
    run = stage(*rows, header=header)
    assert (tally(run), run.is_blocked, run.count("bad_rows")) == ({"new": 4}, False, 0)
    assert [(problem["line"], problem["kind"], problem["severity"]) for problem in run.problems] == [
        (2, "unknown_country", "warning"),
        (4, "unknown_country", "warning"),
    ]


def dates(*starts: str) -> bytes:
    rows = (f"{n},p{n}@example.com,P,{day}" for n, day in enumerate(starts, 1))
    return "\n".join(["employee_id,email,name,start_date", *rows, ""]).encode()


@pytest.mark.parametrize("separator", ["/", "-"])
def test_a_column_of_dates_that_begin_with_the_month_is_refused_as_a_whole(app, separator):
    starts = [day.replace("/", separator) for day in ("03/04/2020", "5/6/2021", "12/31/2020")]
    with pytest.raises(UnreadableFile, match=r"under “start_date” begin with the month, such as “12.31.2020”"):
        stage(data=dates(*starts), skip_bad=True)


@pytest.mark.parametrize(
    ("starts", "kinds"),
    [
        (["03/04/2020", "31/12/2020"], []),
        (["03/04/2020", "31/12/2020", "12/31/2020"], [ProblemKind.BAD_DATE]),
        (["3/3/2020", "12/31/2020"], [ProblemKind.BAD_DATE]),
        (["2020-04-03", "03/04/2020"], []),
    ],
)
def test_a_column_that_is_day_first_is_read_so(starts, kinds):
    file = read_file(dates(*starts), "people.csv")
    assert [problem.kind for problem in file.problems] == kinds
    assert "2020-04-03" not in starts or [row.start_on for row in file.rows] == [date(2020, 4, 3)] * 2


def workbook(fill: Callable[[Any], None]) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["employee_id", "email", "name", "department", "location"])
    for number in (1, 2, 3):
        sheet.write_row(number, 0, [str(number), f"p{number}@example.com", f"Person {number}"])
    fill(sheet)
    book.close()
    return held.getvalue()


def test_a_value_merged_over_rows_is_that_of_each():
    file = read_file(workbook(lambda sheet: sheet.merge_range(1, 3, 2, 3, "Sales")), "people.xlsx")
    assert ([row.department for row in file.rows], file.problems) == (["Sales", "Sales", ""], [])


def test_a_value_merged_sideways_is_refused_with_its_cause():
    file = read_file(workbook(lambda sheet: sheet.merge_range(1, 3, 2, 4, "Sales")), "people.xlsx")
    assert [row.department for row in file.rows] == [""]
    assert [problem.line for problem in file.problems] == [2, 3]
    assert "under “location” is merged with the one beside it" in file.problems[0].sentence


def test_a_formula_without_a_kept_value_is_refused_with_its_cause():
    def fill(sheet: Any) -> None:
        sheet.write_formula(1, 3, '="Sales"', None, "")
        sheet.write_formula(2, 3, '="Sales"', None, "Sales")
        sheet.write_formula(3, 3, "=1+1", None, 2)

    file = read_file(workbook(fill), "people.xlsx")
    assert [row.department for row in file.rows] == ["Sales", "2"]
    assert [(problem.line, problem.kind) for problem in file.problems] == [(2, ProblemKind.FORMULA_ERROR)]
    assert "has no value kept in the file" in file.problems[0].sentence


@pytest.mark.parametrize(
    ("value", "form", "seen"),
    [
        (102, "00000", "00102"), (102, "[$-407]00000", "00102"), (102, "00000;[Red]-00000", "00102"), (7, '"P-"0000', "P-0007"), (123456, "00000", "123456"),
        (12345678, "000-000", "12345-678"), (12, r"000\-000", "000-012"), (0, "000", "000"), (102, "0", "102"), (102, "General", "102"),
        (102, "0.00", "102"), (102, "#,##0", "102"), (102, "0000.0", "102"), (102.5, "00000", "102.5"), ("102", "00000", "102"), (102, "[<=999]000;00000", "102"),
    ],
)  # fmt: skip
def test_a_number_that_is_shown_with_leading_zeros_is_read_so(value, form, seen):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": form})
        sheet.write_row(1, 1, ["email", "employee_id", "name", "manager_id"])
        sheet.write_row(2, 1, ["a@example.com", "", "A"])
        sheet.write(2, 2, value, style)
        sheet.write_row(3, 1, ["b@example.com", 102, "B"])
        sheet.write(3, 4, value, style)
    file = read_file(made.getvalue(), "people.xlsx")
    assert [(row.employee_id, row.manager.value if row.manager else "") for row in file.rows] == [
        (seen, ""),
        ("102", seen),
    ]
