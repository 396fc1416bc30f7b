"""HR files as bytes: encodings, delimiters, line numbers, limits, and forty defects found where they are."""

from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import Problem, ProblemKind, UnreadableFile
from engagement.intake.reading.rules.rows import RowReader
from tests.intake.hr_files import (
    DEFECTS,
    FILE_DEFECTS,
    HEADER,
    ROW_DEFECTS,
    Defect,
    make_archive,
    make_hr_file,
    make_people,
    make_workbook,
    moved,
)
from tests.intake.whole_files import WholeFile, problems_of, read_file, refusal, some

SIMPLE = "email,name\nada@example.com,Ada Lovelace\n"


def places(problems: list[Problem]) -> set[tuple[int | None, ProblemKind]]:
    return {(problem.line, problem.kind) for problem in problems}


def test_sound_file_gives_every_person_as_written() -> None:
    file = read_file(make_hr_file(300, seed=7), "people.csv")
    people = make_people(300, seed=7)
    assert file.problems == []
    assert file.checked() == ((), ())
    assert [
        (row.line, row.employee_id, row.email, row.first_name, row.last_name, row.department) for row in file.rows
    ] == [
        (line, p["employee_id"], p["email"], p["first_name"], p["last_name"], p["department"])
        for line, p in enumerate(people, 2)
    ]
    assert file.header == HEADER
    assert file.guess == {Field(name): index for index, name in enumerate(HEADER)}


def test_there_are_forty_defects() -> None:
    assert len(DEFECTS) == 40
    assert {d.name for d in DEFECTS if places(problems_of(make_hr_file(100))) & {(d.line, d.kind)}} == set()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_defect_alone_is_the_only_problem_and_names_its_line(defect: Defect) -> None:
    problems = problems_of(make_hr_file(100, defects=[defect]))
    # a row that is malformed, or whose person it is unclear, cannot be found as a manager by others
    errors = [problem for problem in problems if problem.kind is not ProblemKind.UNKNOWN_MANAGER]
    found = errors or problems
    assert [(problem.line, problem.kind) for problem in found] == [(defect.line, defect.kind)]
    assert found[0].is_fatal == (defect in FILE_DEFECTS)
    if defect.line and defect not in FILE_DEFECTS:
        assert found[0].sentence.startswith(f"Line {defect.line}: ")


def test_all_row_defects_together_are_found_and_nothing_else() -> None:
    file = read_file(make_hr_file(120, defects=ROW_DEFECTS), "people.csv")
    roster = file.checked()
    assert places([*file.problems, *roster.problems]) == {(moved(defect.line), defect.kind) for defect in ROW_DEFECTS}
    assert len(file.problems) + len(roster.problems) == len(ROW_DEFECTS)
    assert [problem.line for problem in file.problems] == sorted(problem.line or 0 for problem in file.problems)
    assert [(manager.manager.value, manager.lines) for manager in roster.unresolved_managers] == [
        ("stranger@example.com", (52,))
    ]


def test_sentence_says_what_is_wrong_and_what_to_do() -> None:
    problems = problems_of(b"email,name,timezone\nada@example.com,Ada Lovelace,Mars/Olympus\n")
    assert [problem.sentence for problem in problems] == [
        "Line 2: “Mars/Olympus” is not a time zone. Use a name such as Europe/London, or leave it empty."
    ]
    assert problems[0].column == "timezone"


