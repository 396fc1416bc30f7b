"""How somebody outside the directory is reached: what is kept, what is refused, and what the audit has of it."""

import pytest
from factories import TESTER, make_person
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import IN_DIRECTORY, Contact, StakeholderGroup
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")


def put(whom, wave):
    return add_stakeholder(whom, StakeholderGroup.OTHERS, places=[wave], by=TESTER)


def told():
    entries = select(AuditEntry.changes).where(AuditEntry.verb == Verb.SAID_CONTACT.value).order_by(AuditEntry.id)
    return db.session.scalars(entries).all()


def test_a_contact_is_kept_in_one_form_and_told_once(wave):
    council = put("Works council", wave)
    for _ in range(2):
        say_contact(council, Contact(" Staff  of Claims ", "Council@BÜCHER.example ", "pt-BR"), by=TESTER)
    assert council.contact == Contact("Staff of Claims", "council@bücher.example", "pt-BR")
    say_contact(council, Contact(email="council@bücher.example"), by=TESTER)
    assert council.contact == Contact(email="council@bücher.example")
    assert told() == [
        {
            "organisation": ["", "Staff of Claims"],
            "email": ["", "council@bücher.example"],
            "language": ["", "pt-BR"],
        },
        {"organisation": ["Staff of Claims", ""], "language": ["pt-BR", ""]},
    ]


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (Contact(email="nobody"), "email"),
        (Contact(email=f"{'a' * 250}@example.com"), "email"),
        (Contact(language="English, please"), "language"),
        (Contact("x" * 201), "organisation"),
    ],
)
def test_what_reaches_nobody_is_refused_above_its_field(wave, contact, field):
    council = put("Works council", wave)
    with pytest.raises(BadInput) as error:
        say_contact(council, contact, by=TESTER)
    assert list(error.value.problems) == [field]
    assert (council.contact, told()) == (Contact(), [])


def test_the_address_of_an_employee_is_refused_with_the_way_on(wave):
    ann, council = make_person("Ann Lead", "ann@example.com"), put("Works council", wave)
    with pytest.raises(BadInput, match="Put them on the map as a person") as error:
        say_contact(council, Contact(email="ANN@example.com"), by=TESTER)
    assert error.value.problems == {"email": IN_DIRECTORY}
    people.mark_as_left(ann, by=TESTER)
    say_contact(council, Contact(email="ann@example.com"), by=TESTER)
    assert council.email == "ann@example.com"


def test_an_address_that_became_an_employees_stands_in_no_other_changes_way(wave):
    council = put("Works council", wave)
    say_contact(council, Contact(email="ann@example.com"), by=TESTER)
    make_person("Ann Lead", "ann@example.com")
    say_contact(council, Contact("Staff", "ann@example.com"), by=TESTER)
    assert council.organisation == "Staff"


def test_only_somebody_outside_has_a_contact(wave):
    row = put(make_person("Ann Lead", "ann@example.com"), wave)
    say_contact(row, Contact(), by=TESTER)
    with pytest.raises(RuleBroken, match="the directory has all others"):
        say_contact(row, Contact("Elsewhere"), by=TESTER)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE stakeholder SET email = 'other@example.com'"))
    db.session.rollback()
