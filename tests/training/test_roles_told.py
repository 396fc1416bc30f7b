"""Which roles' training is told of to who may not read the people: none that few have, nor one that could be worked out."""

import pytest

from engagement.people.rules import TrainingRole
from engagement.training.queries.counts import Count, roles_told

USER, BUILDER, SUPPORT, LEADER = (TrainingRole(each) for each in ("user", "builder", "support", "leader"))


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ({USER: 96, SUPPORT: 5}, {USER, SUPPORT}),
        # From the count of everybody and of 96, that of the four would follow.
        ({USER: 96, SUPPORT: 4}, set()),
        ({USER: 96, BUILDER: 7, SUPPORT: 4}, {USER}),
        ({USER: 96, SUPPORT: 4, LEADER: 1}, {USER}),
        ({USER: 96, SUPPORT: 3, LEADER: 1}, set()),
        ({USER: 4}, set()),
        ({}, set()),
    ],
)
def test_what_is_not_told_cannot_be_worked_out_from_the_count_of_everybody(sizes, told):
    found = roles_told({role: Count(number, 1) for role, number in sizes.items()}, 5)
    assert list(found) == [role for role in TrainingRole if role in sizes]
    assert {role for role, count in found.items() if count is not None} == told
