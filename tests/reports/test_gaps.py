"""Where people judge the same part of the work otherwise than leaders or sponsors: of which groups that is told, and how."""

import random

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave

from engagement.reports.queries.gaps import gap_figures, gap_words
from engagement.reports.rules.figures import SubjectKind
from engagement.waves.impacts.actions import assess_impact, say_as_sponsor
from engagement.waves.impacts.queries.gaps import gaps_of
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide

on_a_database = pytest.mark.usefixtures("app", "frozen")
FLOOR = 5


def said(points, voices=None):
    aspects = {aspect: AspectSaid(score, "", "Otherwise" if score else "") for aspect, score in points.items()}
    return Assessed(aspects, "Workshop" if voices else "", voices)


def judge(wave, department, leaders, people=None, sponsors=None, voices=8):
    if leaders is not None:
        assess_impact(wave, department, ImpactSide.LEADERS, said(leaders), floor=FLOOR, by=TESTER)
    if sponsors is not None:
        say_as_sponsor(wave, department, wave.programme.sponsor, said(sponsors), by=TESTER)
    if people is not None:
        assess_impact(wave, department, ImpactSide.PEOPLE, said(people, voices), floor=FLOOR, by=TESTER)


@on_a_database
def test_a_gap_is_two_points_and_is_told_of_groups_that_both_judged():
    motor, letters, desk = (make_department(f"Operations/{name}") for name in ("Motor", "Letters", "Desk"))
    wave = make_wave(departments=(motor, letters, desk))
    judge(wave, motor, {Aspect.PAY: 1, Aspect.TASKS: 3}, {Aspect.PAY: 4, Aspect.TASKS: 2})
    judge(wave, letters, {Aspect.TASKS: 3}, {Aspect.TASKS: 3})
    judge(wave, desk, {Aspect.TASKS: 5})
    (found,) = gaps_of([wave], FLOOR)
    assert (found.judged, found.seen_apart) == (2, 1)
    assert [(gap.group, gap.aspect, gap.above, gap.judged, gap.people) for gap in found.gaps] == [
        ("Operations/Motor", Aspect.PAY, [ImpactSide.LEADERS], {ImpactSide.LEADERS: 1}, 4)
    ]
    assert gap_words([found]) == (
        "In 1 of 2 groups that can be compared, people see what changes for them otherwise than those who lead them. "
        "Furthest apart: Operations/Motor, pay and grade: leaders expect 1, its people 4 of 5 points."
    )
    figures = list(gap_figures([found], wave.go_live_on, FLOOR))
    words = ["50\N{NO-BREAK SPACE}%, 1 of 2", "not said", "1 of 5 points", "4 of 5 points"]
    assert [figure.words for figure in figures] == words


@on_a_database
def test_whose_view_differs_is_said_of_sponsors_and_leaders_apart():
    """The people are the measure: sponsors and leaders are never held against each other."""
    motor, letters, desk = (make_department(f"Operations/{name}") for name in ("Motor", "Letters", "Desk"))
    programme = make_programme(sponsor=make_person("Margaret Leclerc"))
    wave = make_wave(programme, departments=(motor, letters, desk))
    judge(wave, motor, {Aspect.TOOLS: 3}, {Aspect.TOOLS: 4}, {Aspect.TOOLS: 1})
    judge(wave, letters, {Aspect.TOOLS: 1}, {Aspect.TOOLS: 3}, {Aspect.TOOLS: 5})
    judge(wave, desk, {Aspect.TOOLS: 5}, None, {Aspect.TOOLS: 0})
    (found,) = gaps_of([wave], FLOOR)
    assert (found.judged, found.seen_apart, found.compared) == (2, 2, [ImpactSide.SPONSORS, ImpactSide.LEADERS])
    assert [gap.words for gap in found.widest] == [
        "Operations/Motor, what they work with: sponsors expect 1, its people 4 of 5 points",
        "Operations/Letters, what they work with: sponsors expect 5, leaders 1, its people 3 of 5 points",
    ]
    assert gap_words([found]).startswith(
        "In 2 of 2 groups that can be compared, people see what changes for them otherwise than the sponsors or those who lead them. "
    )
    figures = [figure.words for figure in gap_figures([found], wave.go_live_on, FLOOR)]
    points = [[f"{number} of 5 points" for number in row] for row in ((1, 3, 4), (5, 1, 3))]
    assert figures == ["100\N{NO-BREAK SPACE}%, 2 of 2", *points[0], *points[1]]


@on_a_database
def test_a_group_that_its_sponsor_and_its_people_judged_is_compared_without_its_leaders():
    motor = make_department("Operations/Motor")
    wave = make_wave(make_programme(sponsor=make_person("Margaret Leclerc")), departments=(motor,))
    judge(wave, motor, None, {Aspect.PAY: 1}, {Aspect.PAY: 2, Aspect.TASKS: 5})
    (found,) = gaps_of([wave], FLOOR)
    assert (found.judged, found.seen_alike, found.compared) == (1, 1, [ImpactSide.SPONSORS])


@on_a_database
def test_without_a_group_that_both_judged_nothing_is_claimed():
    motor = make_department("Operations/Motor")
    wave = make_wave(departments=(motor,))
    judge(wave, motor, {Aspect.PAY: 1})
    (found,) = gaps_of([wave], FLOOR)
    assert gap_words([found]) == gap_words([]) == ""
    assert list(gap_figures([found], wave.go_live_on, FLOOR)) == []
    assert gaps_of([], FLOOR) == []


@on_a_database
def test_a_floor_that_was_raised_leaves_out_what_too_few_said():
    motor = make_department("Operations/Motor")
    wave = make_wave(departments=(motor,))
    judge(wave, motor, {Aspect.PAY: 1}, {Aspect.PAY: 5}, voices=6)
    assert gaps_of([wave], 6)[0].seen_apart == 1
    assert gaps_of([wave], 7)[0].judged == 0


@on_a_database
def test_every_gap_is_that_of_a_count_by_hand():
    chance = random.Random(3)
    programme = make_programme(sponsor=make_person("Margaret Leclerc"))

    def points():
        return {aspect: chance.randrange(6) for aspect in chance.sample(list(Aspect), chance.randrange(1, 5))}

    for number in range(12):
        groups = [
            [points() if chance.random() < 0.7 else None for _ in ("leaders", "people", "sponsors")]
            for _ in range(chance.randrange(1, 5))
        ]
        places = [make_department(f"Wave {number}/Team {place}") for place in range(len(groups))]
        wave = make_wave(programme, number=number, departments=tuple(places))
        for place, given in zip(places, groups, strict=True):
            judge(wave, place, *given)
        (found,) = gaps_of([wave], FLOOR)
        above = [([leaders or {}, sponsors or {}], people or {}) for leaders, people, sponsors in groups]
        compared = [(sides, people) for sides, people in above if any(set(side) & set(people) for side in sides)]
        apart = [
            {a for side in sides for a in side if a in people and abs(side[a] - people[a]) >= 2}
            for sides, people in compared
        ]
        assert (found.judged, found.seen_apart) == (len(compared), sum(bool(each) for each in apart))
        assert len(found.gaps) == sum(map(len, apart))
        kinds = [figure.of.kind for figure in gap_figures([found], wave.go_live_on, FLOOR)]
        assert kinds.count(SubjectKind.GROUP) == 3 * len(found.gaps)
