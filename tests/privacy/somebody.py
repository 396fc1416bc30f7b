"""Somebody about whom every table says something."""

from datetime import date

from factories import TESTER, make_account, make_person, make_wave, make_workflow

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.rules import Letter, MailingKind
from engagement.programmes import actions as programmes
from engagement.programmes.rules import OwnershipPart
from engagement.resistance import actions as resistance
from engagement.resistance.models import About
from engagement.resistance.rules import Sender, Severity, Source
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import Moment
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.models import WaveDepartment

SECRET = "only for tests"


def make_somebody():
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
    appoint_champion(wave, person, department=department_of(wave, person), from_on=date(2026, 4, 1), by=manager.actor)
    db.session.commit()
    return person, other, wave


def department_of(wave, person):
    db.session.add(WaveDepartment(wave_id=wave.id, department_id=person.department_id))
    db.session.flush()
    return person.department
