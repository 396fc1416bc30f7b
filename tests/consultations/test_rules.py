"""How a consultation stands, and what is wrong with what was typed; without a database."""

from datetime import date

import pytest

from engagement.consultations.rules import (
    Asked,
    Document,
    PositionKind,
    PositionSaid,
    Stand,
    asked_problems,
    document_problems,
    outdated_by,
    position_problems,
    stand_of,
    words_problem,
)

TODAY = date(2026, 4, 14)
TOMORROW = date(2026, 4, 15)
YESTERDAY = date(2026, 4, 13)


def test_a_position_holds_until_a_workflow_changes_or_comes() -> None:
    assert outdated_by({"1": 2, "2": 1}, {1: 2, 2: 1}) == []
    assert outdated_by({"1": 2, "2": 1}, {1: 3, 2: 1, 4: 1}) == [1, 4]
    assert outdated_by({"1": 2, "2": 1}, {1: 2}) == []
    assert [stand_of(None, is_outdated=False), stand_of(PositionKind.AGREES, is_outdated=True)] == [
        Stand.OPEN,
        Stand.AGAIN,
    ]
    assert [stand_of(kind, is_outdated=False).is_open for kind in PositionKind] == [False] * 4


def test_what_is_required_has_a_basis_and_a_deadline_that_can_be_kept() -> None:
    assert asked_problems(Asked(True, "Section 4", TODAY), TODAY) == asked_problems(Asked(False, "", None), TODAY) == {}
    assert list(asked_problems(Asked(True, "", YESTERDAY), TODAY)) == ["basis", "deadline_on"]
    # A deadline that has passed may stay while something else is changed.
    assert asked_problems(Asked(True, "Section 5", YESTERDAY), TODAY, Asked(True, "Section 4", YESTERDAY)) == {}


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (Document("Plan", "2", TODAY, link="https://example.com/plan"), []),
        (Document("Plan", "2", TODAY, text="All of it"), []),
        (Document("", "", TOMORROW), ["name", "version", "handed_over_on", "link"]),
        (Document("Plan", "2", TODAY, link="javascript:alert(1)"), ["link"]),
        (Document("Plan", "2", TODAY, link="https://["), ["link"]),
        (Document("Plan", "2", TODAY, link="see the intranet"), ["link"]),
        (Document("Plan", "2", TODAY, text="x" * 50_001), ["text"]),
    ],
)
def test_a_document_has_a_name_a_version_a_day_and_a_place(said: Document, fields: list[str]) -> None:
    assert list(document_problems(said, TODAY)) == fields


def test_conditions_and_objections_are_said_in_words() -> None:
    for kind in PositionKind:
        problems = position_problems(PositionSaid(kind, "", TODAY), TODAY)
        assert list(problems) == (["words"] if kind in (PositionKind.CONDITIONS, PositionKind.OBJECTS) else [])
    assert list(position_problems(PositionSaid(PositionKind.AGREES, "x" * 5_001, TOMORROW), TODAY)) == [
        "words",
        "given_on",
    ]
    assert (words_problem("Why?"), bool(words_problem("")), bool(words_problem("x" * 5_001))) == ("", True, True)
