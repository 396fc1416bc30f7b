"""Who is in a wave of their own will: said and taken back, kept on the way out and in again, and never of another wave."""

import pytest
from factories import TESTER, make_department, make_person, make_wave
from flask import Flask
from sqlalchemy import select

from engagement.audiences.actions import save_audience
from engagement.audiences.membership.actions import choose_audiences
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.models import Person
from engagement.waves import actions
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus
from engagement.waves.volunteers.actions import mark_volunteers, take_back_volunteers
from engagement.waves.volunteers.queries import volunteers_among, volunteers_of_waves
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("app", "frozen")


@pytest.fixture
def wave(app: Flask) -> Wave:
    made = make_wave(departments=(make_department("Operations/Claims"),))
    for name in ("Ada Willing", "Ben Sent"):
        make_person(name)
    actions.place_people(made)
    return made


def named(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def spans(person: Person, wave: Wave) -> list[tuple[str, bool, bool]]:
    """Return somebody's memberships of a wave: how they came, whether they are still there, whether of their own will."""
    db.session.flush()
    db.session.expire_all()
    rows = select(Membership).where(Membership.wave_id == wave.id, Membership.person_id == person.id)
    return [
        (row.origin.value, row.ended_at is None, row.volunteered)
        for row in db.session.scalars(rows.order_by(Membership.id))
    ]


def entries() -> list[tuple[str, int | None, dict]]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "marked volunteer").order_by(AuditEntry.id))
    return [(row.subject_name, row.person_id, row.changes) for row in rows]


def test_it_is_said_of_some_and_taken_back_and_each_change_is_written_down(wave):
    ada, ben, out = named("Ada Willing"), named("Ben Sent"), make_person("Cy Outside", department="Finance")
    marked = mark_volunteers(wave, [ada, ada, out], by=TESTER)
    assert (marked.changed, marked.unchanged, marked.outside) == (1, 0, [out])
    assert volunteers_among(wave.id, [ada.id, ben.id, out.id]) == {ada.id}
    again = mark_volunteers(wave, [ada, ben], by=TESTER)
    assert (again.changed, again.unchanged) == (1, 1)
    back = take_back_volunteers(wave, [ada], by=TESTER)
    assert (back.changed, back.unchanged) == (1, 0)
    assert volunteers_of_waves([wave.id]) == {wave.id: [ben.id]}
    told = [(ada, [None, ada.name]), (ben, [None, ben.name]), (ada, [ada.name, None])]
    assert entries() == [(wave.title, person.id, {"volunteer": change}) for person, change in told]


def test_of_a_wave_that_is_over_nothing_more_is_said(wave):
    wave.status = WaveStatus.CLOSED
    with pytest.raises(RuleBroken, match="its people stay as they are"):
        mark_volunteers(wave, [named("Ada Willing")], by=TESTER)
    assert volunteers_of_waves([wave.id]) == {}


def test_who_leaves_and_returns_keeps_it_and_what_was_taken_back_stays_so(wave, frozen):
    ada, ben = named("Ada Willing"), named("Ben Sent")
    mark_volunteers(wave, [ada, ben], by=TESTER)
    here, away = make_department("Operations/Claims"), make_department("Finance")
    for day, department in ((15, away), (16, here), (17, away), (18, here)):
        frozen.move_to(NOW.replace(day=day))
        if day == 17:
            take_back_volunteers(wave, [ben], by=TESTER)
        ada.department = ben.department = department
        db.session.flush()
        actions.place_people(wave)
    gone, here_still = ("department", False), ("department", True)
    assert spans(ada, wave) == [(*gone, True), (*gone, True), (*here_still, True)]
    assert spans(ben, wave) == [(*gone, True), (*gone, False), (*here_still, False)]
    assert volunteers_of_waves([wave.id]) == {wave.id: [ada.id]}


def test_it_stays_whatever_brings_somebody_into_the_wave_and_says_nothing_of_another_one(wave):
    ada = named("Ada Willing")
    mark_volunteers(wave, [ada], by=TESTER)
    ada.department, ada.country = make_department("Finance"), "PL"
    audience = save_audience("In Poland", {"field": "country", "values": ["PL"]}, by=TESTER)
    choose_audiences(wave, [audience], on=NOW.date(), by=TESTER)
    actions.add_member(wave, ada, by=TESTER)
    assert spans(ada, wave) == [
        (MembershipOrigin.DEPARTMENT.value, False, True),
        (MembershipOrigin.RULE.value, False, True),
        (MembershipOrigin.HAND.value, True, True),
    ]
    other = make_wave(wave.programme, number=4, name="Next")
    actions.add_member(other, ada, by=TESTER)
    assert spans(ada, other) == [(MembershipOrigin.HAND.value, True, False)]
