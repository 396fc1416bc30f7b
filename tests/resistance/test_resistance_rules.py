"""Rules of the resistance log: promised days, receipt codes, and that hidden groups stay hidden."""

from datetime import date
from itertools import product
from math import log2

from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.resistance import rules
from engagement.resistance.figures.rules import Shown, hide_small
from engagement.resistance.saying.rules import DIGITS, GROUP_LENGTH, GROUPS, LETTERS, receipt_code, receipt_hash

TUESDAY = date(2026, 4, 14)
SECRET = "a secret of the tests"
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))


def test_median_counts_each_answer():
    friday = date(2026, 4, 10)
    answers = [(friday, date(2026, 4, 13))] * 2 + [(friday, date(2026, 4, 17))] * 3
    assert rules.median_working_days(answers, "GB-ENG") == 5.0
    assert rules.median_working_days([], "GB-ENG") is None
    over_easter = [(date(2026, 4, 2), date(2026, 4, 7))]
    assert [rules.median_working_days(over_easter, country) for country in ("GB-ENG", "US")] == [1.0, 3.0]


def test_a_receipt_code_is_four_groups_of_one_kind_each_and_carries_60_bits():
    code = receipt_code(SECRET, "a form key of the test", "I fear for my job")
    groups = code.split(" ")
    assert [len(group) for group in groups] == [GROUP_LENGTH] * 4
    assert all(set(group) <= set(alphabet) for group, alphabet in zip(groups, GROUPS, strict=True))
    assert not set("AEIOU01LS5") & set(LETTERS)
    assert not set("01") & set(DIGITS)
    assert sum(GROUP_LENGTH * log2(len(alphabet)) for alphabet in GROUPS) >= 60


def test_a_receipt_code_follows_from_secret_form_and_text_alone():
    code = receipt_code(SECRET, "form", "text")
    assert code == receipt_code(SECRET, "form", "text")
    others = {
        receipt_code("other", "form", "text"),
        receipt_code(SECRET, "formt", "ext"),
        receipt_code(SECRET, "form", "t"),
    }
    assert len(others | {code}) == 4


def test_a_code_is_recognised_however_it_is_typed():
    assert (
        len(
            {
                receipt_hash(SECRET, code)
                for code in ("KMTR 4827 WHPX BDFG", "kmtr4827whpxbdfg", " KMTR-4827-whpx-BDFG ")
            }
        )
        == 1
    )
    assert receipt_hash(SECRET, "KMTR 4827 WHPX BDFG") != receipt_hash("other", "KMTR 4827 WHPX BDFG")


def test_small_groups_are_hidden_with_a_second_one():
    shown = hide_small({"job": 19, "control": 11, "fatigue": 9, "quality": 3, "other": 8}, 5)
    assert shown.groups == {"job": 19, "control": 11, "fatigue": 9, "quality": None, "other": None}
    assert shown.total == 50


def test_nothing_is_hidden_without_need_and_everything_where_all_together_are_too_few():
    assert hide_small({"a": 5, "b": 7}, 5).groups == {"a": 5, "b": 7}
    assert hide_small({"a": 2, "b": 2}, 5) == Shown({"a": None, "b": None}, None)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.integers(3, 5))
def test_no_hidden_group_can_be_worked_out_from_what_is_shown(sizes, floor):
    """Take the view of somebody who knows the procedure: several sizes must fit each hidden group."""
    shown = hide_small(dict(enumerate(sizes)), floor)
    assert all(size is None or size >= floor for size in shown.groups.values())
    hidden = [group for group, size in shown.groups.items() if size is None]
    possible = [
        other for other in _same_sum(sizes, hidden, floor) if hide_small(dict(enumerate(other)), floor) == shown
    ]
    for group in hidden:
        assert len({other[group] for other in possible}) >= 2


def _same_sum(sizes, hidden, floor):
    """Return sizes that an onlooker has to reckon with: any in the hidden places, with the same sum where it is shown."""
    for guess in product(range(max(sum(sizes), floor) + 1), repeat=max(len(hidden) - 1, 0)):
        rest = sum(sizes[group] for group in hidden) - sum(guess)
        lasts = range(floor) if hide_small(dict(enumerate(sizes)), floor).total is None else [rest]
        for last in lasts:
            if last >= 0 and hidden:
                yield [
                    dict(zip(hidden, [*guess, last], strict=True)).get(group, size) for group, size in enumerate(sizes)
                ]


def test_two_groups_just_below_the_floor_are_not_given_away_by_their_sum():
    assert hide_small({"a": 2, "b": 2, "c": 3}, 3) == Shown({"a": None, "b": None, "c": None}, 7)
    assert hide_small({"a": 2, "b": 2}, 3) == Shown({"a": None, "b": None}, None)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(3, 10))
def test_hidden_groups_together_are_never_a_small_group(sizes, floor):
    shown = hide_small(dict(enumerate(sizes)), floor)
    hidden = [sizes[group] for group, size in shown.groups.items() if size is None]
    if shown.total is not None and hidden:
        assert len(hidden) >= 2
        assert shown.total - sum(size for size in shown.groups.values() if size is not None) >= floor
