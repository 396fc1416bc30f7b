"""How often to be in touch, and who is late by it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from factories import TESTER, make_change_manager, make_person, make_programme, make_wave
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from stakeholders.touch_rows import ON, add, contact, talk

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.people import actions as people
from engagement.reach import Reach
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.commitments.queries.next_steps import with_owners
from engagement.stakeholders.interactions.actions import withdraw_interaction
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.actions import say_own_rhythm, say_rhythms
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.queries.lateness import late_contacts
from engagement.stakeholders.rhythm.queries.said import contacts_of, rhythms_of
from engagement.stakeholders.rhythm.rules import USUAL, Every, LastContact, closest
from engagement.stakeholders.standings.rules import Quadrant
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")
Q = Quadrant


class Missed(NamedTuple):
    stakeholder: Stakeholder
    contact: LastContact


def missed_by(planning, on):
    number, ids = late_contacts(planning, on, 99)
    assert number == len(ids)
    people = with_owners(ids)
    said = contacts_of({key: people[key][0].added_at.date() for key in ids}, on)
    assert ids == sorted(ids, key=lambda key: (-said[key].days_late(on), key))
    assert all(said[key].days_late(on) for key in ids)
    return [Missed(people[key][0], said[key]) for key in ids]


def test_the_latest_come_first_and_all_are_counted(wave):
    other = make_wave(make_programme("Another"))
    say_rhythms(other.programme, {**USUAL, Q.WORK_CLOSELY: Every.WEEK, Q.KEEP_AN_EYE: Every.NEVER}, by=TESTER)
    rows = {
        "closely": add("Closely", wave),
        "both": add("On both", wave, other),
        "met": add("Met", other),
        "seldom": add("Seldom", wave, at=(10, 10)),
        "never": add("Never", other, at=(10, 10)),
        "unplaced": add("Unplaced", wave, at=None),
        "own": add("Own", other, at=(10, 10)),
        "not": add("Not", wave),
    }
    say_own_rhythm(rows["own"], Every.MONTH, by=TESTER)
    say_own_rhythm(rows["not"], Every.NEVER, by=TESTER)
    talk(rows["met"], ago=30)
    talk(rows["met"], ago=3)
    everything, late = Reach(everything=True), ON + timedelta(days=92)
    found = missed_by(everything, late)
    assert [(each.stakeholder.name, each.contact.days_late(late)) for each in found] == [
        ("Met", 88),
        ("On both", 85),
        ("Closely", 78),
        ("Own", 61),
    ]
    latest = late_contacts(everything, late + timedelta(days=1), 1)
    assert latest == (5, [rows["met"].id])


def test_a_contact_is_late_from_the_day_after_it_was_due():
    met = LastContact(ON, Every.TWO_WEEKS, date(2026, 1, 1))
    assert met.due_on == ON + timedelta(days=14)
    assert [met.days_late(ON + timedelta(days=days)) for days in (13, 14, 15, 21)] == [0, 0, 1, 7]
    never_met = replace(met, last_on=None)
    assert never_met.due_on == date(2026, 1, 15)
    for every in (Every.NEVER, None):
        without = replace(met, every=every)
        assert (without.due_on, without.days_late(date(2030, 1, 1))) == (None, 0)


def test_the_closer_of_two_rhythms_counts():
    assert closest([Every.QUARTER, Every.NEVER, Every.WEEK]) is Every.WEEK
    assert closest([Every.NEVER]) is Every.NEVER
    assert closest([]) is None


@pytest.mark.parametrize(
    ("at", "every"),
    [
        ((50, 50), Every.TWO_WEEKS),
        ((50, 49), Every.MONTH),
        ((49, 50), Every.MONTH),
        ((0, 0), Every.QUARTER),
        (None, None),
    ],
)
def test_the_rhythm_follows_the_quadrant(wave, at, every):
    assert contact(add("Brokers", wave, at=at)).every is every


def test_a_programme_says_its_own_rhythms_and_what_it_said_before_stays(wave):
    ines, row = make_change_manager().actor, add("Brokers", wave)
    said = {**USUAL, Q.WORK_CLOSELY: Every.WEEK}
    assert say_rhythms(wave.programme, said, by=ines) is True
    assert say_rhythms(wave.programme, said, by=ines) is False
    assert say_rhythms(wave.programme, {**said, Q.WORK_CLOSELY: Every.MONTH}, by=ines) is True
    assert rhythms_of(wave.programme_id)[Q.WORK_CLOSELY] is Every.MONTH
    assert contact(row).every is Every.MONTH
    stored = db.session.scalars(select(ContactRhythm).order_by(ContactRhythm.id)).all()
    assert [(each.every, each.superseded_at is None) for each in stored] == [(Every.WEEK, False), (Every.MONTH, True)]
    told = select(AuditEntry.subject_kind, AuditEntry.changes).where(AuditEntry.verb == Verb.SAID_RHYTHM)
    assert [tuple(entry) for entry in db.session.execute(told.order_by(AuditEntry.id))] == [
        ("programme", {"work_closely": ["two_weeks", "week"]}),
        ("programme", {"work_closely": ["week", "month"]}),
    ]


def test_somebody_on_two_maps_is_met_as_often_as_the_closer_one_wants(wave):
    other = make_wave(make_programme("Another"))
    say_rhythms(other.programme, {**USUAL, Q.WORK_CLOSELY: Every.WEEK}, by=TESTER)
    assert contact(add("Brokers", wave, other)).every is Every.WEEK


def test_one_stakeholder_has_a_rhythm_of_their_own(wave):
    row = add("Brokers", wave, at=None)
    assert say_own_rhythm(row, Every.WEEK, by=TESTER) is True
    assert say_own_rhythm(row, Every.WEEK, by=TESTER) is False
    assert contact(row).every is Every.WEEK
    assert say_own_rhythm(row, Every.NEVER, by=TESTER) is True
    assert contact(row).every is Every.NEVER
    assert say_own_rhythm(row, None, by=TESTER) is True
    assert contact(row).every is None


def test_the_database_has_one_rhythm_of_one_thing(wave):
    row_id, programme_id = add("Brokers", wave).id, wave.programme_id
    db.session.commit()
    for subject in (
        {},
        {"programme_id": programme_id},
        {"programme_id": programme_id, "quadrant": Q.KEEP_AN_EYE, "stakeholder_id": row_id},
    ):
        db.session.add(ContactRhythm(every=Every.WEEK, said_at=clock.now(), **subject))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_who_was_not_met_in_time_is_asked_of_who_looks_after_them(wave, statements):
    ann = make_person("Ann Owner", "ann@example.com")
    mine, nobodys = add("Mine", wave, owner=ann), add("Nobody’s", wave)
    late, planner = ON + timedelta(days=20), Reach(waves=frozenset({wave.id}))
    owner = Reach(person_id=ann.id)
    assert missed_by(planner, ON) == []
    assert [(each.stakeholder, each.contact.days_late(late)) for each in missed_by(planner, late)] == [(nobodys, 6)]
    assert [each.stakeholder for each in missed_by(owner, late)] == [mine]
    talk(mine, nobodys)
    assert missed_by(owner, late)[0].contact.last_on == ON
    assert missed_by(owner, ON + timedelta(days=14)) == []
    db.session.commit()
    both = Reach(waves=planner.waves, person_id=ann.id)
    counted = []
    for _ in range(2):
        db.session.expire_all()
        with statements() as sent:
            missed_by(both, late)
        counted.append(len(sent))
        for number in range(9):
            add(f"Group {number} {len(counted)}", wave, owner=ann)
        db.session.commit()
    assert counted[0] == counted[1]


def test_whoever_is_off_the_map_or_has_left_is_not_missed(wave):
    gone, ann = add("Gone", wave), make_person("Ann Employee")
    left = add(ann, wave)
    mapping.remove_stakeholder(gone, by=TESTER)
    people.mark_as_left(ann, by=TESTER)
    assert missed_by(Reach(everything=True), date(2027, 1, 1)) == []
    assert contact(left, date(2027, 1, 1)).days_late(date(2027, 1, 1)) > 0


def test_a_withdrawn_talk_is_no_contact(wave):
    row = add("Brokers", wave)
    withdraw_interaction(talk(row), by=TESTER)
    assert contact(row).last_on is None
