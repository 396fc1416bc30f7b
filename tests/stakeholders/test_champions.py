"""Champions of a wave: appointing and releasing, and how far they reach its people, department by department."""

from datetime import timedelta

import pytest
from factories import (
    TESTER,
    make_change_manager,
    make_department,
    make_people,
    make_person,
    make_wave,
)
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.stakeholders.champions.actions import appoint_champion, release_champion
from engagement.stakeholders.champions.queries import champion_posts, champions_of_wave, other_champions, wave_coverage
from engagement.stakeholders.rules import champions_needed, coverage_words
from engagement.waves.actions import add_member, place_people
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def claims(app):
    return make_department("Operations/Claims")


@pytest.fixture
def wave(claims):
    return make_wave(departments=(claims,))


def today():
    return clock.now().date()


def appoint(wave, person, **said):
    return appoint_champion(wave, person, by=TESTER, **({"from_on": today()} | said))


def names(wave, on=None):
    return [champion.person.name for champion in champions_of_wave(wave.id, on or today())]


@pytest.mark.parametrize(("people", "needed"), [(0, 0), (1, 1), (25, 1), (26, 2), (62, 3), (2_412, 97)])
def test_one_champion_is_needed_for_every_25_or_part_of_25(people, needed):
    assert champions_needed(people) == needed


def test_coverage_is_said_with_what_is_missing():
    assert coverage_words(1, 62) == "1 champion for 62 people; 3 would be 1 in 25 (here: 2 more)"
    assert coverage_words(0, 1) == "no champion for 1 person; 1 would be 1 in 25 (here: 1 more)"
    assert coverage_words(3, 62) == "3 champions for 62 people"
    assert coverage_words(0, 0) == "no champion for 0 people"


def test_coverage_counts_each_person_in_the_nearest_department_of_the_wave(app):
    operations, property_claims = make_department("Operations"), make_department("Operations/Claims/Property")
    make_people(27, "Operations/Claims/Property/Storm")
    ann, bob = make_person("Ann Above", department="Operations/Mail"), make_person("Bob Away", department="Finance")
    homeless = make_person("Cay Nowhere", department=None)
    wave = make_wave(departments=(operations, property_claims))
    place_people(wave)
    for person in (bob, homeless):
        add_member(wave, person, by=TESTER)
    appoint(wave, ann)
    appoint(wave, bob, department=property_claims)
    coverage = wave_coverage(wave.id, today())
    assert [(row.name, row.people, [c.person.name for c in row.champions], row.missing) for row in coverage.rows] == [
        ("Operations", 1, ["Ann Above"], 0),
        ("Operations/Claims/Property", 27, ["Bob Away"], 1),
        ("From elsewhere", 2, [], 1),
    ]
    totals = (coverage.people, coverage.champions, coverage.needed, coverage.missing, coverage.people_for_one)
    assert totals == (30, 2, 4, 2, 15)


def test_the_widest_gap_stands_first(app):
    departments = [make_department(name) for name in ("Letters", "Motor")]
    wave = make_wave(departments=tuple(departments))
    make_people(60, "Motor")
    make_person("Ann Letters", department="Letters")
    place_people(wave)
    gaps = wave_coverage(wave.id, today()).gaps
    assert [(gap.name, gap.missing) for gap in gaps] == [("Motor", 3), ("Letters", 1)]


def test_a_merged_department_is_counted_as_its_successor(app, claims):
    letters = make_department("Letters")
    wave = make_wave(departments=(letters,))
    ann = make_person("Ann Letters", department="Letters")
    place_people(wave)
    appoint(wave, ann)
    people.merge_department(letters, claims, by=TESTER)
    place_people(wave)
    assert [(row.name, row.people, len(row.champions)) for row in wave_coverage(wave.id, today()).rows] == [
        ("Operations/Claims", 1, 1)
    ]


def test_coverage_takes_as_many_statements_for_many_as_for_few(app, wave, statements):
    wave_id = wave.id

    def sent():
        db.session.commit()
        with statements() as found:
            wave_coverage(wave_id, today())
        return len(found)

    appoint(wave, make_person("Ann First"))
    place_people(wave)
    few = sent()
    for number, person in enumerate(make_people(40, "Operations/Claims/Property")):
        if number % 4 == 0:
            appoint(wave, person)
    place_people(wave)
    assert sent() == few


