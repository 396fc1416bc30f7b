"""Where leaders and people judge the same part of the work differently: of which groups that is told, and how."""

import random

import pytest
from factories import TESTER, make_department, make_programme, make_wave

from engagement.reports.queries.gaps import gap_figures, gap_words
from engagement.reports.rules.figures import SubjectKind
from engagement.waves.impacts.actions import assess_impact
from engagement.waves.impacts.queries import gaps_of
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide

on_a_database = pytest.mark.usefixtures("app", "frozen")
FLOOR = 5


def said(points, voices=None):
    aspects = {aspect: AspectSaid(score, "", "Otherwise" if score else "") for aspect, score in points.items()}
    return Assessed(aspects, "Workshop" if voices else "", voices)


def judge(wave, department, leaders, people=None, voices=8):
    assess_impact(wave, department, ImpactSide.LEADERS, said(leaders), floor=FLOOR, by=TESTER)
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
    assert [(gap.group, gap.aspect, gap.leaders, gap.people) for gap in found.gaps] == [
        ("Operations/Motor", Aspect.PAY, 1, 4)
    ]
    assert gap_words([found]) == (
        "In 1 of 2 groups that both have judged, people see what changes for them otherwise than those who lead them: "
        "Operations/Motor expects more change in “pay and grade”, 4 of 5 points against 1."
    )
    figures = list(gap_figures([found], wave.go_live_on, FLOOR))
    assert [figure.words for figure in figures] == ["50\N{NO-BREAK SPACE}%, 1 of 2", "1 of 5 points", "4 of 5 points"]


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
    programme = make_programme()

    def points():
        return {aspect: chance.randrange(6) for aspect in chance.sample(list(Aspect), chance.randrange(1, 5))}

    for number in range(12):
        groups = [(points(), points() if chance.random() < 0.7 else None) for _ in range(chance.randrange(1, 5))]
        places = [make_department(f"Wave {number}/Team {place}") for place in range(len(groups))]
        wave = make_wave(programme, number=number, departments=tuple(places))
        for place, (leaders, people) in zip(places, groups, strict=True):
            judge(wave, place, leaders, people)
        (found,) = gaps_of([wave], FLOOR)
        both = [(leaders, people) for leaders, people in groups if people and set(leaders) & set(people)]
        apart = [
            [aspect for aspect in leaders if aspect in people and abs(leaders[aspect] - people[aspect]) >= 2]
            for leaders, people in both
        ]
        assert (found.judged, found.seen_apart) == (len(both), sum(bool(each) for each in apart))
        assert len(found.gaps) == sum(map(len, apart))
        kinds = [figure.of.kind for figure in gap_figures([found], wave.go_live_on, FLOOR)]
        assert kinds.count(SubjectKind.GROUP) == 2 * len(found.gaps)
