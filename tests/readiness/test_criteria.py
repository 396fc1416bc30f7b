"""What a wave is judged by: what is counted, what is asked, what is judged, and in which words."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave
from readiness.counted_by_hand import by_hand, friendly_by_hand
from readiness.random_programme import make_random_programme
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Department, Person
from engagement.readiness.criteria.actions import Terms, change_criterion, judge, set_terms, write_criterion
from engagement.readiness.criteria.queries.standing import Standing, history_of, standings_of
from engagement.readiness.criteria.rules import COUNTED, CriterionKind, CriterionState
from engagement.readiness.queries.verdicts import verdict, verdicts
from engagement.readiness.tallies.actions import settle_tallies
from engagement.readiness.tallies.queries.sums import Friendly, sums_of
from engagement.stakeholders.models import Champion
from engagement.waves.impacts.actions import assess_impact
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus
from engagement.waves.tallies.queries import Shown, shown

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


def standing(wave: Wave, name: str) -> Standing:
    found = standings_of([wave], TODAY)[wave.id].named(name)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_count_is_what_counting_row_by_row_gives(seed, statements):
    waves = make_random_programme(seed)
    db.session.commit()
    with statements() as sent:
        found = verdicts(waves, TODAY, floor=5)
    for wave in waves:
        counted = {
            each.kind: (each.met, each.total, each.state)
            for each in found[wave.id].standing.criteria
            if each.kind.is_counted
        }
        assert counted == by_hand(wave)
    number = len(sent)
    with statements() as again:
        verdicts(waves[:1], TODAY, floor=5)
    assert len(again) <= number <= 39


def friendly_in(some: list[Wave]) -> dict[int, Friendly]:
    """Return the friendly users of waves that have any, as read."""
    return {key: each for key, each in sums_of([wave.id for wave in some]).friendly.items() if each != Friendly()}


@pytest.mark.parametrize("seed", range(4))
def test_friendly_users_are_those_found_by_hand_before_and_after_they_are_counted(seed):
    waves = make_random_programme(seed)

    def compare() -> None:
        for some in (waves, waves[1:2], waves[2:]):
            found = friendly_in(some)
            by_hand = {wave.id: friendly_by_hand(wave) for wave in some}
            assert found == {key: each for key, each in by_hand.items() if each != Friendly()}

    compare()
    settle_tallies("UTC")
    # As a page, which doesn't look for marked people while nobody is.
    token = shown.set(Shown())
    compare()
    shown.reset(token)


def test_what_somebody_is_in_another_programme_makes_them_no_friendly_user_here():
    live, wave = make_random_programme(1)[:2]
    elsewhere = make_wave(make_programme("Elsewhere"), go_live_on=TODAY - timedelta(90), status=WaveStatus.LIVE)
    before = {row.id: friendly_by_hand(row) for row in (live, wave)}
    place, said = make_department("Operations/Place0"), {"from_on": TODAY, "appointed_at": clock.now()}
    for person in db.session.scalars(select(Person)).all():
        db.session.add(Champion(wave=elsewhere, person=person, department_id=place.id, **said))
        db.session.add(Membership(wave=elsewhere, person=person, origin=MembershipOrigin.HAND, joined_at=clock.now()))
    db.session.flush()
    found = friendly_in([live, wave])
    assert found == {key: each for key, each in before.items() if each != Friendly()} != {}


def test_how_much_support_is_needed_is_said_for_the_demand_that_is_expected():
    wave = make_wave(members=[make_person(f"Pat Number{n}") for n in range(5)])
    assert standing(wave, "support").total == 1
    for rate in (0, -1, 10_001):
        with pytest.raises(BadInput, match="from 1 to 10,000") as refused:
            set_terms(wave, CriterionKind.SUPPORT, Terms(people_for_one=rate), by=TESTER)
        assert list(refused.value.problems) == ["people_for_one"]
    with pytest.raises(BadInput, match="for support alone"):
        set_terms(wave, CriterionKind.TRAINING, Terms(people_for_one=2), by=TESTER)
    set_terms(wave, CriterionKind.SUPPORT, Terms(people_for_one=2), by=TESTER)
    found = standing(wave, "support")
    assert (found.met, found.total) == (0, 3)
    assert (
        found.sentence
        == "0 of 3 people needed for support are trained, one for 2 people; 100\N{NO-BREAK SPACE}% needed."
    )


def test_what_is_asked_of_a_wave_is_said_in_dated_rows_and_bad_numbers_are_refused_in_words():
    wave, owner = make_wave(), make_person("Ona Owner")
    assert (standing(wave, "training").need, standing(wave, "training").state) == (95, CriterionState.UNKNOWN)
    for need in (0, 101, -1):
        with pytest.raises(BadInput, match="from 1 to 100") as refused:
            set_terms(wave, CriterionKind.TRAINING, Terms(need=need), by=TESTER)
        assert list(refused.value.problems) == ["need"]
    with pytest.raises(BadInput, match="has to be met whole"):
        set_terms(wave, CriterionKind.NOTICE, Terms(need=90), by=TESTER)
    row = set_terms(wave, CriterionKind.TRAINING, Terms(need=80, owner=owner), by=TESTER)
    assert set_terms(wave, CriterionKind.TRAINING, Terms(need=80, owner=owner), by=TESTER).id == row.id
    change_criterion(row, Terms(left_out=" They know it. "), by=TESTER)
    found = standing(wave, "training")
    assert (found.state, found.sentence) == (CriterionState.NOT_NEEDED, "They know it.")
    assert found.need == 95
    said, _ = history_of(row.id)
    assert [(each.need, each.left_out, each.superseded_at is None) for each in said] == [
        (None, "They know it.", True),
        (80, "", False),
    ]
    assert standings_of([wave], TODAY)[wave.id].tally.not_needed == 1


def test_an_own_criterion_is_judged_by_a_person_on_evidence_and_earlier_judgements_stay():
    wave, owner = make_wave(), make_person("Ona Owner")
    for said, field in ((Terms("", owner), "title"), (Terms("Rehearsed"), "owner"), (Terms("x" * 201, owner), "title")):
        with pytest.raises(BadInput) as refused:
            write_criterion(wave, said, by=TESTER)
        assert list(refused.value.problems) == [field]
    row = write_criterion(wave, Terms("The fallback is rehearsed", owner), by=TESTER)
    name = f"own-{row.id}"
    assert standing(wave, name).sentence == "Nobody has judged it yet. Ona Owner is to."
    for state, evidence, field in ((None, "Seen.", "state"), (CriterionState.MET, " ", "evidence")):
        with pytest.raises(BadInput) as refused:
            judge(row, state, evidence, by=TESTER)
        assert list(refused.value.problems) == [field]
    judge(row, CriterionState.SHORT, "Two gaps.", by=TESTER)
    judge(row, CriterionState.MET, "Both closed.", by=TESTER)
    assert (standing(wave, name).state, standing(wave, name).sentence) == (CriterionState.MET, "Both closed.")
    _, judged = history_of(row.id)
    assert [(each.evidence, each.superseded_at is None) for each in judged] == [
        ("Both closed.", True),
        ("Two gaps.", False),
    ]
    with pytest.raises(RuleBroken, match="The service counts this one"):
        judge(set_terms(wave, CriterionKind.STEPS, Terms(owner=owner), by=TESTER), CriterionState.MET, "x", by=TESTER)
    wave.status = WaveStatus.CLOSED
    with pytest.raises(RuleBroken, match="is closed"):
        judge(row, CriterionState.SHORT, "Late.", by=TESTER)


def test_a_wave_with_nothing_in_it_says_in_words_what_is_not_known():
    found = verdict(make_wave(), TODAY, floor=5)
    words = " ".join(each.sentence for each in found.standing.criteria)
    assert found.sentence == "15 of 15 criteria are not known yet."
    assert "nan" not in words.lower()
    assert "0 %" not in words
    assert {each.kind for each in found.standing.criteria} == set(COUNTED)


def test_a_group_that_both_sides_judge_differently_is_named_with_its_widest_gap():
    claims, letters, desk = (make_department(f"Operations/{name}") for name in ("Claims", "Letters", "Desk"))
    wave = make_wave(departments=(claims, letters, desk), members=[make_person()])
    assert (
        standing(wave, "alike").sentence == "No group was judged yet by its people and by those who lead or sponsor it."
    )
    _judge(wave, claims, {Aspect.PAY: 1, Aspect.TASKS: 3}, {Aspect.PAY: 5, Aspect.TASKS: 1})
    _judge(wave, letters, {Aspect.PAY: 1}, {Aspect.PAY: 2})
    _judge(wave, desk, {Aspect.PAY: 1}, None)
    found = standing(wave, "alike")
    assert (found.met, found.total, found.need, found.state) == (1, 2, 75, CriterionState.SHORT)
    assert found.sentence == (
        "1 of 2 groups that can be compared are seen alike by their people, those who lead them and the sponsors; 75\N{NO-BREAK SPACE}% needed. "
        "Operations/Claims, pay and grade: leaders expect 1, its people 5 of 5 points."
    )
    set_terms(wave, CriterionKind.ALIKE, Terms(need=50), by=TESTER)
    assert standing(wave, "alike").state is CriterionState.MET


def _judge(wave: Wave, department: Department, leaders: dict[Aspect, int], people: dict[Aspect, int] | None) -> None:
    for side, points in ((ImpactSide.LEADERS, leaders), (ImpactSide.PEOPLE, people)):
        if points is not None:
            aspects = {aspect: AspectSaid(score, "", "Otherwise") for aspect, score in points.items()}
            said = Assessed(aspects, "Workshop", 8 if side is ImpactSide.PEOPLE else None)
            assess_impact(wave, department, side, said, floor=5, by=TESTER)


def test_nothing_about_people_is_met_where_nobody_is_in_the_wave() -> None:
    found = standings_of([wave := make_wave()], TODAY)[wave.id]
    assert found.tally.met == 0
    nobody = {each.kind for each in found.criteria if each.sentence == "Nobody is in it yet."}
    kinds = CriterionKind
    assert nobody == {
        kinds.TRAINING,
        kinds.BRIEFED,
        kinds.CONFIRMED,
        kinds.STATEMENTS,
        kinds.CONCERNS,
        kinds.SUPPORT,
    } | {
        kinds.CHAMPIONS,
        kinds.ALIKE,
    }
