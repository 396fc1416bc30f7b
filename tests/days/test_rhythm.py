"""Rules as text, as a choice in a form, and in words."""

from datetime import UTC, datetime

import pytest

from engagement.days.recurrence import read_rule
from engagement.days.rhythm import MONTH_DAYS, WEEKS, Choice, Rhythm, cadence_words, choice_of, rhythm_words, rule_of
from engagement.errors import BadInput
from engagement.words import moment_words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "As needed"),
        ("FREQ=WEEKLY;BYDAY=MO", "Every Monday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "Every Monday and Wednesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "Every second Thursday"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=TH", "Every 3 weeks on Thursday"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "The first working day of each month"),
        ("FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
         "The first working day of January, April, July and October"),
        ("FREQ=MONTHLY;BYDAY=3TH", "The third Thursday of each month"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "The last Friday of each month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "The last day of each month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=12", "The 12th of every second month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,22", "The 1st and 22nd of each month"),
        ("FREQ=YEARLY;BYMONTH=9;BYDAY=1MO", "The first Monday of September"),
    ],
)  # fmt: skip
def test_rhythm_is_said_in_words(rule: str | None, words: str) -> None:
    assert rhythm_words(rule) == words


def test_cadence_words_name_time_and_zone() -> None:
    assert cadence_words("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "09:00", "Europe/London") == (
        "Every second Thursday at 09:00, London time"
    )
    assert cadence_words(None, "09:00", "Europe/London") == "As needed"
    noon = datetime(2026, 4, 14, 12, tzinfo=UTC)
    assert moment_words(noon, "America/New_York") == "Tuesday 14 April at 08:00, New York time"


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=DAILY",
        "FREQ=WEEKLY",
        "FREQ=MONTHLY",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270101T000000Z",
        "FREQ=WEEKLY;INTERVAL=0;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=MO;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=YEARLY;BYMONTHDAY=3",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
        "FREQ=MONTHLY;INTERVAL=3;BYMONTH=2;BYDAY=1MO",
        "FREQ=MONTHLY;BYMONTHDAY=٣",
    ],
)
def test_rules_that_libraries_read_differently_or_that_never_come_are_refused(rule: str) -> None:
    with pytest.raises(BadInput) as error:
        read_rule(rule)
    assert list(error.value.problems) == ["cadence"]


@pytest.mark.parametrize(
    "choice",
    [
        Choice(Rhythm.WEEKLY, weekday="FR"),
        Choice(Rhythm.FORTNIGHTLY, weekday="TH"),
        Choice(Rhythm.MONTHLY_DAY, month_day=15),
        Choice(Rhythm.MONTHLY_DAY, month_day=-1),
        Choice(Rhythm.MONTHLY_WEEKDAY, weekday="WE", week=-1),
        Choice(Rhythm.MONTHLY_WORKING_DAY),
        Choice(Rhythm.QUARTERLY_WORKING_DAY),
        Choice(Rhythm.AS_NEEDED),
    ],
)
def test_a_choice_comes_back_from_its_rule(choice: Choice) -> None:
    rule = rule_of(choice)
    again = choice_of(rule)
    assert again.rhythm is choice.rhythm
    assert rule_of(again) == rule


def test_a_rule_without_a_choice_stays_as_it_is() -> None:
    assert choice_of("FREQ=YEARLY;BYMONTH=9;BYDAY=1MO").rhythm is Rhythm.AS_IT_IS
    with pytest.raises(BadInput):
        rule_of(Choice(Rhythm.AS_IT_IS))


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=29", "FREQ=MONTHLY;BYDAY=5MO"])
def test_what_the_form_does_not_offer_stays_as_it_is(rule: str) -> None:
    assert choice_of(rule).rhythm is Rhythm.AS_IT_IS


def test_every_day_and_week_that_is_offered_comes_back_as_it_was_chosen() -> None:
    for day in MONTH_DAYS:
        rule = f"FREQ=MONTHLY;BYMONTHDAY={day}"
        assert (choice_of(rule).month_day, rule_of(choice_of(rule))) == (day, rule)
    for week in WEEKS:
        rule = f"FREQ=MONTHLY;BYDAY={week}TH"
        assert (choice_of(rule).week, rule_of(choice_of(rule))) == (week, rule)
