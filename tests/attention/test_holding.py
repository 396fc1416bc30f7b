"""What leavers hold: everything, however many left before; for each reader what they may see; in a few statements."""

from datetime import date, timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_department,
    make_people,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
)
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.holding import held_by, held_by_leavers, leavers_who_hold
from engagement.attention.rules import Place
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.programmes import actions as programmes
from engagement.programmes.rules import OwnershipPart
from engagement.readiness.criteria.actions import Terms, set_terms, write_criterion
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.gate.actions.deciding import ConditionSaid, name_approver
from engagement.readiness.gate.rules import Choice
from engagement.resistance import actions as resistance
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Source
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import make_audience, make_line
from tests.conftest import Statements
from tests.readiness.gate_rows import TODAY, say

pytestmark = pytest.mark.usefixtures("app", "frozen")


def reader_for(account: Account) -> Reader:
    return reader_of(account, "UTC")


def leave(*who: Person) -> None:
    for person in who:
        people.mark_as_left(person, by=TESTER)
    db.session.flush()


def concern_of(owner: Account, wave: Wave | None, on: date, text: str) -> Concern:
    concern = resistance.log_concern(text, About(Source.JOB_SECURITY, wave=wave), by=TESTER, on=on)
    resistance.take_over(concern, owner, by=TESTER)
    db.session.flush()
    return concern


def holder_of_everything() -> tuple[Person, Wave]:
    """Return somebody who holds one thing of every kind, and the wave."""
    person = make_person("Ann Lead", "ann@example.com")
    account = accounts.account_for_person(person)
    programme = make_programme(sponsor=person)
    wave = make_wave(programme, lead=person)
    make_wave(programme, number=4, name="Motor claims").sponsor = person
    programmes.name_holder(make_workflow(programme), OwnershipPart.CHANGE_APPROVER, person, by=TESTER)
    people.name_department_manager(make_department("Finance"), person, by=TESTER)
    add_stakeholder("Works council", StakeholderGroup.OTHERS, places=[wave], owner=person, by=TESTER)
    make_line(programme, owner=account, name="Written line")
    other = make_account("w@example.com", "Will Writer")
    make_line(programme, audience=make_audience("Others"), owner=other, name="Approved line").approver_id = account.id
    concern_of(account, wave, date(2026, 4, 9), "I shall lose my job")
    concern_of(account, None, date(2026, 4, 10), "All of us will")
    return person, wave


def number_of(concern_text: str) -> str:
    return f"{db.session.scalars(select(Concern.id).where(Concern.text == concern_text)).one() % 1_000_000:06d}"


def test_everything_that_somebody_holds_is_listed_with_the_place_to_give_it_away() -> None:
    person, _ = holder_of_everything()
    leave(person)
    reader = reader_for(make_change_manager())
    [(listed, held)] = leavers_who_hold(reader, limit=50, offset=0)
    assert listed is person
    first, second = number_of("I shall lose my job"), number_of("All of us will")
    assert [(thing.what, thing.as_what, thing.place, thing.may_change) for thing in held] == [
        ("Claims triage", "Change approver", Place.NAME_OWNERS, True),
        ("Wave 3: Property claims", "Wave lead", Place.PLAN_WAVE, True),
        ("Wave 4: Motor claims", "Sponsor of the wave", Place.PLAN_WAVE, True),
        ("Claims and finance", "Sponsor", Place.PLAN_PROGRAMME, True),
        ("Finance", "Manager", Place.DEPARTMENT, True),
        ("Works council", "Looks after this stakeholder", Place.PLAN_STAKEHOLDER, True),
        ("Written line", "Writer", Place.PLAN_COMMUNICATION, True),
        ("Approved line", "Approver", Place.PLAN_COMMUNICATION, True),
        (
            f"Concern {first}, came in on 9 April 2026",
            "Owner. State: in response. About job security, Wave 3: Property claims",
            Place.CONCERN,
            True,
        ),
        (
            f"Concern {second}, came in on 10 April 2026",
            "Owner. State: in response. About job security",
            Place.CONCERN,
            True,
        ),
    ]
    assert held_by(person, reader) == held
    assert held_by_leavers() == (1, 10)


def test_an_administrator_sees_what_is_held_and_nothing_of_what_was_said() -> None:
    person, _ = holder_of_everything()
    leave(person)
    held = held_by(person, reader_for(make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)))
    assert [(thing.place, thing.may_change) for thing in held] == [
        (Place.WORKFLOW, False),
        (Place.WAVE, False),
        (Place.WAVE, False),
        (Place.PROGRAMME, False),
        (Place.DEPARTMENT, True),
        (Place.STAKEHOLDER, False),
        (Place.COMMUNICATION, False),
        (Place.COMMUNICATION, False),
        (None, False),
        (None, False),
    ]
    assert [(thing.what, thing.as_what) for thing in held[-2:]] == [
        ("A concern", "Owner"),
        ("A concern", "Owner"),
    ]


