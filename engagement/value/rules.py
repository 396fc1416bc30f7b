"""The vocabulary of value metrics and pure rules: how a value is typed and written, when the next reading is due, how far it is.

Values are kept as whole thousandths, so that nothing is lost in rounding.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from engagement.vocabulary import Worded
from engagement.words import short_day_words

LONGEST_NAME, LONGEST_UNIT, LONGEST_TEXT = 200, 60, 1_000
#: The largest value either way; a larger one is a slip.
MOST = 10**12
#: No value was measured before this day.
FIRST_DAY = date(2000, 1, 1)
_PLAIN = re.compile(r"[-−]?\d+([.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"[-−]?\d{1,3}([ '’\u00a0\u202f,.])\d{3}(\1\d{3})*([.,]\d+)?", re.ASCII)
WRONG_NUMBER = "Write a number, such as 12 or 12.5, without its unit."


class Better(Worded):
    """Which way a metric ought to move."""

    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"


class MetricKind(Worded):
    """What a metric tells of: what its workflow is for, or how well people get on with it, which a programme compares."""

    VALUE = "value", "What the workflow is meant to improve"
    TICKETS = "tickets", "Support tickets about it"
    SELF_SERVICE = "self_service", "Share done without help, in %"

    @property
    def unit(self) -> str:
        """The unit that all metrics of the kind have, so that they can be compared; "" where each has its own."""
        return {MetricKind.TICKETS: "tickets a month", MetricKind.SELF_SERVICE: "%"}.get(self, "")


class ReadingRhythm(Worded):
    """How often a metric is read."""

    WEEK = "week", "Every week"
    MONTH = "month", "Every month"
    QUARTER = "quarter", "Every quarter"

    @property
    def days(self) -> int:
        """After how many days the next reading is due."""
        return {ReadingRhythm.WEEK: 7, ReadingRhythm.MONTH: 31, ReadingRhythm.QUARTER: 92}[self]


def value_of(text: str) -> int:
    """Return a typed value in thousandths: "12,5" is 12.5, "1 250 000" a million and a quarter.

    Raises ValueError, with a sentence for whoever typed it, for anything else, and for "1,250", which means two numbers.
    """
    text = text.strip()
    sign, plain = ("-" if text[:1] in "-−" and text else ""), text.lstrip("-−")
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain, re.ASCII) and "," in plain:
        whole, _, rest = plain.partition(",")
        raise ValueError(f"“{text}” can be read in two ways. Write {sign}{whole}{rest} or {sign}{whole}.{rest}.")
    if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise ValueError(WRONG_NUMBER)
    return _thousandths(f"{sign}{_ungrouped(plain)}")


def _ungrouped(plain: str) -> str:
    found = _GROUPED.fullmatch(plain)
    if found is None or _PLAIN.fullmatch(plain):
        return plain.replace(",", ".")
    return plain.replace(found[1], "").replace(",", ".")


def _thousandths(plain: str) -> int:
    number = Decimal(plain)
    if abs(number) > MOST:
        raise ValueError(f"This is more than {MOST:,}. Choose a larger unit, such as millions.")
    return int((number * 1000).to_integral_value(ROUND_HALF_EVEN))


def written(thousandths: int) -> str:
    """Write a value: 12500 is "12.5", 1250000000 is "1,250,000"."""
    whole, rest = divmod(abs(thousandths), 1000)
    sign = "−" if thousandths < 0 else ""
    return f"{sign}{whole:,}{f'.{rest:03}'.rstrip('0') if rest else ''}"


def typed(thousandths: int | None) -> str:
    """Write a value as a form takes it: without signs between thousands."""
    return "" if thousandths is None else written(thousandths).replace(",", "").replace("−", "-")


def due_on(last_on: date, every: ReadingRhythm) -> date:
    """Return the day on which the next reading is due."""
    return last_on + timedelta(days=every.days)


def share_of_way(baseline: int, target: int, value: int) -> float | None:
    """Return how much of the way from baseline to target is done, in percent; None where there is no way to go.

    It is not rounded: `words.whole_percent` rounds it once, where it is written, so that a change is that of the same number.
    """
    return None if baseline == target else (value - baseline) * 100 / (target - baseline)


@dataclass(frozen=True)
class Point:
    """A value on a day."""

    value: int
    on: date


#: Why no way is known where nobody knows the value before.
NOTHING_BEFORE = "nothing was measured before"


@dataclass(frozen=True)
class Way:
    """How much of the way from the value before to the target the last reading has come, in percent, and how much was planned by its day.

    `why_not` says why `done` is not known, `why_no_plan` why `planned` is not. Neither is rounded.
    """

    done: float | None = None
    planned: float | None = None
    why_not: str = ""
    why_no_plan: str = ""
    is_as_planned: bool | None = None


def way_of(before: Point | None, target: Point | None, latest: Point | None) -> Way:
    """Return the way of a metric; what was planned lies on a straight line from the value before to the target."""
    if before is None:
        return _no_way(NOTHING_BEFORE)
    if target is None:
        return _no_way("no target is set")
    if latest is None:
        return _no_way("nothing read yet")
    done = share_of_way(before.value, target.value, latest.value)
    if done is None:
        return _no_way("the target is the value before")
    days = (target.on - before.on).days
    if days <= 0:
        return Way(done, why_no_plan=f"the target was for {short_day_words(target.on)}, before the first value")
    passed = min(max((latest.on - before.on).days, 0), days)
    came, planned = (latest.value - before.value) * days, (target.value - before.value) * passed
    is_as_planned = came >= planned if target.value > before.value else came <= planned
    return Way(done, 100 * passed / days, is_as_planned=is_as_planned)


def _no_way(why: str) -> Way:
    return Way(why_not=why, why_no_plan=why)


def is_met(value: int, target: int, better: Better) -> bool:
    """Return whether a value is as good as the target."""
    return value >= target if better is Better.HIGHER else value <= target


def is_better(value: int, than: int, better: Better) -> bool | None:
    """Return whether a value is better than another; None if they are the same."""
    return None if value == than else (value > than) is (better is Better.HIGHER)


@dataclass(frozen=True)
class MetricDetails:
    """What a metric is, under the same names in its form and its row; values in thousandths."""

    name: str
    unit: str
    better: Better
    every: ReadingRhythm
    target: int | None = None
    target_on: date | None = None
    kind: MetricKind = MetricKind.VALUE


@dataclass(frozen=True)
class BaselineSaid:
    """How it stood before: a value with its day and method, or why there is none."""

    value: int | None = None
    measured_on: date | None = None
    method: str = ""
    reason: str = ""


def details_problems(said: MetricDetails) -> dict[str, str]:
    """Return what is wrong with a metric's description, by field."""
    problems = {}
    if not said.name or len(said.name) > LONGEST_NAME:
        problems["name"] = f"Write what is measured, in at most {LONGEST_NAME} characters."
    if not said.unit or len(said.unit) > LONGEST_UNIT:
        problems["unit"] = f"Write its unit, such as minutes a claim or %, in at most {LONGEST_UNIT} characters."
    if said.kind.unit and said.unit != said.kind.unit:
        problems["unit"] = f"Count it in “{said.kind.unit}”, as for every workflow, so that they can be compared."
    if said.target is not None and said.target_on is None:
        problems["target_on"] = "Choose the day by which the target is to be reached."
    if said.target is None and said.target_on is not None:
        problems["target"] = "Write the value to be reached by that day, or leave the day empty."
    return problems


def baseline_problems(said: BaselineSaid, today: date) -> dict[str, str]:
    """Return what is wrong with a baseline, by field."""
    if said.value is None:
        if said.measured_on is not None or (said.method and not said.reason):
            return {"value": "Write the value that was measured, or say below why there is none."}
        if not said.reason:
            return {"reason": "Write the value above, or say here why there is none. One sentence is enough."}
        return _too_long("reason", said.reason)
    problems = _too_long("method", said.method)
    if said.reason:
        problems["reason"] = "There is a value above. Empty this, or empty the value."
    if not said.method:
        problems["method"] = "Say how it was measured, so that it can be measured in the same way later."
    if said.measured_on is None:
        problems["measured_on"] = "Choose the day on which it was measured."
    elif day := day_problem(said.measured_on, today):
        problems["measured_on"] = day
    return problems


def day_problem(day: date, today: date) -> str:
    """Return what is wrong with the day of a value, "" if nothing is."""
    if day > today:
        return "That day has not come. Choose the day on which it was measured."
    return "Choose a day after 1999." if day < FIRST_DAY else ""


def _too_long(field: str, text: str) -> dict[str, str]:
    return (
        {field: f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."}
        if len(text) > LONGEST_TEXT
        else {}
    )
