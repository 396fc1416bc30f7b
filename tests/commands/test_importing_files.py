"""`flask people import`: what it prints, what it refuses with line and reason, and that a refusal writes nothing."""

from pathlib import Path

import pytest
from commands.shell import Shell
from intake.companies import ADA, BEN, CY, DEE, csv_of
from intake.hr_files import make_archive, make_hr_file, make_workbook

PEOPLE = "SELECT employee_id, email, left_at IS NULL FROM person ORDER BY employee_id"


def put(shell: Shell, data: bytes, name: str = "people.csv") -> Path:
    file = shell.folder / name
    file.write_bytes(data)
    return file


def bring_in(shell: Shell, *rows: str, options: tuple[str, ...] = ()) -> list[str]:
    ended = shell.flask("people", "import", put(shell, csv_of(*rows)), *options)
    assert (ended.code, ended.err) == (0, "")
    return ended.out.splitlines()


def test_a_file_is_imported_and_its_counts_are_printed(shell: Shell) -> None:
    said = bring_in(shell, ADA, BEN, CY, DEE)
    assert said == [
        "4 rows read", "4 new", "0 changed", "0 unchanged", "0 returned", "0 left", "0 rejected",
        "New department: Finance", "New department: Operations", "New department: Operations/Claims", "Applied.",
    ]  # fmt: skip
    assert len(shell.rows(PEOPLE)) == 4
    moved = BEN.replace("Operations/Claims", "Finance")
    said = bring_in(shell, ADA, moved, CY, "5,eva@example.com,Eva,Lu,Finance,,", options=("--confirm-leavers",))
    assert said[:7] == [
        "4 rows read", "1 new", "1 changed (1 to another department)", "2 unchanged", "0 returned", "1 left", "0 rejected",
    ]  # fmt: skip
    assert ("4", "dee@example.com", 0) in shell.rows(PEOPLE)
    assert bring_in(shell, ADA, moved, CY, "5,eva@example.com,Eva,Lu,Finance,,")[-1] == (
        "The directory says so already. Nothing changed."
    )


def test_a_workbook_is_read_like_a_file_of_text(shell: Shell) -> None:
    rows = [line.split(",") for line in csv_of(ADA, BEN).decode().splitlines()]
    ended = shell.flask("people", "import", put(shell, make_workbook(rows), "people.xlsx"))
    assert (ended.code, ended.err, len(shell.rows(PEOPLE))) == (0, "", 2)


def test_a_dry_run_says_the_same_and_writes_nothing(shell: Shell) -> None:
    before = shell.contents()
    said = bring_in(shell, ADA, BEN, options=("--dry-run",))
    assert (said[1], said[-1]) == ("2 new", "Nothing has changed. This is what would.")
    assert shell.contents() == before


@pytest.mark.parametrize(
    ("rows", "options", "why", "remedy"),
    [
        ((ADA, "5,eva at home,Eva,Lu,,,"), ("--partial",), "1 row has errors. ", ("--skip-bad",)),
        (("5,eva at home,Eva,Lu,,,",), (), "1 row has errors. ", ("--skip-bad", "--partial")),
        ((ADA, BEN, CY), (), "1 of 4 people is missing from this file, more than 10 %. ", ("--confirm-leavers",)),
        ((ADA, BEN, CY), (), "1 of 4 people is missing from this file, more than 10 %. ", ("--partial",)),
    ],
    ids=["bad row", "only bad rows", "leavers confirmed", "leavers kept"],
)
def test_a_dry_run_says_what_would_be_refused_and_ends_as_the_real_run_would(
    shell: Shell, rows: tuple[str, ...], options: tuple[str, ...], why: str, remedy: tuple[str, ...]
) -> None:
    bring_in(shell, ADA, BEN, CY, DEE)
    before, file = shell.contents(), put(shell, csv_of(*rows))
    rehearsed = shell.flask("people", "import", file, "--dry-run", *options)
    assert rehearsed.refusal.startswith(f"Without --dry-run this would be refused: {why}")
    assert remedy[0] in rehearsed.refusal
    assert rehearsed.out.splitlines()[-1] == "Nothing has changed."
    real = shell.flask("people", "import", file, *options)
    assert real.refusal == rehearsed.refusal.replace("Without --dry-run this would be refused", "Nothing was imported")
    assert (rehearsed.code, real.code) == (2, 2)
    assert shell.contents() == before
    assert shell.flask("people", "import", file, "--dry-run", *options, *remedy).code == 0