@pytest.mark.parametrize(
    ("codec", "mark", "kind"),
    [
        ("utf-8", b"", "UTF-8, semicolons"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8, semicolons"),
        ("utf-16-le", b"\xff\xfe", "UTF-16, semicolons"),
        ("utf-16-be", b"\xfe\xff", "UTF-16, semicolons"),
        ("utf-16-le", b"", "UTF-16, semicolons"),
        ("utf-16-be", b"", "UTF-16, semicolons"),
        ("cp1252", b"", "Windows-1252, semicolons"),
    ],
)
def test_encoding_is_found(codec: str, mark: bytes, kind: str) -> None:
    text = "E-Mail;Vorname;Nachname\r\njg@example.com;Jürgen;Größler – O’Neill\r\n"
    file = read_file(mark + text.encode(codec), "leute.csv")
    assert (file.kind, [row.display_name for row in file.rows]) == (kind, ["Jürgen Größler – O’Neill"])


@pytest.mark.parametrize("codec", ["cp1251", "gb18030", "shift-jis", "iso8859-7"])
def test_other_alphabets_in_old_encodings_are_refused_not_garbled(codec: str) -> None:
    names = {"cp1251": "Олена Шевченко", "gb18030": "张伟明", "shift-jis": "山田太郎", "iso8859-7": "Ελένη Παππάς"}
    problem = refusal(f"email,name\nada@example.com,Ada\nbo@example.com,{names[codec]}\n".encode(codec))
    assert (problem.kind, problem.line) == (ProblemKind.WRONG_ENCODING, 3)


def test_one_broken_letter_in_utf8_is_named_rather_than_garbling_all() -> None:
    data = "email,name\na@example.com,Zoë Brontë\nb@example.com,Łukasz\n".encode() + b"c@example.com,J\xfcrgen\n"
    assert (refusal(data).kind, refusal(data).line) == (ProblemKind.WRONG_ENCODING, 4)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("announced", [False, True])
def test_delimiter_is_found(delimiter: str, announced: bool) -> None:
    text = SIMPLE.replace(",", delimiter).replace("Ada Lovelace", '"Lovelace, Ada; née Byron | x"')
    file = read_file((f"sep={delimiter}\n" * announced + text).encode(), "people.txt")
    assert [(row.line, row.display_name) for row in file.rows] == [(2 + announced, "Lovelace, Ada; née Byron | x")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_is_the_physical_one_on_which_the_row_starts(ending: str) -> None:
    lines = ["", "email,name,job title", 'a@example.com,A,"Head of', "", 'claims"', "", "b@example.com,B,Clerk"]
    file = read_file(ending.join(lines).encode(), "people.csv")
    assert file.header_line == 2
    assert [(row.line, row.job_title) for row in file.rows] == [(3, "Head of claims"), (7, "Clerk")]


def test_short_rows_are_padded_and_a_delimiter_at_every_end_is_forgiven() -> None:
    file = read_file(
        b"email,name,country\na@example.com,A,de,\nb@example.com,B\nc@example.com,C,Narnia,\n", "people.csv"
    )
    assert [problem.kind for problem in file.problems] == [ProblemKind.UNKNOWN_COUNTRY]
    assert [row.country for row in file.rows] == ["DE", "", "Narnia"]


def test_dates_in_all_their_ways() -> None:
    days = ["2026-12-31", "31.12.2026", "31/12/2026", "31-12-2026", "2026-12-31T00:00:00", "2026-12-31 00:00:00"]
    rows = "".join(f"p{number}@example.com,P,{day}\n" for number, day in enumerate([*days, "9999-12-31", ""]))
    file = read_file(f"email,name,end date\n{rows}".encode(), "people.csv")
    assert [row.end_on for row in file.rows] == [date(2026, 12, 31)] * 6 + [None, None]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7\n", "This is a PDF. Save the list as .xlsx or .csv and try again."),
        (b"\x89PNG\r\n\x1a\n\0\0", "This is an image. Save the list as .xlsx or .csv and try again."),
        (b"\xff\xd8\xff\xe0", "This is an image. Save the list as .xlsx or .csv and try again."),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>", "This is a web page. Save the list as .xlsx or .csv and try again."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "This is a workbook in the old .xls form, or another Office file. "
            "Save the list as .xlsx or .csv and try again.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "This is a workbook protected with a password. Save the list as .xlsx or .csv and try again.",
        ),
        (
            make_archive({"word/document.xml": b"<w/>"}),
            "This archive is not an Excel workbook. Save the list as .xlsx or .csv and try again.",
        ),
        (b"", "The file is empty. Choose a file with a header row and one row a person."),
        (b"\xff\xfe", "The file is empty. Choose a file with a header row and one row a person."),
        (
            b"PK\x03\x04 and then nothing",
            "The workbook is damaged and cannot be opened. "
            "Open it in Excel, save it again as .xlsx, and try once more.",
        ),
        (make_workbook([]), "The workbook has no visible sheet with anything in it. Choose another file."),
        (b'"email"x,name\na@example.com,A\n', "Line 1: There is text after a closing quotation mark. "
         "Write quotation marks inside a cell twice."),
    ],
)  # fmt: skip
def test_wrong_kind_of_file_is_said_in_one_sentence(data: bytes, sentence: str) -> None:
    assert refusal(data).sentence == sentence


