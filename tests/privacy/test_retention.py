"""How long records are kept: what a rule lets go, what the dry run counts, and whom it leaves alone."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_change_manager, make_person, make_unknown_concern, make_wave
from privacy.somebody import make_somebody
from sqlalchemy import select, update

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.privacy.actions.retention import apply_retention, keep_for
from engagement.privacy.queries import old_records
from engagement.privacy.queries.old_records import Going, all_going, going
from engagement.privacy.rules.records import STAND_IN, RecordKind
from engagement.resistance import actions as resistance
from engagement.resistance.models import Concern, ConcernStep
from engagement.resistance.saying import actions as saying
from engagement.scheduler import record_jobs


def test_retention_lets_go_what_the_dry_run_counted(app, frozen):
    person, _, _ = make_somebody()
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
    person, _, _ = make_somebody()
    people.mark_as_left(person, by=TESTER)
    keep_for(RecordKind.LEAVERS, 365, by=TESTER)
    frozen.shift(timedelta(days=364))
    assert record_jobs.apply_retention(None) == "0 people who have left"
    frozen.shift(timedelta(days=2))
    assert record_jobs.apply_retention(None) == "1 person who has left"
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
    assert record_jobs.apply_retention(None) == "1 person who has left"
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
    assert record_jobs.apply_retention(None) == "1 person who has left"


def test_nothing_is_kept_for_less_than_a_month(app):
    with pytest.raises(BadInput, match="between 30 and"):
        keep_for(RecordKind.DELIVERIES, 7, by=TESTER)


def test_setting_a_rule_is_audited_and_setting_it_again_is_not(app):
    keep_for(RecordKind.DELIVERIES, 90, by=TESTER)
    keep_for(RecordKind.DELIVERIES, 90, by=TESTER)
    assert [e.changes for e in db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "set retention"))] == [
        {"days kept": [None, 90]}
    ]


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
    assert record_jobs.retention_dry_run()[2] == told
    assert record_jobs.apply_retention(None) == "closed concerns"
    assert set(db.session.scalars(select(Concern.text))) == {""}
    assert set(db.session.scalars(select(ConcernStep.note))) == {""}
    # Nothing is told of none either.
    assert record_jobs.retention_dry_run()[2] == told
    assert record_jobs.apply_retention(None) == "closed concerns"
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "applied retention")).all() == []


def test_a_closed_concern_stays_while_a_reply_to_it_waits(app, frozen):
    concern = make_unknown_concern("Said", on=date(2026, 4, 14))
    by = make_change_manager().actor
    resistance.answer(concern, "An answer", by=by, on=date(2026, 4, 14))
    resistance.close(concern, "Settled", by=by)
    saying.say_back_unknown(concern, "And now?")
    keep_for(RecordKind.CLOSED_CONCERNS, 30, by=by)
    frozen.shift(timedelta(days=40))
    record_jobs.apply_retention(None)
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
    assert record_jobs.retention_dry_run()[-1] == said
    for erased, told in ((2, "2 people"), (4, "2 people"), (5, "1 person"), (5, "0 people")):
        assert record_jobs.apply_retention(None) == f"{told} who {'has' if told == '1 person' else 'have'} left"
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
    assert record_jobs.apply_retention(None) == "2 people who have left"
    assert [person.name for person in (first, poisoned, last)] == [STAND_IN, "Leaver Number1", STAND_IN]