def test_a_champion_is_one_from_the_first_day_to_the_one_before_the_last(app, wave):
    person, day = make_person(), timedelta(days=1)
    appoint(wave, person, from_on=today() + day, until_on=today() + 3 * day)
    assert [bool(names(wave, today() + n * day)) for n in range(5)] == [False, True, True, False, False]
    appoint(wave, person, from_on=today() + 3 * day)
    for begins, ends in ((0, None), (0, 2), (2, 3), (5, None)):
        with pytest.raises(BadInput, match="is a champion of this wave already"):
            appoint(wave, person, from_on=today() + begins * day, until_on=today() + ends * day if ends else None)
    appoint(wave, person, from_on=today(), until_on=today() + day)


def test_released_today_is_no_champion_today_and_stays_on_record(app, wave, frozen):
    ines, ann = make_change_manager().actor, make_person("Ann First")
    champion = appoint(wave, ann)
    frozen.shift(timedelta(days=5))
    for _ in range(2):
        release_champion(champion, today(), by=ines)
    assert names(wave) == []
    assert names(wave, today() - timedelta(days=1)) == ["Ann First"]
    [earlier] = other_champions(wave.id, today())
    assert (earlier.person.name, earlier.until_on, earlier.released_by.name) == ("Ann First", today(), "Ines Okafor")
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "champion").order_by("id")).all()
    assert [(e.verb, e.subject_name, e.person_id, e.wave_id, e.changes) for e in entries] == [
        (
            "appointed champion",
            "Wave 3: Property claims: Operations/Claims",
            ann.id,
            wave.id,
            {"champion": [None, "Ann First"], "from": [None, "2026-04-14"], "until": [None, None]},
        ),
        (
            "released champion",
            "Wave 3: Property claims: Operations/Claims",
            ann.id,
            wave.id,
            {"until": [None, "2026-04-19"]},
        ),
    ]


def test_one_who_was_to_begin_later_and_is_released_never_was_one(app, wave):
    champion = appoint(wave, make_person(), from_on=today() + timedelta(days=9))
    release_champion(champion, today(), by=TESTER)
    assert (champion.from_on, champion.until_on) == (today() + timedelta(days=9), today() + timedelta(days=9))
    assert names(wave, today() + timedelta(days=9)) == []


def test_who_leaves_is_no_champion_any_more_and_keeps_the_history(app, wave):
    ann = make_person("Ann First")
    appoint(wave, ann)
    people.mark_as_left(ann, by=TESTER)
    assert (names(wave), champion_posts(ann.id, today())) == ([], [])
    assert [champion.person.name for champion in other_champions(wave.id, today())] == ["Ann First"]
    people.take_back(ann, by=TESTER)
    assert names(wave) == ["Ann First"]


def test_who_works_elsewhere_needs_a_department_of_the_wave(app, wave, claims):
    away, finance = make_person("Bob Away", department="Finance"), make_department("Finance")
    for department, problem in ((None, "works in no department of this wave"), (finance, "is no department of Wave 3")):
        with pytest.raises(BadInput, match=problem) as refused:
            appoint(wave, away, department=department)
        assert list(refused.value.problems) == ["department"]
    assert appoint(wave, away, department=claims).department is claims


def test_nobody_is_appointed_who_left_or_for_a_wave_that_is_over_or_backwards(app, wave):
    person, gone = make_person("Ann First"), make_person("Gone Person", "gone@example.com")
    people.mark_as_left(gone, by=TESTER)
    with pytest.raises(RuleBroken, match="has left"):
        appoint(wave, gone)
    with pytest.raises(BadInput, match="choose a later day"):
        appoint(wave, person, until_on=today())
    wave.status = WaveStatus.CLOSED
    with pytest.raises(RuleBroken, match="is closed"):
        appoint(wave, person)


def test_posts_of_a_person_leave_cancelled_waves_out(app, claims):
    ann = make_person("Ann First")
    wave = make_wave(departments=(claims,))
    appoint(wave, ann)
    assert [post.wave_id for post in champion_posts(ann.id, today())] == [wave.id]
    wave.status = WaveStatus.CANCELLED
    db.session.flush()
    assert champion_posts(ann.id, today()) == []
