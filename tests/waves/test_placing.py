"""Who is in a wave: everybody of its departments and below, whoever was added by hand, and nobody who has left."""

from datetime import date, timedelta

import pytest
import time_machine
from factories import TESTER, make_department, make_people, make_person, make_programme, make_wave
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.audit import DIRECTORY, Actor
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.waves import actions, queries
from engagement.waves.models import Membership, Wave, WaveDetails
from engagement.waves.rules import MembershipOrigin, WaveStatus
from tests.conftest import NOW, Statements


def names(wave: Wave) -> list[str]:
    db.session.flush()
    return [person.name for person in db.session.scalars(queries.members(wave.id))]


def spans(wave: Wave, person: Person) -> list[Membership]:
    db.session.expire_all()
    of_person = select(Membership).where(Membership.wave_id == wave.id, Membership.person_id == person.id)
    return list(db.session.scalars(of_person.order_by(Membership.id)))


def plan(*paths: str) -> Wave:
    return actions.plan_wave(
        make_programme(),
        WaveDetails("Property claims"),
        date(2026, 5, 12),
        departments=map(make_department, paths),
        by=TESTER,
    )


def test_planning_places_everybody_of_the_departments_and_below(app: Flask) -> None:
    make_person("Ada Above", department="Operations")
    make_person("Ben Here", department="Operations/Claims")
    make_person("Cy Below", department="Operations/Claims/Property/North")
    make_person("Dee Beside", department="Operations/Claims handling")
    make_person("Eva Nowhere", department=None)
    assert names(plan("Operations/Claims")) == ["Cy Below", "Ben Here"]


def test_placing_again_changes_nothing(app: Flask) -> None:
    make_people(3)
    wave = plan("Operations/Claims")
    assert actions.place_people(wave) == (0, 0)
    assert queries.member_counts([wave.id]) == {wave.id: 3}


def test_movers_come_and_go_and_come_back(app: Flask, frozen: time_machine.Traveller) -> None:
    ada, ben = make_person("Ada Mover"), make_person("Ben Comer", department="Finance")
    wave = plan("Operations/Claims")
    joined_at = clock.now()
    frozen.shift(timedelta(days=1))
    ada.department, ben.department = ben.department, ada.department
    db.session.flush()
    assert actions.place_people(wave) == (1, 1)
    assert names(wave) == ["Ben Comer"]
    left_at = clock.now()
    assert [(row.joined_at, row.ended_at) for row in spans(wave, ada)] == [(joined_at, left_at)]
    frozen.shift(timedelta(days=1))
    ada.department = make_department("Operations/Claims")
    db.session.flush()
    assert actions.place_people(wave) == (1, 0)
    assert [(row.joined_at, row.ended_at) for row in spans(wave, ada)] == [(joined_at, left_at), (clock.now(), None)]
    assert queries.member_counts([wave.id]) == {wave.id: 2}


def test_it_is_told_who_was_in_a_wave_on_a_day_and_who_put_them_there(
    app: Flask, frozen: time_machine.Traveller
) -> None:
    """From planning on the 14th: one leaves on the 16th and is back on the 20th, one comes on the 18th by hand."""
    ada, ben = make_person("Ada Away"), make_person("Ben Byhand", department="Finance")
    wave = plan("Operations/Claims")
    for day, act in (
        (16, lambda: setattr(ada, "department", make_department("Finance"))),
        (18, lambda: actions.add_member(wave, ben, by=Actor(None, "Ines Okafor"))),
        (20, lambda: setattr(ada, "department", make_department("Operations/Claims"))),
    ):
        frozen.move_to(NOW.replace(day=day))
        act()
        db.session.flush()
        actions.settle_memberships(by=DIRECTORY)
    found = {}
    for day in range(13, 22):
        midnight = NOW.replace(day=day, hour=0)
        then = db.session.scalars(queries.members_between(wave.id, midnight, midnight + timedelta(days=1)))
        found[day] = [person.first_name for person in then]
    ada_alone, ben_alone, both = ["Ada"], ["Ben"], ["Ada", "Ben"]
    assert list(found.values()) == [[], ada_alone, ada_alone, ada_alone, [], ben_alone, ben_alone, both, both]
    authors = [(row.joined_by, row.ended_by) for row in (*spans(wave, ada), *spans(wave, ben))]
    assert authors == [("The tests", "HR file"), ("HR file", None), ("Ines Okafor", None)]


