"""What each field of a rule means in the database: departments, groups, champions, training, confirmations."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave
from training.courses import make_module

from engagement import clock
from engagement.audiences import actions, queries
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.people import actions as people
from engagement.people.rules import TrainingRole
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.models import Completion
from engagement.training.rules import CompletionSource
from engagement.waves.rules import WaveStatus
from tests.audiences.small_world import make_world, reached

pytestmark = pytest.mark.usefixtures("frozen")


def test_a_department_takes_those_below_along_unless_told_otherwise(app):
    operations = make_department("Operations")
    other = make_department("Operations 2")
    above, below = (
        make_person("Ann Above", department=operations),
        make_person("Bob Below", department="Operations/Claims"),
    )
    make_person("Cay Other", department=other)
    assert reached({"field": "department", "values": [operations.id]}) == {above.id, below.id}
    assert reached({"field": "department", "values": [operations.id], "exactly": True}) == {above.id}


def test_a_merged_department_stands_for_its_successor(app):
    letters, mail = make_department("Letters"), make_department("Mail")
    claims = make_department("Claims")
    writer, handler = make_person("Ann Writer", department=letters), make_person("Bob Handler", department=claims)
    rule = {"field": "department", "values": [letters.id]}
    people.merge_department(letters, mail, by=TESTER)
    people.merge_department(mail, claims, by=TESTER)
    assert reached(rule) == {writer.id, handler.id}
    assert make_department("Letters") is claims


def test_why_answers_which_training_somebody_has_done(app, frozen):
    person = make_person("Tomasz Wójcik", roles=(TrainingRole.LEADER,))
    asked, other = make_module("worries"), make_module("reading")
    for module, when in ((other, clock.now()), (asked, datetime(2026, 3, 2, 23, 30, tzinfo=UTC))):
        row = {"source": CompletionSource.IMPORT, "completed_at": when, "recorded_by": "Ines"}
        db.session.add(Completion(person=person, module=module, module_version=1, **row))
    make_module("unread")
    db.session.flush()

    def told(*values: str, zone: str = "UTC") -> list[tuple[bool, str]]:
        rule = {"field": "training_state", "values": list(values)}
        return [(r.is_met, r.theirs) for r in queries.why(rule, person, clock.now().date(), ZoneInfo(zone))]

    worries, unread = f"“{asked.title}”", "“Unread”"
    assert told("finished:worries") == [(True, f"Has finished {worries} on 2 March 2026.")]
    assert told("finished:worries", zone="Europe/Warsaw") == [(True, f"Has finished {worries} on 3 March 2026.")]
    assert told("not_finished:worries") == [(False, f"Has finished {worries} on 2 March 2026.")]
    assert told("finished:unread") == [(False, f"Has not finished {unread}.")]
    assert told("not_finished:unread") == [(True, f"Has not finished {unread}.")]
    assert told("overdue") == [(False, "Has no training that is overdue.")]
    assert told("not_started") == [(False, "Has started what is assigned, or has nothing to do.")]
    assert told("finished:unread", "overdue", "finished:worries") == [
        (True, f"Has finished {worries} on 2 March 2026. Has not finished {unread}. Has no training that is overdue.")
    ]


def test_a_department_on_the_map_stands_for_its_people_and_those_below(app):
    wave, department = make_wave(), make_department("Operations/Claims")
    ann = make_person("Ann Below", "ann@example.com", "Operations/Claims/Property")
    bob = make_person("Bob Named", "bob@example.com", "Finance")
    make_person("Cay Above", "cay@example.com", "Operations")
    users, leaders = ({"field": "stakeholder_group", "values": [group]} for group in ("end_users", "business_leaders"))
    row = add_stakeholder(department, StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    add_stakeholder(bob, StakeholderGroup.BUSINESS_LEADERS, places=[wave.programme], by=TESTER)
    assert (reached(users), reached(leaders)) == ({ann.id}, {bob.id})
    assert reached({"any": [users, leaders]}) == {ann.id, bob.id}
    remove_stakeholder(row, by=TESTER)
    assert reached(users) == set()


def test_a_groups_programme_and_its_later_waves_narrow_it(app):
    programme, other = make_programme(), make_programme("Another")
    wide, one = make_person("Ann Wide", "ann@example.com"), make_person("Bob One", "bob@example.com")
    first, foreign = make_wave(programme, number=1), make_wave(other, number=1)
    add_stakeholder(wide, StakeholderGroup.OTHERS, places=[programme], by=TESTER)
    add_stakeholder(one, StakeholderGroup.OTHERS, places=[first, foreign], by=TESTER)
    later = make_wave(programme, number=2)
    group = {"field": "stakeholder_group", "values": ["others"]}
    assert reached({**group, "programmes": [programme.id]}) == {wide.id, one.id}
    assert reached({**group, "waves": [later.id]}) == {wide.id}
    assert reached({**group, "waves": [later.id], "programmes": [other.id]}) == {wide.id, one.id}
    assert reached({**group, "programmes": [other.id]}) == {one.id}


def test_a_champion_is_reached_while_they_are_one(app):
    department = make_department("Operations/Claims")
    wave = make_wave(departments=(department,))
    person, on = make_person(), clock.now().date()
    champion = {"field": "champion", "waves": [wave.id]}
    appoint_champion(wave, person, from_on=on, until_on=on + timedelta(days=2), by=TESTER)
    found = [bool(reached(champion, on + timedelta(days=days))) for days in (-1, 0, 1, 2)]
    assert found == [False, True, True, False]
    assert reached({"field": "champion", "programmes": [wave.programme_id]}) == {person.id}
    wave.status = WaveStatus.CANCELLED
    db.session.flush()
    assert reached({"field": "champion"}) == set()


def test_why_says_in_which_group_somebody_stands_and_where_they_are_a_champion(app):
    department = make_department("Operations/Claims")
    wave, person = make_wave(departments=(department,)), make_person()
    rule = {
        "all": [
            {"field": "stakeholder_group", "values": ["business_leaders"]},
            {"not": {"field": "champion", "programmes": [wave.programme_id]}},
        ]
    }

    def told():
        return [(r.is_met, r.theirs) for r in queries.why(rule, person, clock.now().date())[1:]]

    assert told() == [(False, "Is no stakeholder."), (True, "Is no champion.")]
    add_stakeholder(department, StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    add_stakeholder(person, StakeholderGroup.BUSINESS_LEADERS, places=[wave], by=TESTER)
    appoint_champion(wave, person, from_on=clock.now().date(), by=TESTER)
    assert told() == [
        (True, "Is a stakeholder among the business leaders and the end users."),
        (False, "Is a champion in Wave 3: Property claims (Claims and finance)."),
    ]


def test_training_is_overdue_from_the_day_after_it_was_due(app):
    world = make_world(4, clock.now().date())
    rule = {"field": "training_state", "values": ["overdue"]}
    due_on = clock.now().date()  # wave 2 goes live in 7 days with 7 days for training
    late_today = {
        person.id
        for person, facts in zip(world.people, world.facts, strict=True)
        if facts["training_state"].is_overdue and not person.has_left
    }
    assert reached(rule, due_on) == late_today
    assert reached(rule, due_on + timedelta(days=1)) > late_today


def test_who_confirmed_and_who_did_not_are_told_apart_from_those_never_asked(app):
    confirmed, silent, never = make_person("Ann Done"), make_person("Bob Silent"), make_person("Cay Never")
    mailing = build_mailing(
        MailingKind.COMMUNICATION, Letter("S", "T", "<p>T</p>"), title="Scope, 14 April 2026", asks_confirmation=True
    )
    for person in (confirmed, silent):
        queue_for_address(mailing, person.email, person.name, {}, person.id).state = DeliveryState.SENT
    db.session.flush()
    first = db.session.scalars(db.select(Delivery).where(Delivery.person_id == confirmed.id)).one()
    assert acknowledge(first, by=TESTER)
    assert not acknowledge(first, by=TESTER)
    has, has_not = ({"field": "confirmation", "values": [f"{w}:{mailing.id}"]} for w in ("confirmed", "not_confirmed"))
    assert reached(has) == {confirmed.id}
    assert reached(has_not) == {silent.id}
    assert reached({"not": has}) == {silent.id, never.id}
    on = clock.now().date()
    assert [(r.words, r.is_met, r.theirs) for r in queries.why(has_not, silent, on)] == [
        (
            "Were asked to confirm “Scope, 14 April 2026” and have not",
            True,
            "Was asked to confirm 1 message, and has confirmed 0.",
        )
    ]
    assert queries.why(has, never, on)[0].theirs == "Was not asked to confirm any message."
    audience = actions.save_audience("Reminded by hand", has_not, by=TESTER)
    assert queries.words_of(audience.rule).sentence == (
        "People who were asked to confirm “Scope, 14 April 2026” and have not."
    )


@pytest.mark.parametrize("value", ["confirmed:99", "confirmed", "confirmed:x", "asked:1", "confirmed:1 OR 1", 7])
def test_a_rule_on_confirmations_names_a_message_that_is_there(app, value):
    with pytest.raises(BadInput):
        actions.save_audience("Nonsense", {"field": "confirmation", "values": [value]}, by=TESTER)
