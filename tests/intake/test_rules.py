"""What single cells, names and whole rosters of an HR file mean."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from intake.whole_files import read_file

from engagement.intake.reading.queries.workbook_child import written
from engagement.intake.reading.rules.cells import (
    Refused,
    read_address,
    read_country,
    read_date,
    read_department,
    read_language,
    read_roles,
    read_timezone,
)
from engagement.intake.reading.rules.fields import ManagerKey, ManagerRef
from engagement.intake.reading.rules.names import name_from, split_name
from engagement.intake.reading.rules.problems import Problem, ProblemKind, Severity, lines_at_fault, shown
from engagement.intake.reading.rules.roster import RosterLine, check_rows
from engagement.people.rules import TrainingRole


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("Ada.Lovelace+news@EXAMPLE.com", "ada.lovelace+news@example.com"),
        ("o'brien@intranet.local", "o'brien@intranet.local"),
        ("a@b.test", "a@b.test"),
        ("ada@Bücher.example", "ada@bücher.example"),
        ("\u200bada@example.com\ufeff", "ada@example.com"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_address_is_read(text: str, address: str) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "ada", "@example.com", "ada@", "ada@example", "a@b@example.com", "ada..l@example.com", ".ada@example.com",
        "adä@example.com", "ada@-x.example", "ada@x_y.example", "a,b@example.com", "mailto:ada@example.com",
        "x" * 65 + "@example.com", "ada@example.com.", "ada@exa mple.com", "ada@" + "ü" * 64 + ".example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        read_address(text)
    assert caught.value.kind is ProblemKind.INVALID_EMAIL


@given(st.text(max_size=80) | st.from_regex(r"[^@]{0,9}@[^@]{0,9}\.\w+"))
@example("0@0.\U0001019d")  # a sign that nobody assigned yet, which IDNA takes
def test_accepted_address_is_one_safe_word(text: str) -> None:
    try:
        address = read_address(text)
    except Refused:
        return
    assert address.count("@") == (1 if address else 0)
    assert address.split() == ([address] if address else [])
    assert address.isprintable()


def test_department_is_a_path_without_loose_ends() -> None:
    assert read_department(" Operations /  Claims   North// ") == "Operations/Claims North"
    assert read_department("/".join("ABCDEFGHIJKL")) == "A/B/C/D/E/F/G/H/I/J/K/L"
    assert read_department(" / ") == ""


def test_department_level_has_room_for_two_hundred_characters() -> None:
    assert read_department("x" * 200 + "/y") == "x" * 200 + "/y"
    with pytest.raises(Refused):
        read_department("y/" + "x" * 201)


def test_country_language_and_zone_take_their_usual_spelling() -> None:
    assert [read_country(text) for text in ("de", "Narnia", "D", "ÄÖ")] == ["DE", "Narnia", "D", "ÄÖ"]
    assert [read_language(text) for text in ("DE", "pt_br", "zh-hant-tw", "es-419", "")] == [
        "de", "pt-BR", "zh-Hant-TW", "es-419", "",
    ]  # fmt: skip
    assert [read_timezone(text) for text in ("europe/london", "America/New York", "utc", "")] == [
        "Europe/London", "America/New_York", "UTC", "",
    ]  # fmt: skip


def test_roles_are_a_set() -> None:
    assert read_roles(" User; builder;;USER") == {TrainingRole.USER, TrainingRole.BUILDER}
    assert read_roles("") == frozenset()


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_in_each_way(day: date) -> None:
    ways = [day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}/{day.month}/{day.year}"]
    assert [read_date(way) for way in ways] == [day] * 3


@pytest.mark.parametrize(
    "text", ["1.2/2026", "01.02.26", "2026-1-5", "46022", "0001-01-01", "٢٠٢٦-٠١-٠١", "2026-01-01T08:00"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        read_date(text)
    assert caught.value.kind is ProblemKind.BAD_DATE


def test_cells_of_a_workbook_are_written_as_seen() -> None:
    values = [1001.0, 12345678901.0, 0.5, True, 7, None, date(2026, 12, 31), "0012"]
    assert [written(value) for value in values] == [
        "1001", "12345678901", "0.5", "TRUE", "7", "", "2026-12-31", "0012",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("Lovelace, Ada", "Ada", "Lovelace"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("José María de la Cruz", "José María", "de la Cruz"),
        ("Martin Luther King, Jr.", "Martin Luther", "King, Jr."),
        ("Robert Downey Jr.", "Robert", "Downey Jr."),
        ("山田 太郎", "太郎", "山田"),
        ("김 민준", "민준", "김"),
        ("王小明", "王小明", ""),
        ("Суад Ахмед", "Суад", "Ахмед"),
        ("Pelé", "Pelé", ""),
        ("Van Morrison", "Van", "Morrison"),
        (",", ",", ""),
    ],
)
def test_full_name_falls_into_two(full: str, first: str, last: str) -> None:
    assert split_name(full) == (first, last)
    assert name_from("", "", full) == (first, last, full)


@given(
    st.text(st.characters(categories=["L"]), min_size=1), st.lists(st.text(st.characters(categories=["L"]), min_size=1))
)
def test_no_word_of_a_name_is_lost(word: str, words: list[str]) -> None:
    first, last = split_name(" ".join([word, *words]))
    assert sorted(f"{first} {last}".split()) == sorted([word, *words])


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (("Ada", "Lovelace", ""), ("Ada", "Lovelace", "Ada Lovelace")),
        (("Ada", "Lovelace", "Countess Ada"), ("Ada", "Lovelace", "Countess Ada")),
        (("Ada", "", "Lovelace"), ("Ada", "Lovelace", "Ada Lovelace")),
        (("Ada", "", "Lovelace, Ada"), ("Ada", "Lovelace", "Lovelace, Ada")),
        (("Ann", "", "Hannover"), ("Ann", "Hannover", "Ann Hannover")),
        (("Ada", "", ""), ("Ada", "", "Ada")),
        (("", "Lovelace", ""), ("", "Lovelace", "Lovelace")),
        (("Ada", "", "Ada"), ("Ada", "", "Ada")),
        (("", "", ""), ("", "", "")),
    ],
)
def test_three_name_columns_give_one_name(columns: tuple[str, str, str], name: tuple[str, str, str]) -> None:
    assert name_from(*columns) == name


def person(line: int, manager: int | str | None = None, **said: str) -> RosterLine:
    """Person n on line n, whose manager is the person on another line, or an address."""
    boss = f"p{manager}@example.com" if isinstance(manager, int) else manager
    manager_ref = ManagerRef(ManagerKey.EMAIL, boss) if boss else None
    row = RosterLine(line, f"E{line}", f"p{line}@example.com", f"P {line}", manager_ref)
    return row._replace(**said)  # type: ignore[arg-type]


def test_duplicates_name_both_lines() -> None:
    check = check_rows([person(2), person(3), person(9, email="p2@example.com", employee_id="E3")], {})
    assert [(problem.line, problem.lines, problem.sentence) for problem in check.problems] == [
        (9, (2, 9), "Line 9: The address “p2@example.com” already stands on line 2. Keep one of the two rows."),
        (9, (3, 9), "Line 9: The employee number “E3” already stands on line 3. Keep one of the two rows."),
    ]
    assert lines_at_fault(check.problems) == {2, 3, 9}


def test_circle_is_named_once_with_its_chain() -> None:
    rows = [person(2, 4), person(3, 2), person(4, 3), person(5, 3), person(6, 6), person(7)]
    assert [(problem.kind, problem.lines, problem.sentence) for problem in check_rows(rows, {}).problems] == [
        (
            ProblemKind.MANAGER_CYCLE,
            (2, 4, 3),
            "Line 2: The reporting line runs in a circle: P 2 (line 2) reports to P 4 (line 4) reports to P 3 (line 3) "
            "reports to P 2. Correct the manager of one of them.",
        ),
        (ProblemKind.OWN_MANAGER, (6,), "Line 6: P 6 is given as their own manager. The manager stays empty."),
    ]


def test_long_circle_is_shortened_in_words_only() -> None:
    rows = [person(line, line + 1 if line < 3_000 else 2) for line in range(2, 3_001)]
    (problem,) = check_rows(rows, {}).problems
    assert problem.lines == tuple(range(2, 3_001))
    assert "P 7 (line 7) reports to 2993 more reports to P 2." in problem.sentence


@given(st.lists(st.integers(0, 11) | st.none(), min_size=1, max_size=12))
def test_circles_are_found_exactly_where_a_walk_up_returns(bosses: list[int | None]) -> None:
    rows = [person(line, boss) for line, boss in enumerate(bosses)]
    going_round = set()
    for start in range(len(bosses)):
        here: int | None = start
        for _ in bosses:
            here = bosses[here] if here is not None and here < len(bosses) else None
            if here == start:
                going_round.add(start)
    circles = [
        p for p in check_rows(rows, {}).problems if p.kind in (ProblemKind.MANAGER_CYCLE, ProblemKind.OWN_MANAGER)
    ]
    assert sorted(line for circle in circles for line in circle.lines) == sorted(going_round)


def test_unknown_manager_is_a_warning_said_once() -> None:
    rows = [person(2, "boss@example.com"), person(3, "boss@example.com"), person(4, 2)]
    check = check_rows(rows, {})
    assert [(problem.severity, problem.sentence) for problem in check.problems] == [
        (
            Severity.WARNING,
            "Line 2: The manager “boss@example.com” is neither in this file nor among the people who are here, "
            "so this person will have no manager. 1 more row names the same manager.",
        )
    ]
    assert check.unresolved_managers == ((ManagerRef(ManagerKey.EMAIL, "boss@example.com"), (2, 3)),)
    assert lines_at_fault(check.problems) == set()


def test_rejected_rows_still_count_as_managers_and_as_twins() -> None:
    data = b"email,name,end_date,manager_email\nada@example.com,Ada,soon,\n"
    data += b"ben@example.com,Ben,,ada@example.com\nada@example.com,Ida,,\n"
    problems = read_file(data, "people.csv").checked().problems
    assert [(problem.line, problem.kind) for problem in problems] == [(4, ProblemKind.DUPLICATE_EMAIL)]


def test_problem_knows_how_far_it_reaches() -> None:
    kinds = (ProblemKind.WRONG_FORMAT, ProblemKind.BAD_DATE, ProblemKind.UNKNOWN_MANAGER)
    problems = [Problem(3, None, kind, "") for kind in kinds]
    assert [problem.severity for problem in problems] == [Severity.FATAL, Severity.ERROR, Severity.WARNING]
    assert [problem.is_fatal for problem in problems] == [True, False, False]
    assert lines_at_fault(problems) == {3}


def test_shown_text_is_short_and_visible() -> None:
    assert shown("a\nb\u202ec") == "“a·b·c”"
    assert shown("x" * 61) == "“" + "x" * 60 + "…”"
