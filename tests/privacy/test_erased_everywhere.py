"""Erasing somebody everywhere, and who is not erased."""

import json
from datetime import date

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave, make_workflow
from privacy.somebody import make_somebody
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.attention.queries.holding import held_by
from engagement.attention.rules import Place
from engagement.db import Base, db
from engagement.errors import RuleBroken
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.rules.records import STAND_IN
from engagement.programmes import actions as programmes
from engagement.programmes.rules import OwnershipPart
from engagement.resistance import actions as resistance
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Source
from engagement.stakeholders.actions.mapping import add_stakeholder, change_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.models import Membership


def _everything():
    """Return every value of every table as one text."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).all():
            found.extend(json.dumps(v, ensure_ascii=False, default=str) for v in row)
    return "\n".join(found)


def test_erasing_removes_name_and_address_everywhere_and_keeps_the_counts(app):
    person, other, wave = make_somebody()
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
    # Marks say only whose sums are to be counted anew; they go when that is done.
    others = after.keys() - {"audit_entry", "person_role", "tally_mark", "reached_mark"}
    assert {name: after[name] for name in others} == {name: before[name] for name in others}
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


def test_the_last_administrator_is_not_erased(app):
    person = make_person("Rohan Mehta", "rohan@example.com")
    make_account("rohan@example.com", "Rohan Mehta", Role.ADMINISTRATOR)
    db.session.commit()
    with pytest.raises(RuleBroken, match="last administrator"):
        erase_person(person, by=TESTER)
    db.session.rollback()
    assert db.session.scalar(select(Person.name)) == "Rohan Mehta"


def test_an_erased_person_has_no_session_left(app):
    person, _, _ = make_somebody()
    account = accounts.account_for_person(person)
    version = account.session_version
    erase_person(person, by=TESTER)
    assert not account.is_active
    assert account.session_version == version + 1