def test_nobody_is_in_a_wave_twice_at_a_time(app: Flask) -> None:
    ada = make_person("Ada Twice")
    wave = plan("Operations/Claims")
    twice = Membership(wave=wave, person=ada, origin=MembershipOrigin.HAND, joined_at=clock.now())
    db.session.add(twice)
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_leavers_go_also_those_added_by_hand_and_returners_come_back(app: Flask) -> None:
    ada, ben = make_person("Ada Leaver"), make_person("Ben Byhand", department="Finance")
    wave = plan("Operations/Claims")
    actions.add_member(wave, ben, by=TESTER)
    people.mark_as_left(ada, by=TESTER)
    people.mark_as_left(ben, by=TESTER)
    db.session.flush()
    assert actions.place_people(wave) == (0, 2)
    assert names(wave) == []
    people.take_back(ada, by=TESTER)
    db.session.flush()
    assert actions.place_people(wave) == (1, 0)
    assert names(wave) == ["Ada Leaver"]


def test_who_was_added_by_hand_stays_whatever_their_department(app: Flask) -> None:
    ada = make_person("Ada Byhand")
    wave = plan("Operations/Claims")
    actions.add_member(wave, ada, by=TESTER)
    actions.add_member(wave, ada, by=TESTER)
    kept = [(row.origin, row.ended_at is None) for row in spans(wave, ada)]
    assert kept == [(MembershipOrigin.DEPARTMENT, False), (MembershipOrigin.HAND, True)]
    ada.department = make_department("Finance")
    db.session.flush()
    assert actions.place_people(wave) == (0, 0)
    assert names(wave) == ["Ada Byhand"]


def test_a_department_that_was_merged_counts_as_its_successor(app: Flask) -> None:
    make_person("Ada Claims", department="Operations/Claims")
    make_person("Ben Finance", department="Finance")
    wave = plan("Operations/Claims")
    people.merge_department(make_department("Operations/Claims"), make_department("Finance"), by=TESTER)
    assert actions.place_people(wave) == (1, 0)
    assert names(wave) == ["Ada Claims", "Ben Finance"]
    people.merge_department(make_department("Finance"), make_department("Shared"), by=TESTER)
    assert actions.place_people(wave) == (0, 0)
    assert len(names(wave)) == 2


def test_a_department_that_was_renamed_keeps_its_people(app: Flask) -> None:
    make_person("Ada Claims", department="Operations/Claims/Motor")
    wave = plan("Operations/Claims")
    people.rename_department(make_department("Operations"), "Service", by=TESTER)
    assert actions.place_people(wave) == (0, 0)
    assert names(wave) == ["Ada Claims"]


@pytest.mark.parametrize("status", [WaveStatus.CLOSED, WaveStatus.CANCELLED])
def test_a_wave_that_is_over_keeps_its_members(app: Flask, status: WaveStatus) -> None:
    ada = make_person("Ada Mover")
    wave = plan("Operations/Claims")
    wave.status = status
    ada.department = make_department("Finance")
    make_person("Ben Late")
    db.session.flush()
    assert actions.settle_memberships() == (0, 0)
    assert names(wave) == ["Ada Mover"]
    with pytest.raises(RuleBroken, match=f"Wave 1: Property claims is {status.value}"):
        actions.add_member(wave, ada, by=TESTER)


def test_other_departments_bring_other_people(app: Flask) -> None:
    make_person("Ada Claims")
    make_person("Ben Finance", department="Finance")
    wave = plan("Operations/Claims")
    actions.choose_departments(wave, [make_department("Finance")], by=TESTER)
    assert names(wave) == ["Ben Finance"]
    actions.choose_departments(wave, [], by=TESTER)
    assert names(wave) == []


def test_somebody_who_has_left_is_not_added(app: Flask) -> None:
    ada, wave = make_person("Ada Leaver", department=None), plan()
    people.mark_as_left(ada, by=TESTER)
    with pytest.raises(RuleBroken, match="Ada Leaver has left"):
        actions.add_member(wave, ada, by=TESTER)


def test_members_without_a_training_role_are_listed(app: Flask) -> None:
    make_person("Ada User", roles=(TrainingRole.USER,))
    make_person("Ben None", roles=())
    wave = plan("Operations/Claims")
    assert [p.name for p in db.session.scalars(queries.members(wave.id, without_role=True))] == ["Ben None"]


def test_placing_takes_the_same_statements_for_few_and_for_many(app: Flask, statements: Statements) -> None:
    wave = plan("Operations/Claims")
    few = number_sent(statements, wave, 2)
    assert queries.member_counts([wave.id]) == {wave.id: 2}
    other = make_wave(wave.programme, number=2, departments=(make_department(),))
    assert number_sent(statements, other, 60) == few <= 6


def number_sent(statements: Statements, wave: Wave, number: int) -> int:
    """How many statements it takes to place so many people more."""
    begin = wave.number * 1000
    for n in range(number):
        make_person(f"Person Number{begin + n}", f"person{begin + n}@example.com")
    db.session.flush()
    wave_id = wave.id
    wave = db.session.get_one(Wave, wave_id)
    with statements() as sent:
        actions.place_people(wave)
    return len(sent)
