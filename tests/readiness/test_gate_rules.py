"""When a gate is passed, and what has fallen since it was decided. No database."""

import pytest

from engagement.readiness.criteria.rules import CriterionState
from engagement.readiness.gate.rules import (
    Choice,
    GateState,
    Seen,
    again_words,
    fallen,
    fallen_words,
    rule_words,
    state_of,
)

GO, IF, NO = Choice.GO, Choice.CONDITIONS, Choice.NO_GO
S = CriterionState


@pytest.mark.parametrize(
    ("decider", "approvers", "said", "stands"),
    [
        (None, [], {}, GateState.UNDECIDED),
        (1, [1], {}, GateState.UNDECIDED),
        (1, [1], {1: GO}, GateState.PASSED),
        (1, [1], {1: IF}, GateState.PASSED),
        (1, [1], {1: NO}, GateState.SHUT),
        (1, [1, 2], {1: GO}, GateState.UNDECIDED),
        (1, [1, 2], {2: GO}, GateState.UNDECIDED),
        # Who has the last word says go, another doesn't: it is passed, and the other view is kept.
        (1, [1, 2], {1: GO, 2: NO}, GateState.PASSED),
        (1, [1, 2], {1: NO, 2: GO}, GateState.SHUT),
        (None, [2, 3], {2: GO}, GateState.UNDECIDED),
        (None, [2, 3], {2: GO, 3: IF}, GateState.PASSED),
        (None, [2, 3], {2: GO, 3: NO}, GateState.SHUT),
        # Who is no approver any more is not counted.
        (1, [1], {2: NO}, GateState.UNDECIDED),
    ],
)
def test_a_gate_is_passed_when_all_are_heard_and_who_decides_says_go(decider, approvers, said, stands):
    assert state_of(decider, approvers, said, is_overridden=False, is_reopened=False) is stands
    assert state_of(decider, approvers, said, is_overridden=True, is_reopened=True) is GateState.OVERRIDDEN
    again = state_of(decider, approvers, said, is_overridden=False, is_reopened=True)
    assert again is (GateState.REOPENED if stands is GateState.UNDECIDED else stands)


def test_what_has_fallen_is_counted_not_met_now_and_was_not_accepted_as_such():
    def seen(name: str, state: CriterionState, *, is_counted: bool = True) -> Seen:
        return Seen(name, name.capitalize(), state, is_counted)

    then = [seen("training", S.MET), seen("steps", S.SHORT), seen("notice", S.UNKNOWN), seen("own-1", S.MET)]
    now = [
        seen("training", S.SHORT),
        seen("steps", S.SHORT),
        seen("notice", S.SHORT),
        seen("own-1", S.SHORT, is_counted=False),
        seen("support", S.SHORT),
        seen("champions", S.UNKNOWN),
    ]
    found = fallen(then, now)
    assert [each.name for each in found] == ["training", "notice", "support"]
    assert fallen_words(found) == (
        "“Training” is no longer met; “Notice” was not known then and turned out not to be met; "
        "“Support” was not asked for then and is not met."
    )
    # A letter says first of what kind it is: nothing that was not known was met before.
    assert again_words("Wave 1", found) == (
        "Something that was met when Wave 1 was decided is not met any more, and more is not met that was not known or asked for then."
    )
    assert again_words("Wave 1", found[:1]) == "Something that was met when Wave 1 was decided is not met any more."
    assert again_words("Wave 1", found[1:]) == (
        "Something that was not known when Wave 1 was decided turned out not to be met."
    )
    assert again_words("Wave 1", found[2:]) == (
        "Something that was not asked for when Wave 1 was decided is asked for now, and not met."
    )
    assert fallen(then, then) == []


def test_the_rule_is_said_by_names():
    assert rule_words("", []).startswith("Nobody can decide yet.")
    assert rule_words("Ann", []) == "It is passed when Ann says go."
    assert rule_words("Ann", ["Bo"]) == (
        "It is passed when Ann says go and Bo was heard. Another view stays beside the decision."
    )
    assert rule_words("", ["Bo", "Cy"]) == "It is passed when Bo and Cy all say go."
