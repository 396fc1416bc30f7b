"""How often, for people: turns a choice in a form into rule text, and a rule into words."""

from dataclasses import dataclass

from engagement.days.recurrence import DAYS, Recurrence, read_rule
from engagement.errors import BadInput
from engagement.vocabulary import Worded
from engagement.words import listed, month_word, weekday_word, zone_words

ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
WORKING_DAYS = ",".join(DAYS[:5])


class Rhythm(Worded):
    """How often, as the form asks; `rule_of` turns a choice into a recurrence rule."""

    WEEKLY = "weekly", "Every week, on a weekday"
    FORTNIGHTLY = "fortnightly", "Every two weeks, on a weekday"
    MONTHLY_WORKING_DAY = "monthly_working_day", "Every month, on the first working day"
    MONTHLY_DAY = "monthly_day", "Every month, on the same day of the month"
    MONTHLY_WEEKDAY = "monthly_weekday", "Every month, on a weekday of one week"
    QUARTERLY_WORKING_DAY = "quarterly_working_day", "Every quarter, on the first working day"
    AS_NEEDED = "as_needed", "As needed, no fixed dates"
    AS_IT_IS = "as_it_is", "As it is now"


@dataclass(frozen=True)
class Choice:
    """A choice of the form: `weekday` is two letters, `week` the ordinal in the month, `month_day` 1 to 28 or -1."""

    rhythm: Rhythm
    weekday: str = "MO"
    week: int = 1
    month_day: int = 1


def rule_of(choice: Choice) -> str | None:
    """Return the rule text of a choice, None for "as needed".

    Raises BadInput when its weekday, week or day is missing or invalid.
    """
    if choice.rhythm is Rhythm.AS_NEEDED:
        return None
    rule = {
        Rhythm.WEEKLY: f"FREQ=WEEKLY;BYDAY={choice.weekday}",
        Rhythm.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={choice.weekday}",
        Rhythm.MONTHLY_WORKING_DAY: f"FREQ=MONTHLY;BYDAY={WORKING_DAYS};BYSETPOS=1",
        Rhythm.MONTHLY_DAY: f"FREQ=MONTHLY;BYMONTHDAY={choice.month_day}",
        Rhythm.MONTHLY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={choice.week}{choice.weekday}",
        Rhythm.QUARTERLY_WORKING_DAY: f"FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY={WORKING_DAYS};BYSETPOS=1",
    }.get(choice.rhythm)
    if rule is None:
        raise BadInput("Choose how often it goes out.", {"rhythm": "Choose how often it goes out."})
    read_rule(rule)
    return rule


#: The form's options: days that every month has, and weeks that have every weekday.
MONTH_DAYS = (*range(1, 29), -1)
WEEKS = tuple(n for n in ORDINALS if n != 5)


def choice_of(rule: str | None) -> Choice:
    """Return the choice that gives this rule; AS_IT_IS if the form has none for it."""
    if rule is None:
        return Choice(Rhythm.AS_NEEDED)
    found = read_rule(rule)
    week, weekday = found.days[0] if found.days else (0, "MO")
    month_day = found.month_days[0] if found.month_days else 1
    for rhythm in Rhythm:
        choice = Choice(rhythm, weekday, week or 1, month_day)
        is_offered = choice.month_day in MONTH_DAYS and choice.week in WEEKS
        if is_offered and rhythm not in (Rhythm.AS_NEEDED, Rhythm.AS_IT_IS) and _gives(choice, found):
            return choice
    return Choice(Rhythm.AS_IT_IS, weekday, week or 1, month_day)


def _gives(choice: Choice, rule: Recurrence) -> bool:
    text = rule_of(choice)
    return text is not None and read_rule(text) == rule


def rhythm_words(rule: str | None) -> str:
    """Say how often: "Every second Thursday", "The first working day of January, April, July and October"."""
    if rule is None:
        return "As needed"
    found = read_rule(rule)
    if found.frequency == "WEEKLY":
        return _each(found.interval, listed([_weekday(day) for _, day in found.days]))
    return f"The {_days_words(found)} of {_months_words(found)}"


def cadence_words(rule: str | None, at: str, timezone: str) -> str:
    """Say how often, when and in which zone: "Every second Thursday at 09:00, London time"."""
    words = rhythm_words(rule)
    return words if rule is None else f"{words} at {at}, {zone_words(timezone)}"


def _each(interval: int, what: str) -> str:
    if interval == 1:
        return f"Every {what}"
    return f"Every second {what}" if interval == 2 else f"Every {interval} weeks on {what}"


def _days_words(rule: Recurrence) -> str:
    if rule.counts_working_days:
        return f"{listed([ordinal_word(place) for place in rule.positions])} working day"
    if rule.month_days:
        days = listed([_month_day(day) for day in rule.month_days])
        return f"{days}, if it is a {listed([_weekday(d) for _, d in rule.days], 'or')}," if rule.days else days
    weekdays = listed([f"{ordinal_word(n)} {_weekday(d)}" if n else f"every {_weekday(d)}" for n, d in rule.days])
    if not rule.positions:
        return weekdays.replace("every ", "", 1) if weekdays.startswith("every ") else weekdays
    any_of = listed([_weekday(d) for _, d in rule.days], "or")
    return f"{listed([ordinal_word(p) for p in rule.positions])} {any_of}"


def _months_words(rule: Recurrence) -> str:
    if rule.months:
        return listed([month_word(month) for month in rule.months])
    return {1: "each month", 2: "every second month", 3: "every third month"}.get(
        rule.interval, f"every {rule.interval} months"
    )


def _weekday(day: str) -> str:
    return weekday_word(DAYS.index(day))


def ordinal_word(number: int) -> str:
    """Write an ordinal: "first", "last", "7th", "2nd to last"."""
    if number in ORDINALS:
        return ORDINALS[number]
    return f"{-number}th to last" if number < 0 else f"{number}th"


def _month_day(day: int) -> str:
    if day == -1:
        return "last day"
    if day < 0:
        return f"{-day}th day from the end"
    suffix = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"
