"""Where a count stands against what is needed, and in which words. No database."""

import pytest

from engagement.readiness.criteria.rules import (
    Counted,
    CriterionKind,
    CriterionState,
    Part,
    Tally,
    need_problem,
    percent_words,
    reaches,
    sentence_of,
    state_of,
)

S = CriterionState


@pytest.mark.parametrize(
    ("met", "total", "need", "enough"),
    [
        (95, 100, 95, True),
        (94, 100, 95, False),
        (19, 20, 95, True),
        (0, 0, 95, True),
        (2, 3, 66, True),
        (2, 3, 67, False),
    ],
)
def test_a_percentage_is_reached_exactly_without_rounding(met, total, need, enough):
    assert reaches(met, total, need) is enough


def test_a_role_that_is_behind_makes_the_whole_short_and_is_named():
    counted = Counted(97, 100, parts=[Part("User", 94, 95, is_told=True), Part("Support", 3, 5, is_told=True)])
    assert state_of(counted, 95) is S.SHORT
    assert sentence_of(CriterionKind.TRAINING, counted, 95) == (
        "97 of 100 people with training to do have finished it; 95\N{NO-BREAK SPACE}% needed. Support: 3 of 5."
    )
    assert state_of(counted, 60) is S.MET


def test_a_role_that_few_have_is_named_without_its_numbers():
    counted = Counted(97, 100, parts=[Part("User", 94, 96, is_told=True), Part("Support", 3, 4)])
    assert state_of(counted, 95) is S.SHORT
    assert sentence_of(CriterionKind.TRAINING, counted, 95).endswith("needed. Support: not enough.")


def test_what_is_not_known_or_not_needed_is_a_sentence():
    assert state_of(Counted(unknown="Nobody is in it yet."), 95) is S.UNKNOWN
    assert sentence_of(CriterionKind.BRIEFED, Counted(unknown="Nobody is in it yet."), 95) == "Nobody is in it yet."
    assert state_of(Counted(not_needed="No."), 95) is S.NOT_NEEDED
    assert state_of(Counted(is_short=True, lacking=["At least one."]), 100) is S.SHORT
    many = Counted(0, 5, lacking=[f"{n}." for n in range(5)])
    assert sentence_of(CriterionKind.OWNERSHIP, many, 100).endswith(
        "100\N{NO-BREAK SPACE}% needed. 0. 1. 2. And 2 more."
    )


@pytest.mark.parametrize(
    ("met", "total", "words"),
    [
        (0, 0, "nothing to count"),
        (0, 9, "0 %"),
        (1, 900, "1 %"),
        (899, 900, "99 %"),
        (900, 900, "100 %"),
        (371, 538, "69 %"),
    ],
)
def test_a_hundred_percent_means_all_and_none_means_none(met, total, words):
    assert percent_words(met, total) == words.replace(" %", "\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize("need", [0, 101, -5, 1_000])
def test_a_percentage_out_of_range_has_its_sentence(need):
    assert "from 1 to 100" in need_problem(CriterionKind.TRAINING, need)
    assert need_problem(CriterionKind.TRAINING, 1) == need_problem(CriterionKind.TRAINING, None) == ""


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "No criterion is asked for here."),
        ([S.NOT_NEEDED], "No criterion is asked for here."),
        ([S.MET], "1 of 1 criterion is met."),
        ([S.MET, S.SHORT, S.SHORT, S.UNKNOWN], "2 of 4 criteria are not met, 1 is not known yet and 1 is met."),
        ([S.MET, S.MET, S.UNKNOWN], "1 of 3 criteria is not known yet and 2 are met."),
    ],
)
def test_a_tally_is_one_sentence(states, words):
    assert Tally.of(states).words == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CriterionKind.OWNERSHIP, "0 of 1 workflow has somebody for every part; 100\N{NO-BREAK SPACE}% needed."),
        (
            CriterionKind.OVERSIGHT,
            "0 of 1 workflow has somebody who may stop it, in order; 100\N{NO-BREAK SPACE}% needed.",
        ),
        (CriterionKind.SUPPORT, "0 of 1 person needed for support is trained; 100\N{NO-BREAK SPACE}% needed."),
        (
            CriterionKind.OTHERS,
            "0 of 1 person who finished training is neither champion nor volunteer nor pilot user; 100\N{NO-BREAK SPACE}% needed.",
        ),
    ],
)
def test_one_of_what_is_counted_is_said_as_one_and_its_percentage_stays_in_one_line(kind, words):
    assert sentence_of(kind, Counted(0, 1), 100) == words


def test_everything_that_is_counted_is_said_of_one_and_of_several():
    for kind in (each for each in CriterionKind if each.is_counted and each is not CriterionKind.CONCERNS):
        one, several = (sentence_of(kind, Counted(0, total), 100) for total in (1, 2))
        # “It has” and “they have” are told apart wherever the verb shows it.
        assert one.removeprefix("0 of 1 ").split()[0] != several.removeprefix("0 of 2 ").split()[0] or "’" in one
