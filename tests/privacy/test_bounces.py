"""What came back tells of a person: it is in their file, goes with them, and no longer than records of mail are kept."""

from factories import TESTER
from mail.bounces.bounced import sent, take
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.mail.bounces.actions.lifting import lift
from engagement.mail.bounces.models import Bounce, Suppression
from engagement.mail.bounces.queries import suppression_of
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.retention import apply_retention, keep_for
from engagement.privacy.queries.data_file import data_of
from engagement.privacy.queries.old_records import going
from engagement.privacy.rules.records import RecordKind


def rows() -> list[tuple[object, ...]]:
    db.session.expire_all()
    of_bounces = db.session.scalars(select(Bounce).order_by(Bounce.id))
    of_stops = db.session.scalars(select(Suppression).order_by(Suppression.id))
    return [(row.address, bool(row.text)) for row in of_bounces] + [
        (row.address, row.lift_reason, row.lifted_at is not None) for row in of_stops
    ]


def test_a_person_reads_what_came_back_and_it_goes_with_them(app, frozen):
    first, second = sent(2)
    take("exim_unknown_user", first)
    take("exim_unknown_user", second)
    person = db.session.get_one(Person, first.person_id)
    about = data_of(person, with_concerns=False)["about_them"]
    assert [(row["address"], row["cause"]) for row in about["bounce"]] == [("person0@example.com", "no_mailbox")]
    assert [row["address"] for row in about["suppression"]] == ["person0@example.com"]
    erase_person(person, by=TESTER)
    db.session.commit()
    assert rows() == [
        ("", False),
        ("person1@example.com", True),
        ("", "", True),
        ("person1@example.com", "", False),
    ]


def test_texts_of_bounces_go_with_the_records_of_mail_and_an_address_stays_stopped(app, frozen):
    first, second = sent(2)
    take("exim_unknown_user", first)
    take("exim_unknown_user", second)
    lift(suppression_of(second.address), "IT opened it", by=TESTER)
    keep_for(RecordKind.DELIVERIES, 90, by=TESTER)
    frozen.shift(86_400 * 91)
    assert going(RecordKind.DELIVERIES, 90, clock.now()).records == 4
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 4}
    assert rows() == [("", False), ("", False), ("person0@example.com", "", False), ("", "", True)]
    assert going(RecordKind.DELIVERIES, 90, clock.now()).records == 0