BOMB = {
    "[Content_Types].xml": b"<Types/>",
    "xl/workbook.xml": b"<workbook/>",
    "xl/worksheets/sheet1.xml": b"0" * 300_000_000,
}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("people.csv", b"%PDF-1.7\n" + make_hr_file(3), "PDF"),
        ("people.csv", b"", "empty"),
        ("people.csv", b"employee_id,email,name\n1,ada@example.com,Ad\x81\x8da\n", "encoding"),
        ("people.csv", b"Who,Where\nAda,London\n", "There is no column for the e-mail address"),
        ("people.xlsx", make_archive(BOMB), "workbook"),
        ("people.xlsx", make_archive({"letter.txt": b"Dear Ada"}), "workbook"),
    ],
    ids=["PDF", "empty", "encoding", "columns", "zip bomb", "archive"],
)
def test_what_is_no_hr_file_is_refused_as_a_whole(shell: Shell, name: str, data: bytes, words: str) -> None:
    bring_in(shell, ADA, BEN)
    before = shell.contents()
    ended = shell.flask("people", "import", put(shell, data, name))
    assert words in ended.refusal
    assert ended.out == ""
    assert shell.contents() == before


def test_a_file_that_is_not_there_is_named(shell: Shell) -> None:
    missing = shell.folder / "nowhere.csv"
    assert shell.flask("people", "import", missing).refusal == f"{missing} can’t be read: No such file or directory."
    assert shell.flask("people", "import", shell.folder).refusal == f"{shell.folder} can’t be read: Is a directory."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"3,cy@example.com,Cy,{'x' * 131_073},,,", "Line 4: "),
        ("3,ben@example.com,Cy,Fect,,,", "Line 4: "),
        ("3,cy at home,Cy,Fect,,,", "Line 4: "),
        ("3,cy@example.com,Cy,Fect,,,wizard", "Line 4: "),
        ("3,,Cy,Fect,,,", "Line 4: "),
    ],
    ids=["131,073 characters", "same address", "no address", "unknown role", "empty address"],
)
def test_a_bad_row_is_named_by_line_and_stops_the_file(shell: Shell, row: str, reason: str) -> None:
    before = shell.contents()
    ended = shell.flask("people", "import", put(shell, csv_of(ADA, BEN, row)))
    assert ended.refusal.startswith("Nothing was imported: ")
    assert ended.refusal.endswith("Correct the file, or import the good rows with --skip-bad.")
    assert any(line.startswith(reason) for line in ended.out.splitlines()), ended.out[-500:]
    assert shell.contents() == before


def test_an_unknown_time_zone_and_a_circle_of_managers_are_named(shell: Shell) -> None:
    header = "employee_id,email,name,manager_email,timezone"
    rows = (
        "1,ada@example.com,Ada,ben@example.com,",
        "2,ben@example.com,Ben,ada@example.com,",
        "3,cy@example.com,Cy,,Mars/Olympus",
    )
    before = shell.contents()
    ended = shell.flask("people", "import", put(shell, csv_of(*rows, header=header)))
    assert ended.refusal.startswith("Nothing was imported: 3 rows have errors.")
    said = [line for line in ended.out.splitlines() if line.startswith("Line ")]
    assert said[0] == (
        "Line 2: The reporting line runs in a circle: Ada (line 2) reports to Ben (line 3) reports to Ada. "
        "Correct the manager of one of them."
    )
    assert said[1].startswith("Line 4: ")
    assert "Mars/Olympus" in said[1]
    assert shell.contents() == before


def test_good_rows_alone_come_in_when_asked_to(shell: Shell) -> None:
    said = bring_in(shell, ADA, "2,ben at home,Ben,Bitdiddle,,,", CY, options=("--skip-bad",))
    assert (said[0], said[1], said[6], said[-1]) == ("3 rows read", "2 new", "1 rejected", "Applied.")
    assert [row[0] for row in shell.rows(PEOPLE)] == ["1", "3"]


def test_one_row_is_counted_as_one(shell: Shell) -> None:
    assert bring_in(shell, ADA)[:2] == ["1 row read", "1 new"]


def test_an_unknown_mapping_is_answered_with_the_saved_ones(shell: Shell) -> None:
    refusal = shell.flask("people", "import", put(shell, csv_of(ADA)), "--map", "Old HR").refusal
    assert refusal == "There is no saved mapping “Old HR”. Saved mappings: none."


def test_many_leavers_are_asked_about(shell: Shell) -> None:
    bring_in(shell, ADA, BEN, CY, DEE)
    before = shell.contents()
    ended = shell.flask("people", "import", put(shell, csv_of(ADA, BEN, CY)))
    assert ended.refusal == (
        "Nothing was imported: 1 of 4 people is missing from this file, more than 10 %. "
        "If it does list everybody, use --confirm-leavers; if not, --partial."
    )
    assert shell.contents() == before
    assert (
        bring_in(shell, ADA, BEN, CY, options=("--partial",))[-1] == "The directory says so already. Nothing changed."
    )
    assert bring_in(shell, ADA, BEN, CY, options=("--confirm-leavers",))[-1] == "Applied."
    assert ("4", "dee@example.com", 0) in shell.rows(PEOPLE)
