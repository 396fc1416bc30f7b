"""Deciding at the gate of a wave: what is kept, who is heard, what opens it again, and who goes past it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from factories import TESTER, make_person
from readiness.gate_rows import TODAY, gate, gates_stand, say

from engagement.db import db
from engagement.errors import BadInput, NotAllowed, RuleBroken
from engagement.readiness.criteria.actions import Terms, set_terms
from engagement.readiness.criteria.queries.standing import Standing, standings_of
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.gate.actions.deciding import ConditionSaid, end_approver, name_approver, settle_condition
from engagement.readiness.gate.actions.opening import end_override, go_past
from engagement.readiness.gate.queries.history import conditions_of, decisions_of, values_of
from engagement.readiness.gate.rules import Choice, GateState
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
IN_A_WEEK = TODAY + timedelta(days=7)


def test_a_decision_keeps_the_criteria_as_they_were_and_takes_the_place_of_the_former(wave, sponsor):
    assert (gate(wave).state, gates_stand(wave)) == (GateState.UNDECIDED, [ObstacleKind.GATE])
    stranger = make_person("Otto Other", "otto@example.com")
    with pytest.raises(NotAllowed):
        say(wave, stranger)
    first = say(wave, sponsor, Choice.NO_GO, " Two are ill. ")
    assert (gate(wave).state, first.reason, first.go_live_on) == (GateState.SHUT, "Two are ill.", IN_A_WEEK)
    second = say(wave, sponsor)
    assert (gate(wave).state, gates_stand(wave)) == (GateState.PASSED, [])
    assert [(row.id, row.ended_at is None) for row in decisions_of(wave.id)] == [(second.id, True), (first.id, False)]
    set_terms(wave, CriterionKind.CHAMPIONS, Terms(need=50, left_out="They all know it."), by=TESTER)
    kept = {row.name: row for row in values_of(second.id)}
    now = {each.name: each for each in _criteria(wave)}
    assert (kept["champions"].state, now["champions"].state) == (CriterionState.SHORT, CriterionState.NOT_NEEDED)
    assert (kept["champions"].met, kept["champions"].total, kept["champions"].need) == (0, 1, 80)
    assert kept["champions"].sentence.startswith("0 of 1 champion needed is there")
    assert len(kept) == len(now) == 15


def _criteria(wave: Wave) -> Sequence[Standing]:
    return standings_of([wave], TODAY)[wave.id].criteria


def test_all_who_are_named_are_heard_and_another_view_stays_beside_the_decision(wave, sponsor):
    other = make_person("Olga Officer", "olga@example.com")
    row = name_approver(wave, other, by=TESTER)
    for person in (other, sponsor):
        with pytest.raises(BadInput, match="decides here already"):
            name_approver(wave, person, by=TESTER)
    say(wave, sponsor)
    assert (gate(wave).state, [person.name for person in gate(wave).unheard]) == (GateState.UNDECIDED, ["Olga Officer"])
    against = say(wave, other, Choice.NO_GO, "Too early.")
    assert (gate(wave).state, gate(wave).dissent) == (GateState.PASSED, [against])
    assert gate(wave).sentence == "Sue Sponsor said go on 14 April 2026. Olga Officer thought otherwise."
    end_approver(row, by=TESTER)
    assert (gate(wave).state, gate(wave).dissent) == (GateState.PASSED, [])
    with pytest.raises(RuleBroken, match="no longer an approver"):
        end_approver(row, by=TESTER)
    sponsor.left_at = datetime(2026, 4, 1, tzinfo=UTC)
    db.session.flush()
    assert (gate(wave).decider, gate(wave).rule_words.partition(".")[0]) == (None, "Nobody can decide yet")


def test_what_is_wrong_with_a_decision_has_its_own_sentence(wave, sponsor):
    whole = ConditionSaid("Two more people", sponsor, TODAY)
    wrong = [
        (None, "Why.", (), ["choice"]),
        (Choice.GO, "  ", (), ["reason"]),
        (Choice.GO, "x" * 2_001, (), ["reason"]),
        (Choice.CONDITIONS, "Why.", (), ["text_1"]),
        (Choice.GO, "Why.", (whole,), ["choice"]),
        (Choice.CONDITIONS, "Why.", (ConditionSaid("", None, None, 2),), ["text_2", "owner_2", "due_2"]),
        (Choice.CONDITIONS, "Why.", (ConditionSaid("A", sponsor, TODAY - timedelta(days=1)),), ["due_1"]),
        # A slip in the year.
        (Choice.CONDITIONS, "Why.", (ConditionSaid("A", sponsor, IN_A_WEEK + timedelta(days=181)),), ["due_1"]),
    ]
    for choice, reason, conditions, fields in wrong:
        with pytest.raises(BadInput) as refused:
            say(wave, sponsor, choice, reason, *conditions)
        assert list(refused.value.problems) == fields
    with pytest.raises(RuleBroken, match="stands otherwise than when you opened the page"):
        say(wave, sponsor, seen="training=met")
    assert decisions_of(wave.id) == []
    row = say(wave, sponsor, Choice.CONDITIONS, "Help comes.", whole)
    (condition,) = conditions_of(row.id)
    for note in (" ", "x" * 2_001):
        with pytest.raises(BadInput) as refused:
            settle_condition(condition, note, by=TESTER)
        assert list(refused.value.problems) == ["note"]
    settle_condition(condition, "They came.", by=TESTER)
    with pytest.raises(RuleBroken, match="settled already"):
        settle_condition(condition, "Again.", by=TESTER)
    wave.status = WaveStatus.LIVE
    with pytest.raises(RuleBroken, match="Nothing is decided before its go-live any more"):
        say(wave, sponsor)


def test_who_goes_past_the_gate_says_why_and_until_when_and_then_it_stands_again(wave):
    for until in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=61)):
        with pytest.raises(BadInput) as refused:
            go_past(wave, "Why.", until, on=TODAY, by=TESTER)
        assert list(refused.value.problems) == ["until_on"]
    with pytest.raises(BadInput) as refused:
        go_past(wave, "  ", TODAY, on=TODAY, by=TESTER)
    assert list(refused.value.problems) == ["reason"]
    row = go_past(wave, "The board wants it.", TODAY, on=TODAY, by=TESTER)
    assert (gate(wave).state, gates_stand(wave)) == (GateState.OVERRIDDEN, [])
    assert gate(wave, TODAY + timedelta(days=1)).state is GateState.UNDECIDED
    end_override(row, by=TESTER)
    assert gates_stand(wave) == [ObstacleKind.GATE]
    with pytest.raises(RuleBroken, match="stands again already"):
        end_override(row, by=TESTER)
