"""Early inclusion: what is wrong with an occasion or an answer, shares by department, and what people helped with."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave, make_workflow
from flask import Flask

from engagement import clock
from engagement.errors import BadInput
from engagement.waves.inclusion.actions import (
    add_points,
    answer_point,
    correct_occasion,
    remove_occasion,
    write_occasion,
)
from engagement.waves.inclusion.queries import (
    counts_for,
    helped_with,
    others_included,
    participant_counts,
    points_waiting,
    shares_counted,
)
from engagement.waves.inclusion.rules import (
    OccasionKind,
    OccasionSaid,
    Outcome,
    Share,
    answer_problems,
    occasion_problems,
    points_problem,
    shares_of,
)

DAY = date(2026, 4, 14)
SAID = OccasionSaid(OccasionKind.WORKSHOP, DAY, "Which claims go to an expert")


def test_departments_without_anybody_come_first_and_small_ones_are_put_together():
    counted = [Share("A", 3, 9), Share("B", 0, 8), Share("C", 1, 2), Share("D", 0, 4)]
    every = shares_of(counted, 0)
    assert [line.path for line in every.lines] == ["B", "D", "A", "C"]
    assert every.words == "4 of 23 affected people took part in design. In 2 of 4 departments nobody was asked."
    kept = shares_of(counted, 5)
    assert ([line.path for line in kept.lines], kept.kept_back, kept.rest) == (["B", "A"], 2, Share("", 1, 6))
    assert (kept.included, kept.affected) == (4, 23)


def test_so_few_that_even_together_they_could_be_recognised_are_in_no_sum():
    kept = shares_of([Share("A", 3, 9), Share("C", 1, 2), Share("D", 0, 2)], 5)
    assert (kept.kept_back, kept.rest, kept.included, kept.affected) == (2, None, 3, 9)
    assert kept.words == "3 of 9 affected people took part in design."


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([], "Nobody is in this wave yet, so nobody can have been asked."),
        ([Share("A", 0, 1)], "The one affected person took no part in design."),
        ([Share("A", 1, 1)], "1 affected person took part in design."),
        ([Share("A", 0, 9), Share("B", 0, 3)], "None of the 12 affected people took part in design."),
    ],
)
def test_the_whole_is_said_in_a_line(shares: list[Share], words: str):
    assert shares_of(shares, 0).words == words


@pytest.mark.parametrize(
    ("said", "people", "field"),
    [
        (OccasionSaid(OccasionKind.TRIAL, DAY, ""), 1, "about"),
        (OccasionSaid(OccasionKind.TRIAL, DAY, "x" * 301), 1, "about"),
        (OccasionSaid(OccasionKind.TRIAL, DAY + timedelta(days=1), "x"), 1, "held_on"),
        (SAID, 0, "people"),
        (SAID, 201, "people"),
    ],
)
def test_each_fault_of_an_occasion_has_its_field(said: OccasionSaid, people: int, field: str):
    assert list(occasion_problems(said, people, DAY)) == [field]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("", Outcome.OPEN, ""), "raised"),
        (("x", Outcome.CHANGED, ""), "answer"),
        (("x", Outcome.UNCHANGED, ""), "answer"),
        (("x", Outcome.OPEN, "Later"), "outcome"),
        (("x", Outcome.CHANGED, "x" * 1_001), "answer"),
    ],
)
def test_each_fault_of_an_answer_has_its_field(given: tuple[str, Outcome, str], field: str):
    assert list(answer_problems(*given)) == [field]


def test_points_are_short_and_not_too_many():
    assert points_problem(["x" * 1_000] * 50) == ""
    assert points_problem(["x" * 1_001]).startswith("Shorten each line")
    assert points_problem(["x"], already=50).startswith("Keep to 50 points")


def test_shares_are_what_counting_everybody_gives(app: Flask):
    """Of two workflows and two waves: who is in the wave, took part in time and in something of it; each once."""
    programme, today = make_programme(), clock.now().date()
    triage, letters = make_workflow(programme), make_workflow(programme, "Letters")
    claims, desk = make_department("Operations/Claims"), make_department("Operations/Desk")
    people = [make_person(f"P{n}", f"p{n}@example.com", claims if n % 3 else desk) for n in range(9)]
    homeless = make_person("Nowhere", "nowhere@example.com", None)
    wave = make_wave(programme, workflows=(triage,), members=[*people[:7], homeless])
    other = make_wave(programme, workflows=(triage, letters), number=4)
    occasions = [
        (triage, None, today - timedelta(days=9), people[:2]),
        (triage, wave, today - timedelta(days=3), [people[1], people[3], people[8]]),
        (triage, other, today, [people[4]]),
        (letters, None, today, [people[5]]),
    ]
    for workflow, of_wave, day, took_part in occasions:
        said = OccasionSaid(OccasionKind.TRIAL, day, "x")
        write_occasion(workflow, of_wave, said, took_part, "One\n- Two\nOne", today=today, by=TESTER)
    for go_live in (wave.go_live_on, today - timedelta(days=3), today - timedelta(days=9)):
        wave.go_live_on = go_live
        asked = {
            person
            for workflow, of_wave, day, took_part in occasions
            for person in took_part
            if (of_wave is wave or (of_wave is None and workflow is triage)) and day < go_live
        }
        expected = []
        for place, path in ((claims, claims.path), (desk, desk.path), (None, "")):
            there = [p for p in [*people[:7], homeless] if p.department is place]
            expected.append(Share(path, sum(p in asked for p in there), len(there)))
        assert shares_counted(wave) == expected
        assert others_included(wave) == sum(person is people[8] for person in asked)
    assert points_waiting(counts_for(wave)) == 4
    assert points_waiting(counts_for(other)) == 6


def test_what_was_raised_belongs_to_the_occasion_and_its_answer_reaches_who_took_part(app: Flask):
    programme = make_programme()
    workflow, elsewhere = make_workflow(programme), make_wave(make_programme("Other"))
    ann, bea = make_person("Ann", "ann@example.com"), make_person("Bea", "bea@example.com")
    wave = make_wave(programme, workflows=(workflow,))
    with pytest.raises(BadInput, match="is not in"):
        write_occasion(workflow, elsewhere, SAID, [ann], today=DAY, by=TESTER)
    row = write_occasion(workflow, wave, SAID, [ann], "Photos first", today=DAY, by=TESTER)
    assert add_points(row, "Photos first\nNo child in “simple”", by=TESTER) == 1
    with pytest.raises(BadInput):
        add_points(row, " \n ", by=TESTER)
    assert answer_point(row.points[0], "Photos first", Outcome.CHANGED, "They open first now.", by=TESTER)
    assert not answer_point(row.points[0], "Photos first", Outcome.CHANGED, "They open first now.", by=TESTER)
    assert points_waiting(counts_for(wave)) == 1
    assert [(each.outcome, each.answered_by) for each in helped_with(ann.id, 5)[0].points] == [
        (Outcome.CHANGED, TESTER.name),
        (Outcome.OPEN, None),
    ]
    assert answer_point(row.points[0], "Photos first", Outcome.OPEN, "", by=TESTER)
    assert row.points[0].answered_at is None
    assert not correct_occasion(row, wave, SAID, [ann], today=DAY, by=TESTER)
    assert correct_occasion(row, None, SAID, [ann, bea], today=DAY, by=TESTER)
    assert participant_counts([row.id]) == {row.id: 2}
    assert helped_with(bea.id, 5) == [row]
    remove_occasion(row, by=TESTER)
    assert helped_with(ann.id, 5) == []
