"""A person's own data: erasing them everywhere, and how long records are kept."""

import json
from datetime import date, timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
)
from sqlalchemy import select, update

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.attention.queries.holding import held_by
from engagement.attention.rules import Place
from engagement.audit import AuditEntry
from engagement.db import Base, db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.retention import apply_retention, keep_for
from engagement.privacy.queries import old_records
from engagement.privacy.queries.old_records import Going, all_going, going
from engagement.privacy.rules.records import STAND_IN, RecordKind
from engagement.programmes import actions as programmes
from engagement.programmes.rules import OwnershipPart
from engagement.resistance import actions as resistance
from engagement.resistance.models import About, Concern, ConcernStep
from engagement.resistance.rules import Sender, Severity, Source
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import Moment
from engagement.scheduler import jobs
from engagement.stakeholders.actions.mapping import add_stakeholder, change_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.models import Membership, WaveDepartment

SECRET = "only for tests"


def _somebody():
    """Return somebody who is spoken of all over the service."""
    person = make_person(
        "Zofia Żółkowska", "zofia@example.com", employee_id="HR-0815-Z", job_title="Clerk of a rare kind"
    )
    other = make_person("Joanna Other", "anna.zofia@example.com")
    wave = make_wave(members=[person, other], workflows=())
    account = accounts.account_for_person(person)
    manager = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    workflow = make_workflow(wave.programme)
    programmes.name_holder(workflow, OwnershipPart.OPERATIONAL_OWNER, person, by=manager.actor)
    programmes.name_holder(workflow, OwnershipPart.OPERATIONAL_OWNER, other, by=manager.actor)
    mailing = build_mailing(MailingKind.NOTICE, Letter("Hello", "Dear {{ name }}", "<p>{{ name }}</p>"))
    copy = queue_for_address(mailing, person.email, person.name, {"name": person.name}, person_id=person.id)
    mailing.asks_confirmation = True
    acknowledge(copy, by=account.actor)
    saying.say_something(
        "I, Zofia Żółkowska, object.",
        Sender.NAMED,
        secret=SECRET,
        moment=Moment(date(2026, 4, 14), "GB-ENG"),
        form_key="k" * 24,
        by=account.actor,
    )
    resistance.log_concern(
        "Zofia Żółkowska told me so.",
        About(Source.OTHER, wave=wave),
        by=manager.actor,
        on=date(2026, 4, 14),
        severity=Severity.LOW,
    )
    row = add_stakeholder(
        person,
        StakeholderGroup.BUSINESS_LEADERS,
        places=[wave],
        role="Zofia Żółkowska speaks for the floor.",
        by=TESTER,
    )
    write_note(row, "She wants a call before anything in writing.", by=manager.actor)
    write_note(
        add_stakeholder("Brokers", StakeholderGroup.CUSTOMERS, places=[wave], by=TESTER),
        "Zofia Żółkowska knows them.",
        by=account.actor,
    )
    appoint_champion(wave, person, department=_department_of(wave, person), from_on=date(2026, 4, 1), by=manager.actor)
    db.session.commit()
    return person, other, wave


def _department_of(wave, person):
    db.session.add(WaveDepartment(wave_id=wave.id, department_id=person.department_id))
    db.session.flush()
    return person.department


