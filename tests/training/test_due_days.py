"""A day of one's own: who has it is asked, reminded and counted late by it, whatever becomes of the wave's day."""

from datetime import date, timedelta

import pytest
import time_machine
from factories import TESTER, make_account, make_person, make_wave
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import account_for_person
from engagement.accounts.rules import Role
from engagement.audiences.queries import members, why
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.actions import mark_as_left
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.rules.records import STAND_IN
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.due_days import give_own_due_day
from engagement.training.models import Assignment
from engagement.training.queries.due_days import own_due_days
from engagement.training.queries.learning import learning_of
from engagement.training.queries.progress import learners, overdue_learners
from engagement.training.rules import ItemKind
from engagement.waves.actions import move_go_live
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")
WHY = "Back from leave on the 18th."
OVERDUE = {"field": "training_state", "values": ["overdue"]}


@pytest.fixture
def wave(app: Flask) -> Wave:
    """A wave whose training is due on 5 May, with Ana and Ben, who have done nothing yet."""
    make_curriculum(TrainingRole.USER, (make_module("reading"), ItemKind.REQUIRED))
    made = make_wave(members=[make_person("Ana Lima"), make_person("Ben Ode")], go_live_on=date(2026, 5, 12))
    settle_assignments(clock.now())
    return made


def assigned(name: str) -> Assignment:
    return db.session.scalars(select(Assignment).join(Assignment.person).where(Person.name == name)).one()


def late_on(wave: Wave, on: date) -> list[str]:
    """Who is late on a day, for a wave's list; checked to be the same for audiences, one by one, and for everybody's own page."""
    late = [person.name for person in db.session.scalars(overdue_learners(on, wave.id))]
    reached = {person.name for person in db.session.scalars(members(OVERDUE, on))}
    people = db.session.scalars(select(Person)).all()
    told = {person.name for person in people if why(OVERDUE, person, on)[0].is_met}
    own = {p.name for p in people if any(item.is_overdue for item in learning_of(p.id, on))}
    assert set(late) == reached == told == own
    return late


def test_late_begins_the_day_after_ones_own_day(wave: Wave) -> None:
    give_own_due_day(assigned("Ana Lima"), date(2026, 5, 20), reason=WHY, by=TESTER)
    give_own_due_day(assigned("Ben Ode"), date(2026, 5, 1), reason=WHY, by=TESTER)
    days = (date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 6), date(2026, 5, 20), date(2026, 5, 21))
    assert [late_on(wave, on) for on in days] == [[], ["Ben Ode"], ["Ben Ode"], ["Ben Ode"], ["Ana Lima", "Ben Ode"]]


def test_ones_own_day_stays_when_go_live_moves_and_the_waves_day_comes_back(wave: Wave) -> None:
    assignment = assigned("Ana Lima")
    give_own_due_day(assignment, date(2026, 5, 20), reason=WHY, by=TESTER)
    move_go_live(wave, date(2026, 6, 12), reason="Late data.", by=TESTER)
    assert (assignment.due_on, assigned("Ben Ode").due_on) == (date(2026, 5, 20), date(2026, 6, 5))
    (item,) = learning_of(assignment.person_id)
    assert (item.due_on, item.has_own_day) == (date(2026, 5, 20), True)
    give_own_due_day(assignment, None, reason="Came back early.", by=TESTER)
    (item,) = learning_of(assignment.person_id)
    assert (item.due_on, item.has_own_day) == (date(2026, 6, 5), False)


def test_every_day_that_was_given_is_kept_with_author_and_reason(wave: Wave, frozen: time_machine.Traveller) -> None:
    assignment, by = assigned("Ana Lima"), make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER).actor
    given = [(date(2026, 5, 20), WHY), (date(2026, 5, 27), "Still away."), (None, "Back.")]
    for due_on, reason in given:
        frozen.shift(timedelta(days=1))
        give_own_due_day(assignment, due_on, reason=f" {reason} ", by=by)
        give_own_due_day(assignment, due_on, reason="The same again.", by=by)
    kept = [(r.due_on, r.reason, r.said_by, r.said_by_id) for r in own_due_days(assignment.id)]
    assert kept == [(*one, "Ines Okafor", by.account_id) for one in reversed(given)]
    assert own_due_days(assigned("Ben Ode").id) == []
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-3]
    assert (entry.verb, entry.person_id, entry.wave_id) == ("gave another due day", assignment.person_id, wave.id)
    assert entry.changes["training due"] == ["2026-05-05", "2026-05-20"]


@pytest.mark.parametrize(
    ("due_on", "reason", "fields"),
    [
        (date(2026, 4, 13), WHY, {"due_on"}),
        (date(2026, 5, 20), "  ", {"reason"}),
        (date(2026, 5, 20), "x" * 1_001, {"reason"}),
        (date(2020, 1, 1), "", {"due_on", "reason"}),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_by_field(wave: Wave, due_on: date, reason: str, fields: set[str]) -> None:
    assignment = assigned("Ana Lima")
    with pytest.raises(BadInput) as refused:
        give_own_due_day(assignment, due_on, reason=reason, by=TESTER)
    assert (set(refused.value.problems), assignment.own_due_on) == (fields, None)
    assert own_due_days(assignment.id) == []


@pytest.mark.parametrize("end", ["left", "closed", "cancelled", "withdrawn"])
def test_what_is_not_asked_any_more_gets_no_other_day(wave: Wave, end: str) -> None:
    assignment = assigned("Ana Lima")
    if end == "left":
        mark_as_left(assignment.person, by=TESTER)
    elif end == "withdrawn":
        assignment.withdrawn_at = clock.now()
    else:
        wave.status = WaveStatus(end)
    with pytest.raises(RuleBroken, match="not asked of Ana Lima any more"):
        give_own_due_day(assignment, date(2026, 5, 20), reason=WHY, by=TESTER)


def test_erasing_leaves_the_day_but_neither_reason_nor_author(wave: Wave) -> None:
    ana, ben = assigned("Ana Lima"), assigned("Ben Ode")
    author = account_for_person(ben.person)
    give_own_due_day(ana, date(2026, 5, 20), reason="On leave with her child.", by=author.actor)
    erase_person(ana.person, by=TESTER)
    erase_person(ben.person, by=TESTER)
    kept = [(row.due_on, row.reason, row.said_by) for row in own_due_days(ana.id)]
    assert kept == [(date(2026, 5, 20), "", STAND_IN)]


def test_the_list_of_people_has_everybodys_day(wave: Wave) -> None:
    give_own_due_day(assigned("Ana Lima"), date(2026, 5, 20), reason=WHY, by=TESTER)
    rows = db.session.execute(learners(wave.id)).all()
    assert [(row.name, row.due_on) for row in rows] == [("Ana Lima", date(2026, 5, 20)), ("Ben Ode", date(2026, 5, 5))]
