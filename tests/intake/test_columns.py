"""Headers of real HR exports and the fields they are taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake.whole_files import read_file

from engagement.intake.reading.rules.columns import field_of, guess_mapping
from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import ProblemKind

F = Field


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "Employee ID|Legal First Name|Legal Last Name|Work Email|Business Title|Supervisory Organization|"
            "Manager ID|Location|Hire Date|Termination Date",
            [
                F.EMPLOYEE_ID, F.FIRST_NAME, F.LAST_NAME, F.EMAIL, F.JOB_TITLE, F.DEPARTMENT,
                F.MANAGER_ID, F.LOCATION, F.START_DATE, F.END_DATE,
            ],
        ),
        (
            "Personalnummer|Nachname|Vorname|E-Mail-Adresse|Stellenbezeichnung|Abteilung|E-Mail Vorgesetzter|"
            "Standort|Land|Zeitzone|Sprache|Eintrittsdatum|Austrittsdatum|Schulungsrolle",
            [
                F.EMPLOYEE_ID, F.LAST_NAME, F.FIRST_NAME, F.EMAIL, F.JOB_TITLE, F.DEPARTMENT, F.MANAGER_EMAIL,
                F.LOCATION, F.COUNTRY, F.TIMEZONE, F.LANGUAGE, F.START_DATE, F.END_DATE, F.TRAINING_ROLE,
            ],
        ),
        (
            "Matricule|Nom de famille|PRÉNOM|Courriel|Poste|Service|Date d’embauche",
            [F.EMPLOYEE_ID, F.LAST_NAME, F.FIRST_NAME, F.EMAIL, F.JOB_TITLE, F.DEPARTMENT, F.START_DATE],
        ),
        (
            " e_mail *|Full-Name|START DATE (dd.mm.yyyy)|(Country)|Manager (e-mail)|Favourite colour|",
            [F.EMAIL, F.NAME, F.START_DATE, F.COUNTRY, F.MANAGER_EMAIL, None, None],
        ),
        ("氏名|メールアドレス|部署|役職", [F.NAME, F.EMAIL, F.DEPARTMENT, F.JOB_TITLE]),
    ],
    ids=["Workday", "German", "French", "signs and remarks", "Japanese"],
)  # fmt: skip
def test_headers_of_real_exports_are_understood(header: str, fields: list[Field | None]) -> None:
    assert [field_of(name) for name in header.split("|")] == fields


@given(st.permutations([field.value for field in Field]), st.sampled_from([str.upper, str.title, str.lower]))
def test_order_case_and_separators_do_not_matter(names: list[str], cased: type[str]) -> None:
    header = [cased(name).replace("_", sign) for name, sign in zip(names, "_ -._ -._ -._ -._", strict=True)]
    assert guess_mapping(header) == {Field(name): index for index, name in enumerate(names)}


@given(st.lists(st.text(max_size=20), max_size=10))
def test_any_header_gives_columns_that_exist(header: list[str]) -> None:
    assert set(guess_mapping(header).values()) <= set(range(len(header)))


def test_plain_name_wins_over_a_loose_one_beside_it() -> None:
    header = ["Team", "Department", "Title", "Job title", "City", "Location", "UPN", "Email", "Employee", "Full name"]
    assert guess_mapping(header) == {F.DEPARTMENT: 1, F.JOB_TITLE: 3, F.LOCATION: 5, F.EMAIL: 7, F.NAME: 9}
    assert guess_mapping(["Team", "UPN"]) == {F.DEPARTMENT: 0, F.EMAIL: 1}


def test_two_columns_for_one_field_stop_the_file_and_are_both_named() -> None:
    file = read_file(b"Work Email,Name,E-Mail\na@example.com,Ada,b@example.com\n", "people.csv")
    assert [(problem.kind, problem.sentence) for problem in file.problems] == [
        (
            ProblemKind.RIVAL_COLUMNS,
            "The columns “Work Email”, “E-Mail” all say the e-mail address. "
            "Remove or rename all but one, or choose the column yourself.",
        )
    ]
    assert (file.rows, file.is_usable) == ([], False)


def test_missing_columns_are_named_beside_those_found() -> None:
    file = read_file(b"Colour;Size\nred;2\n", "things.csv")
    assert [problem.sentence for problem in file.problems] == [
        "There is no column for the e-mail address (email) and none for the name (first_name and last_name, or name). "
        "The headers on line 1 are: “Colour”, “Size”. Put the header names in the first row, or choose the columns yourself."
    ]
    assert (file.header, file.is_usable) == (["Colour", "Size"], False)


def test_saved_mapping_takes_the_place_of_the_guess() -> None:
    data = b"Kontakt,Wer,Email,Country\nADA@example.com,Ada,private@example.com,de\n"
    file = read_file(data, "people.csv", {"email": "kontakt ", "name": "Wer"})
    assert [(row.email, row.display_name, row.country) for row in file.rows] == [("ada@example.com", "Ada", "")]
    assert file.header_names == {F.EMAIL: "Kontakt", F.NAME: "Wer"}
    assert file.guess == {F.EMAIL: 2, F.COUNTRY: 3}


def test_saved_mapping_settles_rival_columns() -> None:
    data = b"Work Email,Name,E-Mail\na@example.com,Ada,b@example.com\n"
    file = read_file(data, "people.csv", {"email": "E-Mail", "name": "Name"})
    assert [row.email for row in file.rows] == ["b@example.com"]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (
            {"email": "Mailbox", "name": "Name"},
            "The saved mapping takes the e-mail address from a column “Mailbox”, which is not in this file. "
            "The headers on line 1 are: “Email”, “Name”. Choose the columns again and save the mapping.",
        ),
        (
            {"email": "Mailbox", "name": "Name", "country": "Land", "location": "City"},
            "The saved mapping takes the e-mail address from a column “Mailbox”, the country from a column “Land” and the "
            "location from a column “City”, which are not in this file. "
            "The headers on line 1 are: “Email”, “Name”. Choose the columns again and save the mapping.",
        ),
        (
            {"email": "Email", "name": "Name", "shoe_size": "Name"},
            "The saved mapping names a field “shoe_size” that does not exist. "
            "Choose the columns again and save the mapping.",
        ),
    ],
)
def test_saved_mapping_that_does_not_fit_says_why(mapping: dict[str, str], sentence: str) -> None:
    file = read_file(b"Email,Name\na@example.com,Ada\n", "people.csv", mapping)
    assert [(problem.kind, problem.sentence) for problem in file.problems] == [(ProblemKind.BAD_MAPPING, sentence)]
    assert file.rows == []