def _everything():
    """Return every value of every table as one text."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).all():
            found.extend(json.dumps(v, ensure_ascii=False, default=str) for v in row)
    return "\n".join(found)


def test_erasing_removes_name_and_address_everywhere_and_keeps_the_counts(app):
    person, other, wave = _somebody()
    before = {t.name: len(db.session.execute(select(t)).all()) for t in Base.metadata.sorted_tables}
    erase_person(person, by=TESTER)
    db.session.commit()
    everything = _everything()
    for word in ("Żółkowska", '"zofia@example.com', "HR-0815-Z", "Clerk of a rare kind"):
        assert word not in everything, word
    assert db.session.get(Person, other.id).email == "anna.zofia@example.com"
    assert f"I, {STAND_IN}, object." in everything
    assert f"{STAND_IN} knows them." in everything
    for word in ("speaks for the floor", "wants a call"):
        assert word not in everything, word
    after = {t.name: len(db.session.execute(select(t)).all()) for t in Base.metadata.sorted_tables}
    assert {name: number for name, number in after.items() if name not in ("audit_entry", "person_role")} == {
        name: number for name, number in before.items() if name not in ("audit_entry", "person_role")
    }
    assert len(db.session.scalars(select(Membership).where(Membership.wave_id == wave.id)).all()) == 2


def test_a_shared_name_stays_in_texts_because_it_may_be_the_other_one(app):
    first = make_person("Ann Miller", "ann1@example.com")
    make_person("Ann Miller", "ann2@example.com")
    manager = make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER)
    resistance.log_concern("Ann Miller said no.", About(Source.OTHER), by=manager.actor, on=date(2026, 4, 14))
    erase_person(first, by=TESTER)
    assert db.session.scalars(select(Concern.text)).all() == ["Ann Miller said no."]
    assert db.session.scalars(select(Person.name).order_by(Person.id)).all() == [STAND_IN, "Ann Miller"]


def test_who_still_holds_something_is_not_erased(app):
    person = make_person()
    workflow = make_workflow(make_programme())
    programmes.name_holder(workflow, OwnershipPart.CHANGE_APPROVER, person, by=TESTER)
    with pytest.raises(RuleBroken, match="still holds Claims triage"):
        erase_person(person, by=TESTER)


def test_who_looks_after_a_stakeholder_gives_them_away_before_being_erased(app):
    person, wave = make_person(), make_wave()
    row = add_stakeholder("Works council", StakeholderGroup.OTHERS, places=[wave], owner=person, by=TESTER)
    with pytest.raises(RuleBroken, match="still holds Works council"):
        erase_person(person, by=TESTER)
    people.mark_as_left(person, by=TESTER)
    db.session.flush()
    assert [(thing.what, thing.as_what, thing.place) for thing in held_by(person)] == [
        ("Works council", "Looks after this stakeholder", Place.PLAN_STAKEHOLDER)
    ]
    change_stakeholder(row, StakeholderGroup.OTHERS, places=[wave], name="Works council", by=TESTER)
    erase_person(person, by=TESTER)


def test_retention_lets_go_what_the_dry_run_counted(app, frozen):
    person, _, _ = _somebody()
    frozen.shift(timedelta(days=100))
    fresh = build_mailing(MailingKind.NOTICE, Letter("Later", "Hello", "<p>Hello</p>"))
    queue_for_address(fresh, "zofia@example.com", "Zofia", {}, person_id=person.id)
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    assert going(RecordKind.DELIVERIES, 90, clock.now()) == Going(RecordKind.DELIVERIES, 90, 1)
    keep_for(RecordKind.DELIVERIES, 90, by=TESTER)
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 1}
    assert sorted(db.session.scalars(select(Delivery.address))) == ["", "zofia@example.com"]
    assert all_going(clock.now()) == [Going(RecordKind.DELIVERIES, 90, 0)]
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 0}


def test_leavers_are_erased_when_their_time_is_over(app, frozen):
    person, _, _ = _somebody()
    people.mark_as_left(person, by=TESTER)
    keep_for(RecordKind.LEAVERS, 365, by=TESTER)
    frozen.shift(timedelta(days=364))
    assert jobs.apply_retention(None) == "0 people who have left"
    frozen.shift(timedelta(days=2))
    assert jobs.apply_retention(None) == "1 people who have left"
    assert person.name == STAND_IN


def test_leavers_who_hold_something_are_counted_as_the_run_treats_them(app, frozen):
    free, lead = make_person("Free Leaver"), make_person("Lead Leaver")
    make_wave(lead=lead)
    for person in (free, lead):
        people.mark_as_left(person, by=TESTER)
    db.session.flush()
    frozen.shift(timedelta(days=400))
    assert going(RecordKind.LEAVERS, 365, clock.now()) == Going(RecordKind.LEAVERS, 365, 1, held_back=1)
    keep_for(RecordKind.LEAVERS, 365, by=TESTER)
    assert jobs.apply_retention(None) == "1 people who have left"
    assert (free.name, lead.name) == (STAND_IN, "Lead Leaver")


def test_of_the_last_administrators_one_is_kept(app, frozen):
    for name in ("First Root", "Second Root"):
        person = make_person(name)
        make_account(person.email, name, Role.ADMINISTRATOR)
        people.mark_as_left(person, by=TESTER)
    db.session.flush()
    frozen.shift(timedelta(days=400))
    assert going(RecordKind.LEAVERS, 365, clock.now()) == Going(RecordKind.LEAVERS, 365, 1, held_back=1)
    keep_for(RecordKind.LEAVERS, 365, by=TESTER)
    assert jobs.apply_retention(None) == "1 people who have left"


def test_nothing_is_kept_for_less_than_a_month(app):
    with pytest.raises(BadInput, match="between 30 and"):
        keep_for(RecordKind.DELIVERIES, 7, by=TESTER)


def test_setting_a_rule_is_audited_and_setting_it_again_is_not(app):
    keep_for(RecordKind.DELIVERIES, 90, by=TESTER)
    keep_for(RecordKind.DELIVERIES, 90, by=TESTER)
    assert [e.changes for e in db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "set retention"))] == [
        {"days kept": [None, 90]}
    ]


def test_the_last_administrator_is_not_erased(app):
    person = make_person("Rohan Mehta", "rohan@example.com")
    make_account("rohan@example.com", "Rohan Mehta", Role.ADMINISTRATOR)
    db.session.commit()
    with pytest.raises(RuleBroken, match="last administrator"):
        erase_person(person, by=TESTER)
    db.session.rollback()
    assert db.session.scalar(select(Person.name)) == "Rohan Mehta"


def test_an_erased_person_has_no_session_left(app):
    person, _, _ = _somebody()
    account = accounts.account_for_person(person)
    version = account.session_version
    erase_person(person, by=TESTER)
    assert not account.is_active
    assert account.session_version == version + 1


def test_how_many_closed_concerns_go_is_told_nowhere(app, frozen):
    """By asking for one number of days after another, an administrator would count them by day."""
    manager = make_change_manager()
    for number in range(3):
        concern = make_unknown_concern(f"Said {number}", on=date(2026, 4, 14))
        resistance.answer(concern, "An answer", by=manager.actor, on=date(2026, 4, 14))
        resistance.close(concern, "Settled", by=manager.actor)
    db.session.commit()
    keep_for(RecordKind.CLOSED_CONCERNS, 30, by=manager.actor)
    frozen.shift(timedelta(days=40))
    (due,) = all_going(clock.now())
    assert due.words == "those that are as old"
    told = "Closed concerns: those that are as old would go, kept for 30 days."
    assert jobs.retention_dry_run()[2] == told
    assert jobs.apply_retention(None) == "closed concerns"
    assert set(db.session.scalars(select(Concern.text))) == {""}
    assert set(db.session.scalars(select(ConcernStep.note))) == {""}
    # Nothing is told of none either.
    assert jobs.retention_dry_run()[2] == told
    assert jobs.apply_retention(None) == "closed concerns"
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "applied retention")).all() == []


def test_a_closed_concern_stays_while_a_reply_to_it_waits(app, frozen):
    concern = make_unknown_concern("Said", on=date(2026, 4, 14))
    by = make_change_manager().actor
    resistance.answer(concern, "An answer", by=by, on=date(2026, 4, 14))
    resistance.close(concern, "Settled", by=by)
    saying.say_back_unknown(concern, "And now?")
    keep_for(RecordKind.CLOSED_CONCERNS, 30, by=by)
    frozen.shift(timedelta(days=40))
    jobs.apply_retention(None)
    assert concern.text == "Said"


def _leavers(number: int) -> list[Person]:
    left = [make_person(f"Leaver Number{n}", f"leaver{n}@example.com") for n in range(number)]
    for person in left:
        people.mark_as_left(person, by=TESTER)
    return left


def test_leavers_go_a_few_a_run_and_the_dry_run_says_what_is_left(app, frozen, monkeypatch):
    monkeypatch.setattr(old_records, "ERASED_A_RUN", 2)
    left = _leavers(5)
    keep_for(RecordKind.LEAVERS, 30, by=TESTER)
    frozen.shift(timedelta(days=31))
    said = "People who have left: 5 records would go, kept for 30 days. 3 of them wait for the runs after the next."
    assert jobs.retention_dry_run()[-1] == said
    for erased, told in ((2, "2"), (4, "2"), (5, "1"), (5, "0")):
        assert jobs.apply_retention(None) == f"{told} people who have left"
        assert [person.name == STAND_IN for person in left] == [True] * erased + [False] * (5 - erased)
    told = select(AuditEntry.changes).where(AuditEntry.verb == "applied retention").order_by(AuditEntry.id)
    assert list(db.session.scalars(told)) == [{"records": [2, 0]}, {"records": [2, 0]}, {"records": [1, 0]}]


def test_one_leaver_who_cannot_be_erased_keeps_none_of_the_others(app, frozen):
    first, poisoned, last = _leavers(3)
    by = make_account("leaver@example.com", "Leaver Number1")
    by.person_id = poisoned.id
    db.session.execute(update(Account).where(Account.id == by.id).values(name=""))
    # An address that somebody holds already for the erased sign-in fails in the database, in the middle of erasing.
    make_account(f"erased-{by.id}@invalid", "Taken Already")
    keep_for(RecordKind.LEAVERS, 30, by=TESTER)
    db.session.commit()
    frozen.shift(timedelta(days=31))
    assert jobs.apply_retention(None) == "2 people who have left"
    assert [person.name for person in (first, poisoned, last)] == [STAND_IN, "Leaver Number1", STAND_IN]
