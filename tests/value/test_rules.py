"""How values are typed and written, and what the rules of metrics say; without a database."""

from datetime import date

import pytest

from engagement.value.rules import (
    BaselineSaid,
    Better,
    MetricDetails,
    ReadingRhythm,
    baseline_problems,
    day_problem,
    details_problems,
    due_on,
    is_better,
    is_met,
    share_of_way,
    typed,
    value_of,
    written,
)

TODAY = date(2026, 4, 14)


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("12", 12_000, "12"),
        ("12,5", 12_500, "12.5"),
        (" 0.125 ", 125, "0.125"),
        ("0,125", 125, "0.125"),
        ("-3.40", -3_400, "−3.4"),
        ("1 250 000", 1_250_000_000, "1,250,000"),
        ("1,250,000.5", 1_250_000_500, "1,250,000.5"),
        ("1.250.000,5", 1_250_000_500, "1,250,000.5"),
        ("33.333333", 33_333, "33.333"),
        ("1.250", 1_250, "1.25"),
    ],
)
def test_a_value_is_read_in_any_usual_spelling(text: str, value: int, words: str) -> None:
    assert (value_of(text), written(value_of(text))) == (value, words)
    assert value_of(typed(value)) == value


@pytest.mark.parametrize("text", ["", "12 minutes", "1..2", "12,34,56", "5%", "１２", "1e5", "--1", "NaN", "12.5.1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write a number"):
        value_of(text)


def test_a_value_that_means_two_numbers_or_is_a_slip_has_its_own_sentence() -> None:
    with pytest.raises(ValueError, match=r"Write 1250 or 1\.250\."):
        value_of("1,250")
    with pytest.raises(ValueError, match="Choose a larger unit"):
        value_of("1000000000001")


def test_baselines_say_a_value_or_why_there_is_none() -> None:
    whole = BaselineSaid(12_000, TODAY, "From the system, all of March")
    assert baseline_problems(whole, TODAY) == baseline_problems(BaselineSaid(reason="Too late."), TODAY) == {}
    wrong = {
        BaselineSaid(): "reason",
        BaselineSaid(measured_on=TODAY): "value",
        BaselineSaid(method="From the system"): "value",
        BaselineSaid(1, TODAY): "method",
        BaselineSaid(1, None, "So"): "measured_on",
        BaselineSaid(1, date(2026, 4, 15), "So"): "measured_on",
        BaselineSaid(1, TODAY, "So", "And why not"): "reason",
        BaselineSaid(1, TODAY, "x" * 1001): "method",
        BaselineSaid(reason="x" * 1001): "reason",
    }
    assert {said: list(baseline_problems(said, TODAY)) for said in wrong} == {s: [f] for s, f in wrong.items()}


def test_a_target_has_a_day_and_a_day_has_a_target() -> None:
    def problems(target: int | None, target_on: date | None, name: str = "Time", unit: str = "s") -> list[str]:
        said = MetricDetails(name, unit, Better.LOWER, ReadingRhythm.WEEK, target, target_on)
        return list(details_problems(said))

    assert [problems(None, None), problems(1, TODAY), problems(1, None), problems(None, TODAY)] == [
        [],
        [],
        ["target_on"],
        ["target"],
    ]
    assert problems(None, None, "", "x" * 61) == ["name", "unit"]


def test_days_shares_and_directions() -> None:
    assert (day_problem(TODAY, TODAY), bool(day_problem(date(1999, 12, 31), TODAY))) == ("", True)
    assert due_on(date(2026, 1, 31), ReadingRhythm.MONTH) == date(2026, 3, 3)
    assert [share_of_way(20, 10, value) for value in (20, 15, 10, 25)] == [0, 50, 100, -50]
    assert share_of_way(10, 10, 10) is None
    assert share_of_way(0, 28_000, 19_000) == pytest.approx(67.857, abs=0.001)
    assert (is_met(9, 10, Better.LOWER), is_met(9, 10, Better.HIGHER)) == (True, False)
    assert [is_better(value, 10, Better.LOWER) for value in (9, 10, 11)] == [True, None, False]
