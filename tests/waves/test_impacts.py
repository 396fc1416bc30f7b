"""Impact assessments: what is wrong with one, totals, versions, and what a group's people may read."""

import pytest
from factories import TESTER, make_department, make_wave
from flask import Flask

from engagement.errors import BadInput, RuleBroken
from engagement.people.actions import merge_department
from engagement.waves.impacts.actions import assess_impact, publish_impact, withdraw_impact
from engagement.waves.impacts.queries.standing import published_for, standing_assessment, versions_of
from engagement.waves.impacts.rules import (
    Aspect,
    AspectSaid,
    Assessed,
    ImpactSide,
    Weight,
    assessment_problems,
    differing,
)

LEADERS, PEOPLE = ImpactSide.LEADERS, ImpactSide.PEOPLE


def said(points: int, aspect: Aspect = Aspect.TASKS, **more) -> Assessed:
    return Assessed({aspect: AspectSaid(points, "", "Otherwise.")}, **more)


def test_totals_count_what_was_judged():
    every = Assessed({aspect: AspectSaid(n % 6, "", "x") for n, aspect in enumerate(Aspect)}, "")
    assert (every.total, every.most) == (sum(n % 6 for n in range(10)), 50)
    assert every.heaviest == [Aspect.COLLEAGUES, Aspect.WORKLOAD, Aspect.DECISIONS]
    assert said(0).words == "0 of 5 points; 9 of 10 parts are not judged"
    assert [said(points).weight for points in range(6)] == [
        Weight.LIGHT, Weight.LIGHT, Weight.NOTABLE, Weight.HEAVY, Weight.HEAVY, Weight.HEAVY,
    ]  # fmt: skip


def test_sides_differ_from_two_points_on_and_only_where_both_judged():
    assert differing(said(3), said(1)) == [Aspect.TASKS]
    assert differing(said(3), said(2)) == differing(said(5), said(0, Aspect.PAY)) == differing(said(5), None) == []


@pytest.mark.parametrize(
    ("given", "side", "field"),
    [
        (Assessed(), LEADERS, "score_tasks"),
        (Assessed({Aspect.PAY: AspectSaid(None, "Now")}), LEADERS, "score_pay"),
        (Assessed({Aspect.PAY: AspectSaid(2)}), LEADERS, "after_pay"),
        (Assessed({Aspect.PAY: AspectSaid(6, "", "x")}), LEADERS, "score_pay"),
        (Assessed({Aspect.PAY: AspectSaid(0, "x" * 1_001)}), LEADERS, "before_pay"),
        (said(1, voices=9), PEOPLE, "basis"),
        (said(1, basis="Workshop"), PEOPLE, "voices"),
        (said(1, basis="Workshop", voices=4), PEOPLE, "voices"),
        (said(1, basis="Workshop", voices=100_001), PEOPLE, "voices"),
    ],
)
def test_each_bad_input_has_its_field(given: Assessed, side: ImpactSide, field: str):
    assert list(assessment_problems(given, side, floor=5)) == [field]


def test_versions_stay_and_people_read_the_closest_that_is_published(app: Flask):
    above, below = make_department("Operations"), make_department("Operations/Claims")
    wave = make_wave(departments=(above, below))
    first = assess_impact(wave, below, LEADERS, said(2), floor=5, by=TESTER)
    assert first is not None
    assert assess_impact(wave, below, LEADERS, said(2), floor=5, by=TESTER) is None
    assess_impact(wave, below, PEOPLE, said(4, basis="Workshop", voices=5), floor=5, by=TESTER)
    assess_impact(wave, above, LEADERS, said(1), floor=5, by=TESTER)
    assert published_for([wave.id], below.lineage) == []
    publish_impact(wave, above.id, by=TESTER)
    assert [row.department for row in published_for([wave.id], below.lineage)] == [above]
    publish_impact(wave, below.id, by=TESTER)
    second = assess_impact(wave, below, LEADERS, said(5), floor=5, by=TESTER)
    # The newer one is not published yet.
    assert published_for([wave.id], below.lineage) == [first]
    assert [row.department for row in published_for([wave.id], above.lineage)] == [above]
    with pytest.raises(RuleBroken, match="changed after you opened the page"):
        publish_impact(wave, below.id, read_id=first.id, by=TESTER)
    publish_impact(wave, below.id, by=TESTER)
    assert published_for([wave.id], below.lineage) == [second]
    assert [row.side for row in versions_of(wave.id, below.id)] == [LEADERS, PEOPLE, LEADERS]
    withdraw_impact(wave, below.id, by=TESTER)
    assert [row.department for row in published_for([wave.id], below.lineage)] == [above]
    standing = standing_assessment(wave.id, below.id, LEADERS)
    assert standing is not None
    assert standing.said.total == 5
    with pytest.raises(RuleBroken, match="Nothing is published for this group"):
        withdraw_impact(wave, below.id, by=TESTER)
    with pytest.raises(RuleBroken, match="Elsewhere is not in "):
        assess_impact(wave, make_department("Elsewhere"), LEADERS, said(1), floor=5, by=TESTER)
    with pytest.raises(BadInput) as refused:
        assess_impact(wave, below, PEOPLE, said(1, basis="Workshop", voices=4), floor=5, by=TESTER)
    assert list(refused.value.problems) == ["voices"]


def test_what_was_said_of_a_merged_department_goes_on_for_its_successor(app: Flask):
    old, into = make_department("Operations/Claims"), make_department("Operations/Desk")
    wave = make_wave(departments=(old,))
    first = assess_impact(wave, old, LEADERS, said(2), floor=5, by=TESTER)
    publish_impact(wave, old.id, by=TESTER)
    merge_department(old, into, by=TESTER)
    assert standing_assessment(wave.id, into.id, LEADERS) == first
    assert published_for([wave.id], into.lineage) == [first]
    second = assess_impact(wave, into, LEADERS, said(5), floor=5, by=TESTER)
    assert standing_assessment(wave.id, into.id, LEADERS) == second
    assert versions_of(wave.id, into.id) == [second, first]
    publish_impact(wave, into.id, by=TESTER)
    assert published_for([wave.id], into.lineage) == [second]
    withdraw_impact(wave, into.id, by=TESTER)
    assert published_for([wave.id], into.lineage) == []
