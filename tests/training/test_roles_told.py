"""Of which training roles numbers are told to who may not read the people: none that few have, nor one that gives them away."""

import pytest

from engagement.people.rules import TrainingRole
from engagement.training.queries.counts import Count, parts_told

USER, BUILDER, SUPPORT, LEADER = TrainingRole


@pytest.mark.parametrize(
    ("sizes", "everybody", "told"),
    [
        ({USER: 96, SUPPORT: 5}, 101, {USER, SUPPORT}),
        # From the count of everybody and of 96, that of the four would follow.
        ({USER: 96, SUPPORT: 4}, 100, set()),
        ({USER: 96, BUILDER: 7, SUPPORT: 4}, 107, {USER}),
        ({USER: 96, SUPPORT: 4, LEADER: 1}, 101, {USER}),
        # Four people who have both.
        ({USER: 96, SUPPORT: 4, LEADER: 4}, 100, set()),
        # Four who have both, and six users who support: from 100 and 90 only ten follow.
        ({USER: 90, SUPPORT: 4, LEADER: 4, BUILDER: 6}, 100, {USER}),
        ({USER: 96, SUPPORT: 3, LEADER: 1}, 100, set()),
        ({USER: 4}, 4, set()),
        # Of a part without anybody there is nothing to tell.
        ({USER: 96, SUPPORT: 0}, 96, {USER, SUPPORT}),
        ({}, 0, set()),
    ],
)
def test_what_is_not_told_cannot_be_worked_out_from_the_count_of_everybody(sizes, everybody, told):
    found = parts_told({role: Count(number, number // 2) for role, number in sizes.items()}, everybody, 5)
    assert list(found) == list(sizes)
    assert {role for role, count in found.items() if count is not None} == told