def test_who_plans_one_wave_sees_what_belongs_to_it() -> None:
    person, wave = holder_of_everything()
    make_wave(make_programme("Another"), lead=person)
    leave(person)
    planner = make_account("pat@example.com", "Pat Wave", Role.CHANGE_MANAGER, wave_id=wave.id)
    assert [(thing.as_what, thing.place) for thing in held_by(person, reader_for(planner))] == [
        ("Change approver", Place.WORKFLOW),
        ("Wave lead", Place.PLAN_WAVE),
        ("Sponsor", Place.PROGRAMME),
        ("Manager", Place.DEPARTMENT),
        ("Looks after this stakeholder", Place.STAKEHOLDER),
        ("Writer", Place.COMMUNICATION),
        ("Approver", Place.COMMUNICATION),
        ("Owner. State: in response. About job security, Wave 3: Property claims", Place.CONCERN),
    ]


def test_who_sees_to_criteria_decides_at_a_gate_or_meets_a_condition_holds_that_until_the_wave_is_past_it() -> None:
    person, sponsor = make_person("Ann Lead", "ann@example.com"), make_person("Sue Sponsor", "sue@example.com")
    wave = make_wave(make_programme(sponsor=sponsor), go_live_on=TODAY + timedelta(days=9))
    set_terms(wave, CriterionKind.TRAINING, Terms(owner=person), by=TESTER)
    set_terms(wave, CriterionKind.SUPPORT, Terms(owner=person, left_out="None is needed."), by=TESTER)
    write_criterion(wave, Terms("Rehearsed", person), by=TESTER)
    name_approver(wave, person, by=TESTER)
    say(wave, sponsor, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", person, TODAY))
    leave(person)
    planner, auditor = (
        reader_for(make_account(f"{role}@example.com", "Some Body", role))
        for role in (Role.CHANGE_MANAGER, Role.AUDITOR)
    )
    title = wave.title
    assert [(thing.what, thing.as_what, thing.place, thing.may_change) for thing in held_by(person, planner)] == [
        (f"{title}: Training is finished, in each role", "Sees to this criterion", Place.READINESS, True),
        (f"{title}: Rehearsed", "Judges this criterion", Place.READINESS, True),
        (title, "Decides at its gate", Place.APPROVERS, True),
        (f"{title}: Two more people", "Meets this condition", Place.CONDITION, True),
    ]
    assert [(thing.place, thing.may_change) for thing in held_by(person, auditor)] == [(Place.READINESS, False)] * 4
    assert held_by_leavers() == (1, 4)
    wave.status = WaveStatus.LIVE
    db.session.flush()
    assert [thing.as_what for thing in held_by(person)] == [
        "Sees to this criterion",
        "Judges this criterion",
        "Meets this condition",
    ]
    wave.status = WaveStatus.CANCELLED
    db.session.flush()
    assert held_by_leavers() == (0, 0)


def test_whoever_left_first_is_found_behind_hundreds_who_hold_nothing(frozen) -> None:
    person = make_person("Ann Lead", "ann@example.com")
    wave = make_wave(lead=person)
    leave(person)
    frozen.shift(timedelta(days=1))
    others = make_people(220)
    for other in others:
        other.left_at = clock.now()
    erased = make_person("Gone Forever", "gone@example.com")
    make_wave(wave.programme, number=5, lead=erased)
    erased.left_at = erased.erased_at = clock.now()
    make_wave(wave.programme, number=6, lead=make_person("Ben Here", "ben@example.com"))
    db.session.flush()
    reader = reader_for(make_change_manager())
    assert [(listed.name, [t.what for t in held]) for listed, held in leavers_who_hold(reader, limit=50, offset=0)] == [
        ("Ann Lead", [wave.title])
    ]
    assert held_by_leavers() == (1, 1)
    assert held_by_leavers(select(Person.id).where(Person.id == erased.id)) == (0, 0)


def test_what_is_over_is_held_by_nobody() -> None:
    person, wave = holder_of_everything()
    leave(person)
    resistance.answer(
        db.session.scalars(select(Concern).where(Concern.wave_id == wave.id)).one(),
        "No.",
        by=TESTER,
        on=clock.now().date(),
    )
    assert held_by_leavers() == (1, 9)
    people.take_back(person, by=TESTER)
    db.session.flush()
    assert held_by_leavers() == (0, 0)


def test_the_list_takes_as_many_statements_for_many_as_for_one(app: Flask, statements: Statements) -> None:
    programme = make_programme()
    reader = reader_for(make_change_manager())
    numbers = []
    for n in range(1, 8):
        person = make_person(f"Lead {n}", f"lead{n}@example.com")
        make_wave(programme, number=n, lead=person)
        concern_of(accounts.account_for_person(person), None, date(2026, 4, n), f"Concern {n}")
        leave(person)
        db.session.expire_all()
        with statements() as sent:
            assert len(leavers_who_hold(reader, limit=50, offset=0)) == n
        numbers.append(len(sent))
    assert set(numbers[1:]) == {numbers[0]}
