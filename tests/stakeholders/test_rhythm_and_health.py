"""How often to be in touch, who is late by it, and how a relationship stands by formula and by judgement."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import TESTER, make_change_manager, make_person, make_programme, make_wave
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.people import actions as people
from engagement.reach import Reach
from engagement.scheduler.stakeholder_jobs import forget_labels
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.commitments.actions.promising import close_promise, make_promise
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.health.models import HealthJudgement
from engagement.stakeholders.health.queries import health_shown, judgement_of
from engagement.stakeholders.health.rules import Part, contact_tenths, figure_of, promise_tenths, spoken_tenths
from engagement.stakeholders.interactions.actions import log_interaction, withdraw_interaction
from engagement.stakeholders.interactions.rules import Channel, Said, Sentiment
from engagement.stakeholders.rhythm.actions import say_own_rhythm, say_rhythms
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.queries import contacts_of, late_contacts, rhythms_of
from engagement.stakeholders.rhythm.rules import USUAL, Every, LastContact, closest
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.queries.posts import is_labelled
from engagement.stakeholders.standings.rules import NOT_LABELLED, Quadrant, Standing
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")
ON = date(2026, 4, 14)
Q, S = Quadrant, Sentiment


@pytest.fixture
def wave(app):
    return make_wave()


def missed_by(planning, on):
    number, found = late_contacts(planning, on, 99)
    said = contacts_of([each.stakeholder for each in found], on)
    assert number == len(found)
    assert [each.contact for each in found] == [said[each.stakeholder.id] for each in found]
    return found


def add(whom, *places, at=(90, 90), **said):
    row = mapping.add_stakeholder(whom, StakeholderGroup.OTHERS, places=places, by=TESTER, **said)
    if at:
        say_standing(row, Standing(*at), on=ON, by=TESTER)
    return row


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
    number, first = late_contacts(everything, late + timedelta(days=1), 1)
    assert (number, [each.stakeholder.name for each in first]) == (5, ["Met"])


def talk(*rows, ago=0, sentiment=None):
    said = Said(Channel.CALL, ON - timedelta(days=ago), "Talked.", sentiment=sentiment)
    return log_interaction(rows, said, on=ON, by=TESTER)


def contact(row, on=ON):
    return contacts_of([row], on)[row.id]


def health(row, on=ON):
    return health_shown(row, contact(row, on), on, labelled=is_labelled(row, on))


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


@pytest.mark.parametrize(
    ("late", "every", "tenths"), [(0, 14, 100), (7, 14, 75), (14, 14, 50), (28, 14, 0), (99, 14, 0), (1, 92, 99)]
)
def test_the_part_for_contact_falls_to_nothing_in_two_rhythms(late, every, tenths):
    assert contact_tenths(late, every) == tenths


def test_the_other_parts_are_shares_and_means():
    assert [promise_tenths(*each) for each in ((0, 0), (2, 3), (3, 3), (0, 1))] == [None, 67, 100, 0]
    assert spoken_tenths([]) is None
    assert spoken_tenths([S.FAVOURABLE, S.CRITICAL]) == 50
    assert spoken_tenths([S.FAVOURABLE, S.MIXED, S.CRITICAL, S.CRITICAL]) == 50


def part(tenths, weight):
    return Part("", "", tenths, weight)


def test_the_figure_is_the_weighted_mean_of_what_is_known_and_needs_two_parts():
    assert figure_of([part(100, 4), part(50, 3), part(0, 3)]) == 55
    assert figure_of([part(100, 4), part(50, 3), part(None, 3)]) == 79
    assert figure_of([part(100, 4), part(None, 3), part(None, 3)]) is None
    assert figure_of([]) is None


def test_the_figure_comes_from_what_is_logged_and_says_from_what(wave):
    row, sam = add("Brokers", wave), make_person("Sam Pryce")
    assert (health(row).figure, [each.tenths for each in health(row).parts]) == (None, [None, None, None])
    talk(row, ago=21, sentiment=S.FAVOURABLE)
    talk(row, ago=200, sentiment=S.CRITICAL)
    kept = make_promise(row, "Send it", sam, ON - timedelta(days=3), on=ON - timedelta(days=9), by=TESTER)
    make_promise(row, "Call", sam, ON - timedelta(days=1), on=ON - timedelta(days=9), by=TESTER)
    make_promise(row, "Later", sam, ON + timedelta(days=9), on=ON, by=TESTER)
    unwanted = make_promise(row, "Visit", sam, ON, on=ON, by=TESTER)
    close_promise(kept, Outcome.KEPT, "Sent.", by=TESTER)
    close_promise(unwanted, Outcome.NO_LONGER_WANTED, "They are away.", by=TESTER)
    shown = health(row)
    assert [(each.name, each.words, each.tenths) for each in shown.parts] == [
        ("Contact", "Last on 24 March, every two weeks: 7 days late.", 75),
        ("Promises", "1 of 2 kept, of those due in the last 180 days.", 50),
        ("How they spoke", "In the newest talks: in favour.", 100),
    ]
    assert shown.figure == 75


def test_how_an_employee_spoke_counts_only_while_they_hold_a_post(wave):
    ann = make_person("Ann Employee")
    row, wave.lead = add(ann, wave), ann
    db.session.flush()
    talk(row, sentiment=S.CRITICAL)
    judge_health(row, 20, "She stopped answering.", on=ON, by=TESTER)
    assert (health(row).figure, health(row).judgement.figure) == (57, 20)
    wave.lead = None
    db.session.flush()
    assert ([each.name for each in health(row).parts], health(row).judgement) == (["Contact", "Promises"], None)
    with pytest.raises(BadInput) as refused:
        judge_health(row, 20, "She stopped answering.", on=ON, by=TESTER)
    assert refused.value.problems == {"figure": NOT_LABELLED}


def test_judgements_of_people_go_with_their_last_post(app, wave):
    ann = make_person("Ann Employee")
    row, council = add(ann, wave), add("Works council", wave)
    wave.lead = ann
    db.session.flush()
    for each in (row, council):
        judge_health(each, 20, "Quiet.", on=ON, by=TESTER)
    wave.lead = None
    db.session.commit()
    assert forget_labels(app.config["SETTINGS"]) == "1 emptied."
    assert db.session.scalars(select(HealthJudgement.stakeholder_id)).all() == [council.id]
    assert forget_labels(app.config["SETTINGS"]) == "0 emptied."


@pytest.mark.parametrize(
    ("figure", "reason", "field"),
    [(None, "Quiet.", "figure"), (101, "Quiet.", "figure"), (50, " ", "reason"), (50, "x" * 1_001, "reason")],
)
def test_a_judgement_has_a_figure_and_a_reason(wave, figure, reason, field):
    with pytest.raises(BadInput) as refused:
        judge_health(add("Brokers", wave), figure, reason, on=ON, by=TESTER)
    assert list(refused.value.problems) == [field]


def test_earlier_judgements_stay_and_the_audit_has_neither_figure_nor_reason(wave):
    row, ines = add("Brokers", wave), make_change_manager().actor
    judge_health(row, 40, "Quiet.", on=ON, by=ines)
    judge_health(row, 70, "They called.", on=ON, by=ines)
    now = judgement_of(row.id)
    assert (now.figure, now.reason, now.said_by.name) == (70, "They called.", "Ines Okafor")
    assert db.session.scalars(select(HealthJudgement.figure).order_by(HealthJudgement.id)).all() == [40, 70]
    assert db.session.scalars(select(AuditEntry.changes).where(AuditEntry.verb == Verb.JUDGED_HEALTH)).all() == [{}, {}]