def test_size_is_limited_for_bytes_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(SIMPLE.encode())
    assert len(read_file(path, path.name).rows) == 1
    for source in (path, SIMPLE.encode()):
        with pytest.raises(UnreadableFile) as caught:
            read_file(source, path.name, most_bytes=len(SIMPLE) - 1)
        assert caught.value.problem.kind is ProblemKind.FILE_TOO_LARGE


def test_number_of_rows_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engagement.intake.reading.queries.files.MOST_PEOPLE", 99)
    assert len(read_file(make_hr_file(99), "people.csv").rows) == 99
    assert refusal(make_hr_file(100)).kind is ProblemKind.TOO_MANY_ROWS


@given(st.binary(max_size=400))
def test_random_bytes_never_crash(data: bytes) -> None:
    for beginning in (b"", b"email,name\n", b"\xff\xfe"):
        assert isinstance(problems_of(beginning + data), list)


@some
@given(st.lists(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=50), min_size=1, max_size=20))
def test_names_in_any_script_survive(names: list[str]) -> None:
    file = read_with_names(names)
    from_workbook = read_file(
        make_workbook([["email", "last_name"], *([f"p{n}@example.com", name] for n, name in enumerate(names))]),
        "people.xlsx",
    )
    assert [row.last_name for row in file.rows] == [normalize("NFC", name) for name in names]
    assert [row.last_name for row in from_workbook.rows] == [row.last_name for row in file.rows]


def read_with_names(names: list[str]) -> WholeFile:
    rows = "".join(f"p{number}@example.com,{name}\n" for number, name in enumerate(names))
    return read_file(f"email,last_name\n{rows}".encode(), "people.csv")


@given(st.text(max_size=60))
def test_no_name_that_is_accepted_holds_a_line_break_or_control_character(name: str) -> None:
    quoted = name.replace('"', '""').encode("utf-8", "surrogatepass")
    try:
        file = read_file(b'email,name\np@example.com,"' + quoted + b'"\n', "people.csv")
    except UnreadableFile:
        return
    for row in file.rows:
        assert len(row.display_name.splitlines()) == 1
        assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in row.display_name)


WORDS = st.sampled_from(
    [
        *(
            "",
            " ",
            "Ada",
            "ada@example.com",
            "Ünal",
            "e\u0301",
            "\ufeff7",
            "a\nb",
            "31.12.2026",
            "2020-01-01",
            "soon",
            "GB",
        ),
        *(
            "user;builder",
            "Europe/London",
            "a  b",
            "क्\u200dष",
            "x" * 101,
            "x" * 201,
            "A/B",
            "pt-br",
            "\x1f",
            "\ufffd",
            "@",
        ),
    ]
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=len(Field) + 2), min_size=1, max_size=8))
def test_what_a_row_says_does_not_hang_on_the_rows_before_it(rows: list[list[str]]) -> None:
    columns = {field: place for place, field in enumerate(Field)}
    reader = RowReader(columns, list(Field))
    alone = [RowReader(columns, list(Field)).read(line, cells) for line, cells in enumerate(rows, 2)]
    assert [reader.read(line, cells) for line, cells in enumerate(rows, 2)] == alone


def test_the_apostrophe_before_what_would_be_calculated_is_taken_off() -> None:
    """One apostrophe is: a text that begins so itself is written with another.

    With a row that is read by itself, because of its two blanks and its hidden sign, beside one that is not.
    """
    names = {"'=cmd() Zed": "=cmd() Zed", "'+Plus": "+Plus", "'-Minus": "-Minus", "'@At": "@At", "'＝Wide": "＝Wide"}
    kept = {"O'Brien": "O'Brien", "'t Hooft": "'t Hooft", "''=Two": "'=Two"}
    odd = {"'=\u200bOdd  One": "=Odd One"}
    wanted = names | kept | odd
    rows = [f"p{n}@example.com,Ann,{name},'+49 Works" for n, name in enumerate(wanted)]
    file = read_file("\n".join(["email,first_name,last_name,location", *rows]).encode(), "people.csv")
    assert [row.last_name for row in file.rows] == list(wanted.values())
    assert {row.location for row in file.rows} == {"+49 Works"}
